"""The city model's roads, and how the platform stands."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts import city_model
from citystream.contracts.city_model import Line, Road, RoadProperties
from gateway import answers, query
from gateway.city import City
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.pages import cursor, page
from gateway.parameters import PAGE
from gateway.problems import ProblemError
from gateway.processes import Processes
from gateway.query import PageQuery
from gateway.rest import things
from gateway.status import PlatformStatus, ProcessesDetails, platform_status, process_details
from gateway.users import Role


def endpoints(city: City, processes: Processes) -> list[Endpoint]:
    """`/api/roads`, `/api/status` and `/api/processes`."""
    model = city.model

    @lru_cache(maxsize=64)
    def page_of_roads(asked: PageQuery) -> Content:
        return _roads(model.roads if model else {}, asked)

    async def roads(request: Request) -> Response:
        asked = query.page_query(request.query_params)
        media_type = answers.chosen(request, GEOJSON, JSON)
        if model is None:
            raise ProblemError(404, "the gateway has no city model", remedy="start it with CITY_MODEL=FILE")
        return answers.answer(request, page_of_roads(asked), media_type)

    async def status(request: Request) -> Response:
        query.no_parameters(request.query_params)
        return things.json(platform_status(city, processes.heard))

    async def details(request: Request) -> Response:
        query.no_parameters(request.query_params)
        return things.json(process_details(processes.heard))

    return [
        Endpoint(
            path="/api/roads",
            handler=roads,
            tag="platform",
            summary="The city model's roads",
            answers={GEOJSON: Roads, JSON: Roads},
            parameters=PAGE,
            problems=(404, 406),
        ),
        Endpoint(
            path="/api/status",
            handler=status,
            tag="platform",
            summary="How the platform stands",
            answers={JSON: PlatformStatus},
            tagged=False,
        ),
        Endpoint(
            path="/api/processes",
            handler=details,
            tag="platform",
            summary="Where the platform's processes run, and what their sinks say; for operators",
            answers={JSON: ProcessesDetails},
            tagged=False,
            role=Role.OPERATOR,
        ),
    ]


class RoadFeature(msgspec.Struct, frozen=True, tag="Feature"):
    """A road of the city model."""

    id: str
    geometry: Line
    properties: RoadProperties


class Roads(msgspec.Struct, frozen=True, tag="FeatureCollection"):
    """A page of the city model's roads."""

    count: int
    total: int
    next_cursor: str | None
    features: list[RoadFeature]


def _roads(roads: Mapping[str, Road], asked: PageQuery) -> Content:
    shown, last = page(sorted(roads), str, asked.after, asked.limit)
    collection = city_model.dump(city_model.CityModel({key: roads[key] for key in shown}, {}, {}, {}, {}))
    head = {"count": len(shown), "total": len(roads), "next_cursor": last and cursor(last)}
    return Content(b"{%b,%b" % (answers.members(head), collection[1:]))
