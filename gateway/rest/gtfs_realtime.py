"""GTFS-Realtime feeds."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, query
from gateway.city import City
from gateway.content import Content
from gateway.endpoint import Endpoint
from gateway.link import now_ms
from gateway.standards import gtfs_realtime
from gateway.standards.encoded import Encoded
from gateway.view import View

PROTOBUF = "application/x-protobuf"
FEED = {"type": "string", "format": "binary", "description": "A `FeedMessage` of GTFS-Realtime 2.0."}


def endpoints(city: City) -> list[Endpoint]:
    """`/api/gtfs-realtime`."""
    buses = Encoded(city.vehicles.view, gtfs_realtime.vehicle)
    roads = city.model.roads if city.model else {}
    alerts = Encoded(city.emergencies.view, partial(gtfs_realtime.alert, roads=roads))

    async def vehicle_positions(request: Request) -> Response:
        return _answer(request, city.vehicles.view, buses)

    async def service_alerts(request: Request) -> Response:
        return _answer(request, city.emergencies.view, alerts)

    return [
        Endpoint(
            path="/api/gtfs-realtime/vehicle-positions",
            handler=vehicle_positions,
            tag="standards",
            summary="Positions of buses, as GTFS-Realtime",
            answers={PROTOBUF: FEED},
        ),
        Endpoint(
            path="/api/gtfs-realtime/service-alerts",
            handler=service_alerts,
            tag="standards",
            summary="Active incidents, as GTFS-Realtime",
            answers={PROTOBUF: FEED},
        ),
    ]


def _answer(request: Request, view: View[Any], encoded: Encoded[Any]) -> Response:
    query.no_parameters(request.query_params)
    answers.require_known(view)

    newest_ms = view.newest_ms
    if newest_ms is None:
        # That there is no data is known now.
        content = Content(gtfs_realtime.feed((), now_ms() // 1000))
    else:
        at_s = newest_ms // 1000
        content = view.cached(PROTOBUF, lambda: Content(gtfs_realtime.feed(encoded.parts(), at_s)))
    return answers.answer(request, content, PROTOBUF)
