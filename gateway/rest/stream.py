"""The live stream for who has no WebSocket."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, parameters, values
from gateway.endpoint import Endpoint, Parameter
from gateway.event_stream import MEDIA_TYPE, EventStream
from gateway.lasting import Lasting
from gateway.live import Live
from gateway.subscription import FASTEST_MS, SLOWEST_MS, TOPICS, of_query

SUBSCRIBE = Parameter(
    "subscribe",
    parameters.some_of(TOPICS),
    "Topics, separated by commas.",
    "traffic,emergencies",
    required=True,
)
ENTITIES = Parameter("entities", {"type": "string"}, "Ids, separated by commas: only these.")
RATE_MS = Parameter(
    "rate_ms",
    {"type": "integer", "minimum": FASTEST_MS, "maximum": SLOWEST_MS},
    "Milliseconds between two messages of a topic. If not given: 1000 of emergencies, 5000 of traffic and "
    "vehicles, 30000 of the others.",
    "1000",
)
RESUME = Parameter(
    "resume", {"type": "string"}, "`resume` of the last message, as `Last-Event-ID` has it too."
)
PARAMETERS = (SUBSCRIBE, parameters.BBOX, ENTITIES, RATE_MS, RESUME)


def endpoints(live: Live, lasting: Lasting) -> list[Endpoint]:
    """`/api/live`."""
    names = {one.name for one in PARAMETERS}

    async def stream(request: Request) -> Response:
        given = values.single(request.query_params, names)
        answers.chosen(request, MEDIA_TYPE)
        return EventStream(live, lasting, of_query(given, request.headers.get("last-event-id")))

    return [
        Endpoint(
            path="/api/live",
            handler=stream,
            tag="live",
            summary="The messages of `/ws/live` as Server-Sent Events, without an end",
            answers={MEDIA_TYPE: {"type": "string", "description": "Events: snapshot, delta, heartbeat."}},
            parameters=PARAMETERS,
            tagged=False,
            problems=(406,),
        )
    ]
