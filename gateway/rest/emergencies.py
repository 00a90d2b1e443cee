"""Incidents: the active ones, and any by its id."""

from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.emergency import IncidentState
from citystream.contracts.event_time import rfc3339
from gateway import answers, query
from gateway.city import City
from gateway.emergencies import Incident
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import NO_LINES, Feature, FeatureCollection
from gateway.link import now_ms
from gateway.pages import cursor, page
from gateway.parameters import CURSOR, FORMAT, FROM, LAT, LON, PAGE, RADIUS_M, TO, limit
from gateway.query import TimeRange
from gateway.rest import things
from gateway.shapes import FreshList, listing, thing
from gateway.view import Entry

REMEDY = "/api/emergencies/active lists the active ones; ended ones are kept 7 days"


def endpoints(city: City) -> list[Endpoint]:
    """`/api/emergencies`."""
    view = city.emergencies.view

    async def active(request: Request) -> Response:
        return things.listed(request, view, "emergencies")

    async def incident(request: Request) -> Response:
        return things.one(request, view, "incident_id", REMEDY)

    async def near(request: Request) -> Response:
        return things.near(request, view, "emergencies", lambda _: view.in_order())

    async def history(request: Request) -> Response:
        asked = query.incidents_query(request.query_params, now_ms())
        answers.require_known(view)
        media_type = answers.chosen(request, JSON, GEOJSON)
        found = [entry for entry in sorted(view.all(), key=things.key_of) if _was_open(entry, asked)]
        shown, last = page(found, things.key_of, asked.after, asked.limit)
        head = {
            "from": rfc3339(asked.start_ms),
            "to": rfc3339(asked.end_ms),
            "total": len(found),
            "next_cursor": last and cursor(last),
            "as_of_median": answers.median_of(found),
        }
        members = answers.collection(media_type, "emergencies", shown, NO_LINES, head)
        return answers.answer(request, answers.content(members, answers.freshness(view)), media_type)

    return [
        Endpoint(
            path="/api/emergencies/active",
            handler=active,
            tag="emergencies",
            summary="Active incidents",
            answers={JSON: listing("emergencies", Incident), GEOJSON: FeatureCollection},
            parameters=PAGE,
            problems=(406,),
        ),
        Endpoint(
            path="/api/emergencies/near",
            handler=near,
            tag="emergencies",
            summary="Active incidents around a place, nearest first",
            answers={JSON: NearIncidents, GEOJSON: FeatureCollection},
            parameters=(LAT, LON, RADIUS_M, limit("100"), FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/emergencies/history",
            handler=history,
            tag="emergencies",
            summary="Every incident that was open at some time of a range, ended ones too",
            answers={JSON: IncidentHistory, GEOJSON: FeatureCollection},
            parameters=(FROM, TO, limit("all"), CURSOR, FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/emergencies/{incident_id}",
            handler=incident,
            tag="emergencies",
            summary="One incident, active or not",
            answers={JSON: thing(Incident), GEOJSON: Feature},
            parameters=(FORMAT,),
            problems=(404, 406),
        ),
    ]


class NearIncident(Incident, frozen=True):
    """An incident, and how far away it is."""

    distance_m: float


class NearIncidents(FreshList, kw_only=True):
    """Active incidents around a place, nearest first."""

    count: int
    total: int
    """In the circle."""
    emergencies: list[NearIncident]


class IncidentHistory(FreshList, kw_only=True, rename={"from_": "from"}):
    """A page of the incidents of a range."""

    from_: str
    to: str
    count: int
    total: int
    next_cursor: str | None
    emergencies: list[Incident]


def _was_open(entry: Entry[IncidentState], asked: TimeRange) -> bool:
    """Whether it was reported before the range's end, and had not ended when it began."""
    incident = entry.value
    if incident is None:
        return False
    began_ms = min(incident.first_ms.values(), default=incident.time_ms)
    return began_ms < asked.end_ms and (incident.active or incident.time_ms >= asked.start_ms)
