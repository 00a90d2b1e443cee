"""CAP alerts of active incidents, and the Atom feed that lists them."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, query
from gateway.city import City
from gateway.content import Content
from gateway.endpoint import Endpoint
from gateway.link import now_ms
from gateway.problems import no_such
from gateway.standards import atom, cap

ATOM = "application/atom+xml"


def endpoints(city: City, sender: str) -> list[Endpoint]:
    """`/api/cap`. `sender` is who the alerts are from, unique among all who send CAP."""
    view = city.emergencies.view
    roads = city.model.roads if city.model else {}

    async def alerts(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.require_known(view)
        newest_ms = view.newest_ms
        if newest_ms is None:
            # That there is no data is known now.
            content = Content(atom.feed((), now_ms(), sender, roads))
        else:
            content = view.cached(ATOM, lambda: Content(atom.feed(view.in_order(), newest_ms, sender, roads)))
        return answers.answer(request, content, ATOM)

    async def alert(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.require_known(view)
        key = request.path_params["incident_id"]
        entry = view.get(key)
        if entry is None or entry.value is None:
            raise no_such("incident_id", key, "/api/cap/alerts lists the active ones")
        incident = entry.value
        message = view.cached((atom.CAP, key), lambda: Content(cap.message(key, incident, sender, roads)))
        return answers.answer(request, message, atom.CAP)

    return [
        Endpoint(
            path="/api/cap/alerts",
            handler=alerts,
            tag="standards",
            summary="Active incidents, as an Atom feed of CAP alerts",
            answers={ATOM: {"type": "string", "description": "RFC 4287; entries link to CAP 1.2 messages."}},
        ),
        Endpoint(
            path="/api/cap/alerts/{incident_id}.xml",
            handler=alert,
            tag="standards",
            summary="The newest CAP message of one incident, active or not",
            answers={atom.CAP: {"type": "string", "description": "`alert` of CAP 1.2."}},
            problems=(404,),
        ),
    ]
