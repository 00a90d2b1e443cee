"""The five events, one msgspec Struct per topic.

Units are in the names. Timestamps come as RFC 3339 (with a zone) or as epoch seconds or
milliseconds; `event_time_ms` is the one place that reads them. Unknown fields are ignored here
and kept in the archive, which stores the original bytes. Descriptions and examples go into the JSON
Schemas (`city schemas export`).

This is the clean form. What else real senders write is read by `citystream.reader`, which needs to know:

- a `Literal` whose field has a default takes what is not in its list as that default;
- `UNKNOWN` in a number's `Meta` are values that stand for "not known";
- `FORGIVEN` in a field's `Meta` has what can't be read taken for not known;
- `catch_all` of a struct of counts is the field that takes classes it does not know.
"""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Timestamp = Annotated[
    Annotated[datetime, Meta(tz=True)] | float,
    Meta(
        description="When it happened, in the years 2000 to 2100: RFC 3339 with a zone, "
        "or epoch seconds, or (from 1e11 on) epoch milliseconds.",
        examples=["2026-11-23T08:15:30.250Z"],
    ),
]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="WGS 84, north positive.", examples=[34.0537])]
Longitude = Annotated[
    float, Meta(ge=-180, le=180, description="WGS 84, east positive.", examples=[-118.2428])
]
UNKNOWN = "unknown"
FORGIVEN = "forgiven"
NEGATIVE: dict[str, Any] = {UNKNOWN: (-1, -99, -999, -9999)}
"""Marks for "not known" where nothing negative can be measured."""
SpeedKmh = Annotated[float, Meta(ge=0, le=400, extra=NEGATIVE, examples=[42.5])]
Count = Annotated[int, Meta(ge=0, le=100_000, examples=[3])]

VehicleType = Literal[
    "car", "bus", "taxi", "ambulance", "police", "fire",
    "tram", "train", "ferry", "truck", "van", "motorcycle", "bicycle", "other",
]  # fmt: skip
IncidentKind = Literal["medical", "accident", "fire", "crime", "hazard", "other"]
IncidentStatus = Literal[
    "reported", "dispatched", "en_route", "on_scene", "transporting", "resolved", "cancelled"
]
Condition = Literal[
    "clear", "clouds", "rain", "drizzle", "thunderstorm", "snow", "fog",
    "sleet", "hail", "mist", "haze", "smoke", "dust", "unknown",
]  # fmt: skip

# A clock before 2000 was never set; one past 2100 is broken. Both bounds in epoch milliseconds.
# Floats, as what is compared with them.
EARLIEST_MS = 946_684_800_000.0
LATEST_MS = 4_102_444_800_000.0
# 1e11 s is the year 5138 and 1e11 ms is 1973: numbers from there on are milliseconds.
MILLISECONDS_FROM = 1e11


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What every event carries: who it is about, and when it happened."""

    entity_fields: ClassVar[tuple[str, ...]] = ()
    """Who or what it is about: the first of these fields that is there. Every type declares them."""
    identity_fields: ClassVar[tuple[str, ...]] = ()
    """What tells events of one entity apart beside their id, where a sender gives several the same one."""

    event_id: Annotated[
        Id | None,
        Meta(
            description="The sender's own. The same id of the same entity is the same event; "
            "without one, the same time is."
        ),
    ] = None
    timestamp: Timestamp


class Gps(Event, frozen=True, gc=False, kw_only=True):
    """One position of one vehicle."""

    entity_fields = ("vehicle_id",)

    vehicle_id: Annotated[Id, Meta(description="A pseudonym or keyed hash, never a plate.")]
    vehicle_type: VehicleType = "other"
    latitude: Latitude
    longitude: Longitude
    speed_kmh: SpeedKmh | None = None
    heading_deg: Annotated[float, Meta(ge=0, le=360, extra={UNKNOWN: (-1, 511)}, examples=[87.0])] | None = (
        None
    )
    road_id: Annotated[Id | None, Meta(description="The road it was matched to.")] = None


class Traffic(Event, frozen=True, gc=False, kw_only=True):
    """One reading of one road sensor: vehicles counted since its last reading, and their mean speed.

    At least one of speed, count and occupancy is there.
    """

    entity_fields = ("sensor_id", "road_id")

    sensor_id: Annotated[Id | None, Meta(description="None of probe data: it speaks for its road.")] = None
    road_id: Id
    speed_kmh: Annotated[SpeedKmh | None, Meta(description="Mean over the vehicles counted.")] = None
    vehicle_count: Annotated[Count | None, Meta(description="Vehicles since the sensor's last reading.")] = (
        None
    )
    occupancy_pct: Annotated[
        Annotated[float, Meta(ge=0, le=100, extra=NEGATIVE)] | None,
        Meta(description="Share of time that something stood over the sensor.", examples=[8.5]),
    ] = None

    def __post_init__(self) -> None:
        if self.speed_kmh is None and self.vehicle_count is None and self.occupancy_pct is None:
            raise ValueError("speed_kmh: is missing, and so are vehicle_count and occupancy_pct")


class Emergency(Event, frozen=True, gc=False, kw_only=True):
    """One step in the life of an incident. It is never refused for its place: that is then not known."""

    entity_fields = ("incident_id",)
    identity_fields = ("status",)

    incident_id: Annotated[Id, Meta(description="The same in every step of one incident.")]
    kind: IncidentKind = "other"
    status: IncidentStatus
    severity: Annotated[int, Meta(ge=1, le=5, description="1 is slight, 5 is worst.", examples=[3])]
    latitude: Annotated[Latitude | None, Meta(extra={FORGIVEN: True})] = None
    longitude: Annotated[Longitude | None, Meta(extra={FORGIVEN: True})] = None
    road_id: Id | None = None
    unit_id: Annotated[Id | None, Meta(description="The vehicle on its way or there.")] = None
    hospital_id: Annotated[Id | None, Meta(description="Where a patient is brought.")] = None


class Weather(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one weather station. At least one measurement or the condition is there."""

    entity_fields = ("station_id",)

    station_id: Id
    latitude: Latitude
    longitude: Longitude
    temperature_c: (
        Annotated[float, Meta(ge=-90, le=60, extra={UNKNOWN: (-99, -999, -9999, 999, 9999)}, examples=[17.5])]
        | None
    ) = None
    humidity_pct: Annotated[
        Annotated[float, Meta(ge=0, le=100, extra=NEGATIVE)] | None,
        Meta(description="Relative humidity.", examples=[62.0]),
    ] = None
    wind_speed_ms: Annotated[
        Annotated[float, Meta(ge=0, le=150, extra=NEGATIVE)] | None,
        Meta(description="m/s, not milliseconds.", examples=[4.2]),
    ] = None
    precipitation_mm_h: Annotated[float, Meta(ge=0, le=500, extra=NEGATIVE, examples=[0.4])] | None = None
    visibility_m: Annotated[float, Meta(ge=0, le=200_000, extra=NEGATIVE, examples=[9500.0])] | None = None
    condition: Condition = "unknown"
    air_quality_index: Annotated[
        Annotated[float, Meta(ge=0, le=1000, extra=NEGATIVE)] | None,
        Meta(description="In the station's own index, such as the US AQI.", examples=[41.0]),
    ] = None

    def __post_init__(self) -> None:
        told = (
            self.temperature_c,
            self.humidity_pct,
            self.wind_speed_ms,
            self.precipitation_mm_h,
            self.visibility_m,
            self.air_quality_index,
        )
        if self.condition == "unknown" and all(value is None for value in told):
            raise ValueError("temperature_c: is missing, and so is everything else a station observes")


class CameraCounts(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Road users seen since the camera's last observation, by class."""

    catch_all: ClassVar[str] = "other"

    car: Count = 0
    bus: Count = 0
    truck: Count = 0
    motorcycle: Count = 0
    bicycle: Count = 0
    pedestrian: Count = 0
    other: Count = 0


class Camera(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one camera. A plate comes hashed, or is hashed before anything is stored.

    At least one of counts, speed and incident is there.
    """

    entity_fields = ("camera_id",)

    camera_id: Id
    road_id: Id
    counts: CameraCounts | None = None
    mean_speed_kmh: SpeedKmh | None = None
    incident: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(description="What the camera makes of it.", examples=["stopped_vehicle"]),
    ] = None
    plate_hash: Annotated[
        Annotated[str, Meta(min_length=16, max_length=128)] | None,
        Meta(
            description="Keyed hash of a plate, never the plate.",
            examples=["5f0c8f3f1c6e4a55b0f4f0f7c2d7a9e1"],
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.counts is None and self.mean_speed_kmh is None and self.incident is None:
            raise ValueError("counts: is missing, and so are mean_speed_kmh and incident")


EVENTS: dict[str, type[Event]] = {
    "gps": Gps,
    "traffic": Traffic,
    "emergency": Emergency,
    "weather": Weather,
    "camera": Camera,
}
"""The platform's own types, by topic name."""


def event_time_ms(timestamp: datetime | float) -> int:
    """Event time in epoch milliseconds, UTC.

    Raises:
        ValueError: before 2000 or after 2100, naming the field.
    """
    # What nearly every sender writes, asked first.
    if timestamp.__class__ is float and EARLIEST_MS <= timestamp < LATEST_MS:
        return round(timestamp)
    if isinstance(timestamp, datetime):
        ms = timestamp.timestamp() * 1000
    else:
        ms = timestamp if timestamp >= MILLISECONDS_FROM else timestamp * 1000
    # Checked before rounding: -1e308 s becomes infinity here, which no integer holds.
    if not EARLIEST_MS <= ms < LATEST_MS:
        raise ValueError("timestamp: outside the years 2000 to 2100; is the sender's clock set?")
    return round(ms)


E = TypeVar("E", bound=Event)


# No sender has these in an id; the time of an event without one is told apart from an id by the second.
BEFORE_ID, BEFORE_TIME = "\x1f", "\x1e"


def entity_of(event: type[E]) -> Callable[[E], str]:
    """What gives the entity that an event is about.

    Raises:
        TypeError: the type declares none.
    """
    if not event.entity_fields:
        raise TypeError(f"{event.__name__}.entity_fields: say whom an event is about")
    first, *others = (attrgetter(field) for field in event.entity_fields)
    if not others:
        return first

    def entity(one: E) -> str:
        found: str | None = first(one)
        if found is None:
            found = next(name for other in others if (name := other(one)) is not None)
        return found

    return entity


def identity_of(event: type[E]) -> Callable[[E, int], str]:
    """What gives the identity of an event from it and its event time: of two alike the second is a duplicate.

    An id is its sender's own, so it counts within its entity.
    """
    entity = entity_of(event)
    first, fields = attrgetter(event.entity_fields[0]), event.identity_fields

    def of_entity(one: E, time_ms: int) -> str:
        # Asked of every event: what is nearly always there first, and no further call for it.
        who, own = first(one), one.event_id
        if who is None:
            who = entity(one)
        return f"{who}{BEFORE_TIME}{time_ms}" if own is None else f"{who}{BEFORE_ID}{own}"

    def of_several(one: E, time_ms: int) -> str:
        return BEFORE_ID.join([of_entity(one, time_ms), *(str(getattr(one, field)) for field in fields)])

    return of_several if fields else of_entity
