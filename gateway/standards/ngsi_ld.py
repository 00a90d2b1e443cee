"""NGSI-LD entities of the Smart Data Models: vehicles, traffic flow and weather, in normalized form."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from citystream.contracts.city_model import Road
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import VehicleType
from citystream.contracts.state import MILLI, mean
from citystream.contracts.weather import Condition
from gateway.traffic import RoadWindow
from gateway.vehicles import Position
from gateway.view import Entry, View
from gateway.weather import Observation

V = TypeVar("V")
Entity = dict[str, Any]

_MODELS = "https://raw.githubusercontent.com/smart-data-models"
TRANSPORTATION = f"{_MODELS}/dataModel.Transportation/master/context.jsonld"
WEATHER = f"{_MODELS}/dataModel.Weather/master/context.jsonld"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"

# Codes of UN/CEFACT Recommendation 20.
KMH, DEGREE, CELSIUS, METRE_PER_SECOND, MILLIMETRE_PER_HOUR = "KMH", "DD", "CEL", "MTS", "H67"

VEHICLES: Mapping[VehicleType, tuple[str, list[str], str | None]] = {
    "car": ("car", ["tracked"], None),
    "bus": ("bus", ["public", "tracked"], None),
    "taxi": ("car", ["specialUsage", "tracked"], "taxi"),
    "ambulance": ("ambulance", ["specialUsage", "tracked"], "ambulance"),
    # A car, a van or a motorcycle: that is not told.
    "police": ("anyVehicle", ["specialUsage", "tracked"], "police"),
    "fire": ("fireTender", ["specialUsage", "tracked"], "fireBrigade"),
    "tram": ("tram", ["public", "tracked"], None),
    # The model has no word for it.
    "train": ("other", ["public", "tracked"], None),
    "ferry": ("passengerVessel", ["public", "tracked"], None),
    "truck": ("lorry", ["tracked"], None),
    "van": ("van", ["tracked"], None),
    "motorcycle": ("motorcycle", ["tracked"], None),
    "bicycle": ("bicycle", ["tracked"], None),
    # Of a kind that was not told, so it may be any.
    "other": ("anyVehicle", ["tracked"], None),
}
"""`vehicleType`, `category` and `vehicleSpecialUsage` of each."""

WEATHER_TYPES: Mapping[Condition, str | None] = {
    "clear": "clear",
    "clouds": "cloudy",
    "rain": "rain",
    "drizzle": "drizzle",
    "thunderstorm": "thunder",
    "snow": "snow",
    "fog": "fog",
    "sleet": "sleet",
    "hail": "hail",
    "mist": "mist",
    "haze": "haze",
    "smoke": "smoke",
    "dust": "dust",
    "unknown": None,
}

VISIBILITIES_M = (
    (1_000, "veryPoor"),
    (4_000, "poor"),
    (10_000, "moderate"),
    (20_000, "good"),
    (40_000, "veryGood"),
)
"""Below so many metres; the classes of the Met Office, which the model's names are from."""


class EntityType(NamedTuple, Generic[V]):
    """One type of entities, and the view whose things they are."""

    name: str
    context: str
    view: View[V]
    make: Callable[[str, V, int], Entity]
    """Of a thing's id, value, and the event time of the newest event in it, epoch milliseconds."""

    def with_data(self) -> list[Entry[V]]:
        """The things that are entities, by id."""
        return [entry for entry in self.view.in_order() if entry.value is not None]

    def entities(self, entries: Iterable[Entry[V]]) -> list[Entity]:
        """These things as entities; one without data is none."""
        return [
            self.make(entry.key, entry.value, entry.time_ms)
            for entry in entries
            if entry.value is not None and entry.time_ms is not None
        ]


def urn(type_: str, key: str) -> str:
    """The entity's id. What a URI can't have stands in percent signs."""
    return f"urn:ngsi-ld:{type_}:{quote(key, safe='')}"


def keys(type_: str, id_: str) -> tuple[str, ...]:
    """What thing an id may be of. Clients send it in a path with percent signs doubled, or as it is."""
    prefix = f"urn:ngsi-ld:{type_}:"
    if not id_.startswith(prefix):
        return ()
    rest = id_.removeprefix(prefix)
    return rest, unquote(rest)


def vehicle(key: str, seen: Position, at_ms: int) -> Entity:
    """Model `Vehicle`: speed in km/h, heading in degrees clockwise from north, -1 while it stands."""
    at = rfc3339(at_ms)
    kind, category, usage = VEHICLES[seen.vehicle_type]
    heading = seen.heading_deg
    if heading is not None:
        heading = -1 if seen.speed_kmh == 0 else heading % 360
    return {
        "id": urn("Vehicle", key),
        "type": "Vehicle",
        "vehicleType": _property(kind),
        "category": _property(category),
        **({"vehicleSpecialUsage": _property(usage)} if usage else {}),
        "location": _point(seen.longitude, seen.latitude, at),
        **_measured("speed", seen.speed_kmh, at, KMH),
        **_measured("heading", heading, at, DEGREE),
        "observationDateTime": _time(at),
    }


def traffic_flow(
    key: str, window: RoadWindow, at_ms: int, *, window_s: int, roads: Mapping[str, Road]
) -> Entity:
    """Model `TrafficFlowObserved`: a road's newest window."""
    state, road, at = window.state, roads.get(key), rfc3339(at_ms)
    start, end = rfc3339(window.start_s * 1000), rfc3339((window.start_s + window_s) * 1000)
    # Of 1, not of 100.
    occupancy = mean(state.occupancy_sum, state.occupancy_count, 100 * MILLI)
    congested = None if window.level == "unknown" else window.level in ("heavy", "jammed")
    return {
        "id": urn("TrafficFlowObserved", key),
        "type": "TrafficFlowObserved",
        "name": _property(window.name),
        **({"location": _line(road)} if road else {}),
        "dateObserved": _property(f"{start}/{end}"),
        "dateObservedFrom": _time(start),
        "dateObservedTo": _time(end),
        **_measured("intensity", state.vehicle_count, at),
        **_measured("averageVehicleSpeed", state.mean_speed_kmh, at, KMH),
        **_measured("occupancy", occupancy, at),
        **_measured("congested", congested, at),
    }


def weather(key: str, seen: Observation, at_ms: int, *, names: Mapping[str, str]) -> Entity:
    """Model `WeatherObserved`: humidity from 0 to 1, precipitation as the rate that it is measured as."""
    at = rfc3339(at_ms)
    humidity = None if seen.humidity_pct is None else seen.humidity_pct / 100
    sight = None if seen.visibility_m is None else visibility(seen.visibility_m)
    return {
        "id": urn("WeatherObserved", key),
        "type": "WeatherObserved",
        "name": _property(names.get(key, key)),
        "location": _point(seen.longitude, seen.latitude),
        "dateObserved": _time(at),
        **_measured("temperature", seen.temperature_c, at, CELSIUS),
        **_measured("relativeHumidity", humidity, at),
        **_measured("windSpeed", seen.wind_speed_ms, at, METRE_PER_SECOND),
        **_measured("precipitation", seen.precipitation_mm_h, at, MILLIMETRE_PER_HOUR),
        **_measured("visibility", sight, at),
        **_measured("weatherType", WEATHER_TYPES[seen.condition], at),
        **_measured("airQualityIndex", seen.air_quality_index, at),
    }


def visibility(metres: float) -> str:
    """The model's class of a distance."""
    return next((name for bound, name in VISIBILITIES_M if metres < bound), "excellent")


def _property(value: object, observed_at: str | None = None, unit: str | None = None) -> Entity:
    made: Entity = {"type": "Property", "value": value}
    if observed_at is not None:
        made["observedAt"] = observed_at
    if unit is not None:
        made["unitCode"] = unit
    return made


def _measured(name: str, value: object, observed_at: str, unit: str | None = None) -> Entity:
    """The attribute, or none of what was not measured: NGSI-LD has no null."""
    return {} if value is None else {name: _property(value, observed_at, unit)}


def _time(moment: str) -> Entity:
    return _property({"@type": "DateTime", "@value": moment})


def _point(longitude: float, latitude: float, observed_at: str | None = None) -> Entity:
    made: Entity = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [longitude, latitude]}}
    if observed_at is not None:
        made["observedAt"] = observed_at
    return made


def _line(road: Road) -> Entity:
    return {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": road.line}}
