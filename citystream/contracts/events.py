"""The five events, one msgspec Struct per topic.

Units are in the names. Timestamps come as RFC 3339 (with a zone) or as epoch seconds or
milliseconds; `event_time_ms` is the one place that reads them. Unknown fields are ignored here
and kept in the archive, which stores the original bytes. Descriptions and examples go into the JSON
Schemas (`city schemas export`).
"""

from datetime import datetime
from typing import Annotated, Literal

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
SpeedKmh = Annotated[float, Meta(ge=0, le=400, examples=[42.5])]
Count = Annotated[int, Meta(ge=0, le=100_000, examples=[3])]

VehicleType = Literal["car", "bus", "taxi", "ambulance", "police", "fire"]
IncidentKind = Literal["medical", "accident", "fire", "crime", "hazard"]
IncidentStatus = Literal[
    "reported", "dispatched", "en_route", "on_scene", "transporting", "resolved", "cancelled"
]
Condition = Literal["clear", "clouds", "rain", "drizzle", "thunderstorm", "snow", "fog", "unknown"]

# A clock before 2000 was never set; one past 2100 is broken. Both bounds in epoch milliseconds.
# Floats, as what is compared with them.
EARLIEST_MS = 946_684_800_000.0
LATEST_MS = 4_102_444_800_000.0
# 1e11 s is the year 5138 and 1e11 ms is 1973: numbers from there on are milliseconds.
MILLISECONDS_FROM = 1e11


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What every event carries: who it is, and when it happened."""

    event_id: Annotated[Id, Meta(description="The sender's own; the same id twice is the same event.")]
    timestamp: Timestamp


class Gps(Event, frozen=True, gc=False, kw_only=True):
    """One position of one vehicle."""

    vehicle_id: Annotated[Id, Meta(description="A pseudonym or keyed hash, never a plate.")]
    vehicle_type: VehicleType
    latitude: Latitude
    longitude: Longitude
    speed_kmh: SpeedKmh
    heading_deg: Annotated[float, Meta(ge=0, le=360, examples=[87.0])]
    road_id: Annotated[Id | None, Meta(description="The road it was matched to.")] = None


class Traffic(Event, frozen=True, gc=False, kw_only=True):
    """One reading of one road sensor: vehicles counted since its last reading, and their mean speed."""

    sensor_id: Id
    road_id: Id
    speed_kmh: Annotated[SpeedKmh, Meta(description="Mean over the vehicles counted.")]
    vehicle_count: Annotated[Count, Meta(description="Vehicles since the sensor's last reading.")]
    occupancy_pct: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | None,
        Meta(description="Share of time that something stood over the sensor.", examples=[8.5]),
    ] = None


class Emergency(Event, frozen=True, gc=False, kw_only=True):
    """One step in the life of an incident."""

    incident_id: Annotated[Id, Meta(description="The same in every step of one incident.")]
    kind: IncidentKind
    status: IncidentStatus
    severity: Annotated[int, Meta(ge=1, le=5, description="1 is slight, 5 is worst.", examples=[3])]
    latitude: Latitude
    longitude: Longitude
    road_id: Id | None = None
    unit_id: Annotated[Id | None, Meta(description="The vehicle on its way or there.")] = None
    hospital_id: Annotated[Id | None, Meta(description="Where a patient is brought.")] = None


class Weather(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one weather station."""

    station_id: Id
    latitude: Latitude
    longitude: Longitude
    temperature_c: Annotated[float, Meta(ge=-90, le=60, examples=[17.5])]
    humidity_pct: Annotated[float, Meta(ge=0, le=100, description="Relative humidity.", examples=[62.0])]
    wind_speed_ms: Annotated[float, Meta(ge=0, le=150, description="m/s, not milliseconds.", examples=[4.2])]
    precipitation_mm_h: Annotated[float, Meta(ge=0, le=500, examples=[0.4])]
    visibility_m: Annotated[float, Meta(ge=0, le=200_000, examples=[9500.0])]
    condition: Condition
    air_quality_index: Annotated[
        Annotated[float, Meta(ge=0, le=1000)] | None,
        Meta(description="In the station's own index, such as the US AQI.", examples=[41.0]),
    ] = None


class CameraCounts(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Road users seen since the camera's last observation, by class."""

    car: Count = 0
    bus: Count = 0
    truck: Count = 0
    motorcycle: Count = 0
    bicycle: Count = 0
    pedestrian: Count = 0


class Camera(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one camera. A plate comes hashed, or is hashed before anything is stored."""

    camera_id: Id
    road_id: Id
    counts: CameraCounts
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
    if isinstance(timestamp, datetime):
        ms = timestamp.timestamp() * 1000
    elif timestamp >= MILLISECONDS_FROM:
        ms = timestamp
    else:
        ms = timestamp * 1000
    # Checked before rounding: -1e308 s becomes infinity here, which no integer holds.
    if not EARLIEST_MS <= ms < LATEST_MS:
        raise ValueError("timestamp: outside the years 2000 to 2100; is the sender's clock set?")
    return round(ms)
