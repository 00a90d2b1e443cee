"""The city in figures."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, geojson, query
from gateway.analytics import TrafficSummary, traffic_summary
from gateway.city import City
from gateway.congestion import (
    CongestedRoad,
    Group,
    LevelTotal,
    congested,
    groups,
    index,
    roads_within,
    totals,
)
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import FeatureCollection, Lines
from gateway.link import now_ms
from gateway.pages import cursor, page
from gateway.parameters import BBOX, CURSOR, FORMAT, HISTORY, LEVEL, limit
from gateway.query import CongestionQuery
from gateway.shapes import FreshList, thing
from gateway.window_history import CityHistory, CitySteps


def endpoints(city: City, steps: CityHistory) -> list[Endpoint]:
    """`/api/analytics`."""
    lines = geojson.lines(city.model)

    async def summary(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.chosen(request, JSON)
        views = city.measured_views
        answers.require_known(*views)
        # It is made of all of them, so it is kept with the first one, under what the others were then.
        revisions = tuple((view.revision, view.newest_ms) for view in views)
        content = city.traffic.view.cached(revisions, lambda: _summary(city))
        return answers.answer(request, content)

    async def congestion(request: Request) -> Response:
        view = city.traffic.view
        answers.require_known(view)
        media_type = answers.chosen(request, JSON, GEOJSON)
        content = view.cached(
            ("congestion", media_type, request.scope["query_string"]),
            lambda: _congestion(city, query.congestion_query(request.query_params), media_type, lines),
        )
        return answers.answer(request, content, media_type)

    async def history(request: Request) -> Response:
        answers.chosen(request, JSON)
        wanted = query.history_query(request.query_params, now_ms(), city.traffic.window_s)
        return answers.document(request, await steps.of(wanted))

    return [
        Endpoint(
            path="/api/analytics/traffic-summary",
            handler=summary,
            tag="analytics",
            summary="The city in one answer",
            answers={JSON: thing(TrafficSummary)},
            problems=(406,),
        ),
        Endpoint(
            path="/api/analytics/history",
            handler=history,
            tag="analytics",
            summary="The windows of all roads together, of a range of time",
            answers={JSON: CitySteps},
            parameters=HISTORY,
            problems=(406,),
        ),
        Endpoint(
            path="/api/analytics/congestion",
            handler=congestion,
            tag="analytics",
            summary="Roads by how congested they are, worst first",
            answers={JSON: CongestionAnswer, GEOJSON: FeatureCollection},
            parameters=(BBOX, LEVEL, limit("all"), CURSOR, FORMAT),
            problems=(406,),
        ),
    ]


class CongestionAnswer(FreshList, kw_only=True):
    """Roads that are measured now, worst first."""

    count: int
    total: int
    next_cursor: str | None
    index: float | None
    """Time that driving all measured roads takes, over the time at free flow; null without any speed."""
    levels: dict[str, LevelTotal]
    by_class: dict[str, Group] | msgspec.UnsetType = msgspec.UNSET
    """Absent where the city model has no classes, as `by_area` is without areas."""
    by_area: dict[str, Group] | msgspec.UnsetType = msgspec.UNSET
    roads: list[CongestedRoad]


def _summary(city: City) -> Content:
    return answers.content(answers.members(traffic_summary(city)), answers.freshness(*city.measured_views))


def _congestion(city: City, asked: CongestionQuery, media_type: str, lines: Lines) -> Content:
    roads = roads_within(city, asked.bbox)
    ranked = congested(city, roads)
    measured = [entry for _, entry in ranked]
    by_class = groups(city, roads, measured, lambda road: road.class_)
    by_area = groups(city, roads, measured, lambda road: road.area)
    wanted = [
        one
        for one in ranked
        if asked.levels is None or (one[1].value is not None and one[1].value.level in asked.levels)
    ]
    shown, last = page(wanted, lambda one: one[0], asked.after, asked.limit)
    head = {
        "total": len(wanted),
        "next_cursor": last and cursor(last),
        "index": index(measured),
        "levels": totals(city, roads, measured),
        **({"by_class": by_class} if by_class else {}),
        **({"by_area": by_area} if by_area else {}),
        "as_of_median": answers.median_of(entry for _, entry in wanted),
    }
    members = answers.collection(media_type, "roads", [entry for _, entry in shown], lines, head)
    return answers.content(members, answers.freshness(city.traffic.view))
