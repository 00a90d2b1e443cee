"""The city as GeoJSON: its roads, hospitals, sensors, cameras and weather stations.

One `FeatureCollection`; every feature has `id` and `properties.kind`:

| kind | geometry | properties |
|---|---|---|
| road | LineString | name, class, area, length_m, free_flow_kmh, lanes, neighbours (ids of the next roads) |
| hospital | Point | name |
| sensor | Point | road_id |
| camera | Point | road_id |
| station | Point | name |

Beside `features` it may have the city's `name`, and `timezone`: an IANA name such as Europe/Berlin.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import UNSET, Meta, UnsetType

from citystream.contracts.event import Id

Lon = Annotated[float, Meta(ge=-180, le=180)]
Lat = Annotated[float, Meta(ge=-90, le=90)]
Position = tuple[Lon, Lat]
"""Longitude, then latitude, as GeoJSON has it."""


class CityModelError(ValueError):
    """The model can't be used; the message names the feature, the field and the reason."""


class Line(msgspec.Struct, frozen=True, tag="LineString"):
    coordinates: Annotated[list[Position], Meta(min_length=2)]


class Point(msgspec.Struct, frozen=True, tag="Point"):
    coordinates: Position


class RoadProperties(msgspec.Struct, frozen=True, tag_field="kind", tag="road"):
    length_m: Annotated[float, Meta(gt=0)]
    free_flow_kmh: Annotated[float, Meta(gt=0, le=400)]
    neighbours: list[Id]
    name: str = ""
    lanes: Annotated[int, Meta(ge=1, le=20)] = 1
    # Left out, not null, where there is none: a model without them is written as before.
    class_: Id | UnsetType | None = msgspec.field(default=UNSET, name="class")
    area: Id | UnsetType | None = UNSET


class HospitalProperties(msgspec.Struct, frozen=True, tag_field="kind", tag="hospital"):
    name: str = ""


class SensorProperties(msgspec.Struct, frozen=True, tag_field="kind", tag="sensor"):
    road_id: Id


class CameraProperties(msgspec.Struct, frozen=True, tag_field="kind", tag="camera"):
    road_id: Id


class StationProperties(msgspec.Struct, frozen=True, tag_field="kind", tag="station"):
    name: str = ""


Properties = RoadProperties | HospitalProperties | SensorProperties | CameraProperties | StationProperties


class Feature(msgspec.Struct, frozen=True):
    id: Id
    geometry: Line | Point
    properties: Properties
    type: Literal["Feature"] = "Feature"


class _Collection(msgspec.Struct, frozen=True):
    features: list[msgspec.Raw]
    type: Literal["FeatureCollection"] = "FeatureCollection"
    name: Id | None = None
    timezone: str | None = None


class Road(msgspec.Struct, frozen=True):
    """A stretch of road that is measured as one."""

    id: str
    name: str
    line: list[Position]
    length_m: float
    free_flow_kmh: float
    lanes: int
    neighbours: list[str]
    class_: str | None = None
    """In the city's own words, such as arterial."""
    area: str | None = None
    """The district's name."""


class Place(msgspec.Struct, frozen=True):
    """A hospital or weather station; or a sensor or camera, which watches one road."""

    id: str
    name: str
    position: Position
    road_id: str | None = None


Thing = TypeVar("Thing", Road, Place)


class CityModel(msgspec.Struct, frozen=True):
    """The city, by kind and id."""

    roads: dict[str, Road]
    hospitals: dict[str, Place]
    sensors: dict[str, Place]
    cameras: dict[str, Place]
    stations: dict[str, Place]
    name: str | None = None
    timezone: str | None = None
    """IANA name."""

    @property
    def points(self) -> list[Position]:
        """Where anything is that it has: roads' points and places."""
        places = (self.hospitals, self.sensors, self.cameras, self.stations)
        points = [point for road in self.roads.values() for point in road.line]
        return points + [place.position for kind in places for place in kind.values()]


def checked_timezone(name: str) -> str:
    """The name, if it is that of an IANA time zone.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    # Looked up, not opened: a name may be a folder's, or a path. `localtime` is another zone on each machine.
    if name == "localtime" or name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone such as Europe/Berlin")
    return name


def zone_of(model: CityModel | None, override: str | None) -> ZoneInfo:
    """The zone of the city's days and hours: the override, else the model's, else UTC.

    Both are known names: `parse` and the settings see to it.
    """
    return ZoneInfo(override or (model and model.timezone) or "UTC")


def parse(text: bytes) -> CityModel:
    """Read and check a city model.

    Raises:
        CityModelError: naming the feature and field, or the collection's member, and the reason.
    """
    try:
        raw = msgspec.json.decode(text, type=_Collection)
    except msgspec.DecodeError as error:
        raise CityModelError(f"not a GeoJSON FeatureCollection: {error}") from error
    if raw.timezone is not None:
        try:
            checked_timezone(raw.timezone)
        except ValueError as error:
            raise CityModelError(f"timezone: {error}") from error
    model = CityModel({}, {}, {}, {}, {}, raw.name, raw.timezone)
    for number, feature in enumerate(raw.features):
        _add(model, number, feature)
    _check_references(model)
    return model


def load(path: Path) -> CityModel:
    """Read and check the city model in a file.

    Raises:
        CityModelError: the file is missing or can't be used.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise CityModelError(
            f"{path}: {error.strerror}; write one with: city-simulator model --out {path}"
        ) from error
    try:
        return parse(text)
    except CityModelError as error:
        raise CityModelError(f"{path}: {error}") from error


def dump(model: CityModel) -> bytes:
    """The model as GeoJSON."""
    features: list[dict[str, Any]] = [
        _feature(
            road.id,
            Line(road.line),
            RoadProperties(
                road.length_m,
                road.free_flow_kmh,
                road.neighbours,
                road.name,
                road.lanes,
                road.class_ or UNSET,
                road.area or UNSET,
            ),
        )
        for road in model.roads.values()
    ]
    named: tuple[tuple[Place, Properties], ...] = (
        *((place, HospitalProperties(place.name)) for place in model.hospitals.values()),
        *((place, SensorProperties(place.road_id or "")) for place in model.sensors.values()),
        *((place, CameraProperties(place.road_id or "")) for place in model.cameras.values()),
        *((place, StationProperties(place.name)) for place in model.stations.values()),
    )
    features += [_feature(place.id, Point(place.position), about) for place, about in named]
    told = {"name": model.name, "timezone": model.timezone}
    head = {member: value for member, value in told.items() if value is not None}
    return msgspec.json.encode({"type": "FeatureCollection", **head, "features": features})


def _feature(id_: str, geometry: Line | Point, properties: Properties) -> dict[str, Any]:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}


def _add(model: CityModel, number: int, raw: msgspec.Raw) -> None:
    try:
        feature = msgspec.json.decode(raw, type=Feature)
    except msgspec.DecodeError as error:
        raise CityModelError(f"feature {number}: {error}") from error
    about, geometry = feature.properties, feature.geometry
    if isinstance(about, RoadProperties):
        if not isinstance(geometry, Line):
            raise CityModelError(f"feature {number}: geometry: road {feature.id!r} must be a LineString")
        road = Road(
            feature.id,
            about.name or feature.id,
            geometry.coordinates,
            about.length_m,
            about.free_flow_kmh,
            about.lanes,
            about.neighbours,
            about.class_ or None,
            about.area or None,
        )
        _put(model.roads, number, road)
        return
    if not isinstance(geometry, Point):
        raise CityModelError(f"feature {number}: geometry: {feature.id!r} must be a Point")
    match about:
        case HospitalProperties() | StationProperties():
            place = Place(feature.id, about.name or feature.id, geometry.coordinates)
            _put(model.hospitals if isinstance(about, HospitalProperties) else model.stations, number, place)
        case SensorProperties() | CameraProperties():
            place = Place(feature.id, feature.id, geometry.coordinates, about.road_id)
            _put(model.sensors if isinstance(about, SensorProperties) else model.cameras, number, place)


def _put(into: dict[str, Thing], number: int, thing: Thing) -> None:
    if thing.id in into:
        raise CityModelError(f"feature {number}: id: {thing.id!r} is there twice")
    into[thing.id] = thing


def _check_references(model: CityModel) -> None:
    if not model.roads:
        raise CityModelError("no feature of kind 'road'")
    for road in model.roads.values():
        for neighbour in road.neighbours:
            if neighbour not in model.roads:
                raise CityModelError(f"road {road.id!r}: neighbours: no road {neighbour!r}")
    watchers: Iterable[Place] = (*model.sensors.values(), *model.cameras.values())
    for place in watchers:
        if place.road_id not in model.roads:
            raise CityModelError(f"{place.id!r}: road_id: no road {place.road_id!r}")
