"""The city model: what stands, whether it reports or not."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts import city_model
from citystream.contracts.city_model import CityModel, Line, Place, RoadProperties
from gateway import answers, bounds, query
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON, Endpoint, Handler
from gateway.geojson import NO_LINES, Member
from gateway.pages import cursor, page
from gateway.parameters import PAGE
from gateway.problems import ProblemError
from gateway.query import PageQuery
from gateway.rest import things
from gateway.tiles import TileServer
from gateway.view import Entry

PAGES_KEPT = 64


class CityAnswer(msgspec.Struct, frozen=True):
    """The city."""

    name: str | None
    bounds: Annotated[list[float], Meta(min_length=4, max_length=4)] | None
    """West, south, east, north of all that the model has; null without one."""
    timezone: str
    """IANA name of the zone of its days and hours."""
    tiles: TileServer | None
    """Null of a city whose map is drawn from its model alone."""


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of things of the city model."""

    count: int
    total: int
    next_cursor: str | None


class RoadFeature(msgspec.Struct, frozen=True, tag="Feature"):
    """A road of the city model."""

    id: str
    geometry: Line
    properties: RoadProperties


class Roads(ModelList, frozen=True, tag="FeatureCollection"):
    """A page of the city model's roads."""

    features: list[RoadFeature]


class Places(ModelList, frozen=True, tag="FeatureCollection"):
    """A page of places of the city model."""

    features: list[Member]


class Hospital(msgspec.Struct, frozen=True):
    """A hospital."""

    hospital_id: str
    name: str
    latitude: float
    longitude: float


class Hospitals(ModelList, frozen=True):
    """A page of hospitals."""

    hospitals: list[Hospital]


class Sensor(msgspec.Struct, frozen=True):
    """A sensor, and the road that it counts."""

    sensor_id: str
    road_id: str
    latitude: float
    longitude: float


class Sensors(ModelList, frozen=True):
    """A page of sensors."""

    sensors: list[Sensor]


class Standing(msgspec.Struct, frozen=True):
    """Where a weather station stands."""

    station_id: str
    name: str
    latitude: float
    longitude: float


class Stations(ModelList, frozen=True):
    """A page of weather stations."""

    stations: list[Standing]


def endpoints(model: CityModel | None, timezone: ZoneInfo, tiles: TileServer | None) -> list[Endpoint]:
    """`/api/city`, `/api/roads`, `/api/hospitals`, `/api/sensors` and `/api/stations`."""
    name = model.name if model else None
    about = Content(msgspec.json.encode(CityAnswer(name, _box(model), timezone.key, tiles)))

    async def city(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.chosen(request, JSON)
        return answers.answer(request, about)

    known = model or CityModel({}, {}, {}, {}, {})
    hospitals = _entries(known.hospitals, lambda key, one: Hospital(key, one.name, *_place(one)))
    sensors = _entries(known.sensors, lambda key, one: Sensor(key, one.road_id or "", *_place(one)))
    stations = _entries(known.stations, lambda key, one: Standing(key, one.name, *_place(one)))
    return [
        Endpoint(
            path="/api/city",
            handler=city,
            tag="model",
            summary="The city's name, bounds, time zone and tile server",
            answers={JSON: CityAnswer},
            problems=(406,),
        ),
        Endpoint(
            path="/api/roads",
            handler=_roads(model),
            tag="model",
            summary="The city model's roads",
            answers={GEOJSON: Roads, JSON: Roads},
            parameters=PAGE,
            problems=(404, 406),
        ),
        _places_endpoint(model, "hospitals", hospitals, Hospitals),
        _places_endpoint(model, "sensors", sensors, Sensors),
        _places_endpoint(model, "stations", stations, Stations),
    ]


def _places_endpoint(
    model: CityModel | None, kind: str, entries: list[Entry[Any]], of: type[ModelList]
) -> Endpoint:
    by_id = {entry.key: entry for entry in entries}

    @lru_cache(maxsize=PAGES_KEPT)
    def made(asked: PageQuery, media_type: str) -> Content:
        wanted = [by_id[key] for key in sorted(asked.ids) if key in by_id] if asked.ids else entries
        shown, last = page(wanted, things.key_of, asked.after, asked.limit)
        head = {"total": len(wanted), "next_cursor": last and cursor(last)}
        return Content(b"{%b}" % answers.collection(media_type, kind, shown, NO_LINES, head))

    async def handler(request: Request) -> Response:
        asked = query.page_query(request.query_params)
        media_type = answers.chosen(request, JSON, GEOJSON)
        _require(model)
        return answers.answer(request, made(asked, media_type), media_type)

    return Endpoint(
        path=f"/api/{kind}",
        handler=handler,
        tag="model",
        summary=f"The city model's {kind}",
        answers={JSON: of, GEOJSON: Places},
        parameters=PAGE,
        problems=(404, 406),
    )


def _roads(model: CityModel | None) -> Handler:
    roads = model.roads if model else {}

    @lru_cache(maxsize=PAGES_KEPT)
    def made(asked: PageQuery) -> Content:
        wanted = [key for key in sorted(asked.ids) if key in roads] if asked.ids else sorted(roads)
        shown, last = page(wanted, str, asked.after, asked.limit)
        collection = city_model.dump(CityModel({key: roads[key] for key in shown}, {}, {}, {}, {}))
        head = {"count": len(shown), "total": len(wanted), "next_cursor": last and cursor(last)}
        return Content(b"{%b,%b" % (answers.members(head), collection[1:]))

    async def handler(request: Request) -> Response:
        asked = query.page_query(request.query_params)
        media_type = answers.chosen(request, GEOJSON, JSON)
        _require(model)
        return answers.answer(request, made(asked), media_type)

    return handler


def _entries(places: dict[str, Place], body: Callable[[str, Place], msgspec.Struct]) -> list[Entry[Any]]:
    """In the order of their ids."""
    return [
        Entry(key, None, None, msgspec.json.encode(body(key, one)), bounds.of_point(*one.position))
        for key, one in sorted(places.items())
    ]


def _place(place: Place) -> tuple[float, float]:
    """Latitude and longitude."""
    longitude, latitude = place.position
    return latitude, longitude


def _box(model: CityModel | None) -> list[float] | None:
    points = model.points if model else []
    return list(bounds.of_line(points)) if points else None


def _require(model: CityModel | None) -> None:
    if model is None:
        raise ProblemError(404, "the gateway has no city model", remedy="start it with CITY_MODEL=FILE")
