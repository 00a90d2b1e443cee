"""States that services publish and readers merge.

Every state is a commutative monoid: `X()` is its zero, `merge` its sum. A state covers one key, one
window and one partition; a reader merges the partitions' states and asks `summary` for the answer.
Sums are fixed-point integers (micro = 1e-6, milli = 1e-3 of the named unit), so results do not depend
on the order in which parts were added. States travel as msgpack arrays, in field order: append only.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, Protocol, Self

import msgspec

from citystream.contracts import sketch
from citystream.contracts.events import IncidentKind, IncidentStatus

MICRO = 1_000_000
MILLI = 1_000

GPS_WINDOWS = "minute"
GPS_LATEST = "position"
TRAFFIC_WINDOWS = "road"
EMERGENCY_THINGS = "incident"
WEATHER_WINDOWS = "weather"
WEATHER_LATEST = "station"
CAMERA_WINDOWS = "road"
CAMERA_LATEST = "camera"
"""Names of the views, as they stand in Redis keys and index names. `Latest` values are msgpack maps of
the event's own fields without `event_id` and `timestamp`, plus `time_ms` (event time, epoch milliseconds)."""

GPS_WINDOW_S = 60
"""Length of a vehicle's window: its track has one point in each."""
TRAFFIC_WINDOW_S = 300
"""Length of a road's window where `CITY_WINDOW_S` does not say otherwise: readers state the window's end."""

Summary = dict[str, Any]
"""JSON-ready: str, int, float, None, and lists and dicts of them."""


class State(Protocol):
    """What the kit asks of a state. Its class, called without arguments, is the zero."""

    def merge(self, other: Self) -> Self:
        """The state of both parts."""
        ...

    def summary(self) -> Summary:
        """The answer a person asks for."""
        ...


def rfc3339(ms: int) -> str:
    """Epoch milliseconds as RFC 3339, UTC."""
    return f"{_to_the_second(ms // 1000)}.{ms % 1000:03d}Z"


@lru_cache(maxsize=8_192)
def _to_the_second(seconds: int) -> str:
    # What is written together is of the same minutes.
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def mean(total: int, count: int, scale: int) -> float | None:
    """Correctly rounded quotient of fixed-point sums; None of nothing."""
    return total / (count * scale) if count else None


def least(left: float | None, right: float | None) -> float | None:
    """The smaller of two, where None is nothing yet."""
    if left is None or right is None:
        return right if left is None else left
    return min(left, right)


def greatest(left: float | None, right: float | None) -> float | None:
    """The greater of two, where None is nothing yet."""
    if left is None or right is None:
        return right if left is None else left
    return max(left, right)


Level = Literal["free", "light", "moderate", "heavy", "jammed", "unknown"]


def congestion_level(mean_speed_kmh: float | None, free_flow_kmh: float | None) -> Level:
    """Level of service by the ratio of mean speed to free-flow speed.

    Bounds follow the Highway Capacity Manual's urban-street levels: above 0.8 free (A-B),
    0.6 light (C), 0.4 moderate (D-E), 0.2 heavy (F), below it jammed.
    """
    if mean_speed_kmh is None or not free_flow_kmh:
        return "unknown"
    ratio = mean_speed_kmh / free_flow_kmh
    bounds: tuple[tuple[float, Level], ...] = (
        (0.8, "free"),
        (0.6, "light"),
        (0.4, "moderate"),
        (0.2, "heavy"),
    )
    for bound, level in bounds:
        if ratio >= bound:
            return level
    return "jammed"


STANDING_PCT = 50.0
"""Occupancy from which a reading without a speed tells of vehicles that stand."""


class TrafficWindow(msgspec.Struct, array_like=True):
    """Readings of one road.

    A reading of no vehicles says nothing of speed: an empty road is not a jam. A standing one has no speed
    either, and no vehicle that came through, but something over the sensor half of the time.
    """

    readings: int = 0
    vehicles: int = 0
    speed_sum: int = 0
    """micro km/h"""
    speed_sumsq: int = 0
    """(milli km/h) squared"""
    speed_min: float | None = None
    speed_max: float | None = None
    occupancy_sum: int = 0
    """milli percent"""
    occupancy_count: int = 0
    speed_buckets: dict[int, int] = msgspec.field(default_factory=dict)
    without_speed: int = 0
    """readings without a speed"""
    without_count: int = 0
    """readings without a count"""
    standing: int = 0
    """readings of vehicles that stand"""
    weighted_speed_sum: int = 0
    """micro km/h, each speed as often as vehicles had it"""
    weighted_vehicles: int = 0
    """vehicles of the readings with a speed"""

    def merge(self, other: "TrafficWindow") -> "TrafficWindow":
        return TrafficWindow(
            self.readings + other.readings,
            self.vehicles + other.vehicles,
            self.speed_sum + other.speed_sum,
            self.speed_sumsq + other.speed_sumsq,
            least(self.speed_min, other.speed_min),
            greatest(self.speed_max, other.speed_max),
            self.occupancy_sum + other.occupancy_sum,
            self.occupancy_count + other.occupancy_count,
            sketch.merge(self.speed_buckets, other.speed_buckets),
            self.without_speed + other.without_speed,
            self.without_count + other.without_count,
            self.standing + other.standing,
            self.weighted_speed_sum + other.weighted_speed_sum,
            self.weighted_vehicles + other.weighted_vehicles,
        )

    @property
    def speeds(self) -> int:
        """Readings with a speed."""
        return self.readings - self.without_speed

    @property
    def mean_speed_kmh(self) -> float | None:
        return mean(self.speed_sum, self.speeds, MICRO)

    def congestion_level(self, free_flow_kmh: float | None) -> "Level":
        """Of the mean speed against free flow; without speeds, of what stood or was counted."""
        if self.standing and self.standing >= self.speeds:
            return "jammed"
        if self.readings and not self.speeds:
            return "free"
        return congestion_level(self.mean_speed_kmh, free_flow_kmh)

    @property
    def vehicle_count(self) -> int | None:
        """Vehicles; None where there are readings and none has a count."""
        return self.vehicles if self.readings > self.without_count or not self.readings else None

    def summary(self) -> Summary:
        p15, p50, p85 = sketch.quantiles(self.speed_buckets, (0.15, 0.5, 0.85))
        average = self.mean_speed_kmh
        deviation = None
        if average is not None:
            variance = self.speed_sumsq / (self.speeds * MILLI * MILLI) - average * average
            deviation = max(variance, 0.0) ** 0.5
        return {
            "readings": self.readings,
            "vehicles": self.vehicle_count,
            "standing": self.standing,
            "mean_speed_kmh": average,
            "weighted_mean_speed_kmh": mean(self.weighted_speed_sum, self.weighted_vehicles, MICRO),
            "min_speed_kmh": self.speed_min,
            "max_speed_kmh": self.speed_max,
            "stddev_speed_kmh": deviation,
            "p15_speed_kmh": p15,
            "p50_speed_kmh": p50,
            "p85_speed_kmh": p85,
            "occupancy_pct": mean(self.occupancy_sum, self.occupancy_count, MILLI),
        }


class GpsWindow(msgspec.Struct, array_like=True):
    """Positions of one vehicle; its last one is the track's point for this window.

    Kept under 64 bytes encoded, so that Redis packs a page of them.
    """

    positions: int = 0
    speed_sum: int = 0
    """milli km/h"""
    speed_max: int = 0
    """milli km/h"""
    last_ms: int = -1
    """event time of the last position, epoch milliseconds"""
    latitude: int = 0
    """micro degrees"""
    longitude: int = 0
    """micro degrees"""
    without_speed: int = 0
    """positions without a speed"""

    def merge(self, other: "GpsWindow") -> "GpsWindow":
        last = max(
            (self.last_ms, self.latitude, self.longitude), (other.last_ms, other.latitude, other.longitude)
        )
        return GpsWindow(
            self.positions + other.positions,
            self.speed_sum + other.speed_sum,
            max(self.speed_max, other.speed_max),
            *last,
            self.without_speed + other.without_speed,
        )

    def summary(self) -> Summary:
        speeds = self.positions - self.without_speed
        return {
            "positions": self.positions,
            "mean_speed_kmh": mean(self.speed_sum, speeds, MILLI),
            "max_speed_kmh": self.speed_max / MILLI if speeds else None,
            "timestamp": rfc3339(self.last_ms) if self.positions else None,
            "latitude": self.latitude / MICRO,
            "longitude": self.longitude / MICRO,
        }


class WeatherWindow(msgspec.Struct, array_like=True):
    """Observations of one station."""

    observations: int = 0
    temperature_sum: int = 0
    """milli degrees C"""
    temperature_min: float | None = None
    temperature_max: float | None = None
    humidity_sum: int = 0
    """milli percent"""
    wind_sum: int = 0
    """milli m/s"""
    wind_max: float | None = None
    precipitation_sum: int = 0
    """milli mm/h"""
    precipitation_max: float | None = None
    visibility_min: float | None = None
    """m"""
    air_quality_sum: int = 0
    """milli index points"""
    air_quality_count: int = 0
    without_temperature: int = 0
    """observations without one, as those below"""
    without_humidity: int = 0
    without_wind: int = 0
    without_precipitation: int = 0

    def merge(self, other: "WeatherWindow") -> "WeatherWindow":
        return WeatherWindow(
            self.observations + other.observations,
            self.temperature_sum + other.temperature_sum,
            least(self.temperature_min, other.temperature_min),
            greatest(self.temperature_max, other.temperature_max),
            self.humidity_sum + other.humidity_sum,
            self.wind_sum + other.wind_sum,
            greatest(self.wind_max, other.wind_max),
            self.precipitation_sum + other.precipitation_sum,
            greatest(self.precipitation_max, other.precipitation_max),
            least(self.visibility_min, other.visibility_min),
            self.air_quality_sum + other.air_quality_sum,
            self.air_quality_count + other.air_quality_count,
            self.without_temperature + other.without_temperature,
            self.without_humidity + other.without_humidity,
            self.without_wind + other.without_wind,
            self.without_precipitation + other.without_precipitation,
        )

    def summary(self) -> Summary:
        count = self.observations
        return {
            "observations": count,
            "mean_temperature_c": mean(self.temperature_sum, count - self.without_temperature, MILLI),
            "min_temperature_c": self.temperature_min,
            "max_temperature_c": self.temperature_max,
            "mean_humidity_pct": mean(self.humidity_sum, count - self.without_humidity, MILLI),
            "mean_wind_speed_ms": mean(self.wind_sum, count - self.without_wind, MILLI),
            "max_wind_speed_ms": self.wind_max,
            "mean_precipitation_mm_h": mean(
                self.precipitation_sum, count - self.without_precipitation, MILLI
            ),
            "max_precipitation_mm_h": self.precipitation_max,
            "min_visibility_m": self.visibility_min,
            "mean_air_quality_index": mean(self.air_quality_sum, self.air_quality_count, MILLI),
        }


class CameraWindow(msgspec.Struct, array_like=True):
    """What all cameras of one road saw."""

    observations: int = 0
    car: int = 0
    bus: int = 0
    truck: int = 0
    motorcycle: int = 0
    bicycle: int = 0
    pedestrian: int = 0
    speed_sum: int = 0
    """micro km/h"""
    speed_count: int = 0
    incidents: int = 0
    other: int = 0

    def merge(self, other: "CameraWindow") -> "CameraWindow":
        mine, theirs = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return CameraWindow(*(left + right for left, right in zip(mine, theirs, strict=True)))

    def summary(self) -> Summary:
        return {
            "observations": self.observations,
            "counts": {
                "car": self.car,
                "bus": self.bus,
                "truck": self.truck,
                "motorcycle": self.motorcycle,
                "bicycle": self.bicycle,
                "pedestrian": self.pedestrian,
                "other": self.other,
            },
            "mean_speed_kmh": mean(self.speed_sum, self.speed_count, MICRO),
            "incidents": self.incidents,
        }


Place = tuple[int, int, int]
"""Of a step: event time (epoch milliseconds), partition, offset."""
NOWHERE: Place = (-1, -1, -1)
POSITION = "position"
TOLD = ("road_id", "unit_id", "hospital_id")
"""What a step need not repeat: each is as the newest step had it that had it at all."""

ACTIVE_STATUSES = frozenset({"reported", "dispatched", "en_route", "on_scene", "transporting"})


class IncidentState(msgspec.Struct, array_like=True):
    """One incident: where it stands, and when it first reached each status."""

    time_ms: int = -1
    """event time of the newest step, epoch milliseconds"""
    partition: int = -1
    offset: int = -1
    kind: IncidentKind = "hazard"
    status: IncidentStatus = "reported"
    severity: int = 1
    latitude: float | None = None
    longitude: float | None = None
    """degrees; as the newest step had them that was placed"""
    road_id: str | None = None
    unit_id: str | None = None
    hospital_id: str | None = None
    first_ms: dict[str, int] = msgspec.field(default_factory=dict)
    """status -> event time it was first reached, epoch milliseconds"""
    told_at: dict[str, Place] = msgspec.field(default_factory=dict)
    """field of `TOLD`, and `POSITION` -> the newest step that had it"""

    def merge(self, other: "IncidentState") -> "IncidentState":
        newest = max(self, other, key=lambda one: (one.time_ms, one.partition, one.offset))
        first = dict(self.first_ms)
        for status, ms in other.first_ms.items():
            first[status] = min(ms, first.get(status, ms))
        merged = msgspec.structs.replace(newest, first_ms=first, told_at=dict(newest.told_at))
        for one in (self, other):
            for field in TOLD:
                merged.tell(field, getattr(one, field), one.told_at.get(field, NOWHERE))
            merged.put(one.position, one.placed_at)
        return merged

    @property
    def position(self) -> tuple[float, float] | None:
        """Longitude and latitude; None while no step had them."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    @property
    def placed_at(self) -> Place:
        """The step that the position is of; of a state of an earlier version, its newest."""
        own = NOWHERE if self.position is None else (self.time_ms, self.partition, self.offset)
        return self.told_at.get(POSITION, own)

    def put(self, position: tuple[float, float] | None, place: Place) -> None:
        """Keep a position, unless a newer step has told one."""
        known = self.position
        if position is None or (known is not None and (place, position) <= (self.placed_at, known)):
            return
        self.longitude, self.latitude = position
        self.told_at[POSITION] = place

    def tell(self, field: str, value: str | None, place: Place) -> None:
        """Keep a field of `TOLD`, unless a newer step has told it."""
        if value is None:
            return
        known = getattr(self, field)
        if known is None or (place, value) > (self.told_at.get(field, NOWHERE), known):
            setattr(self, field, value)
            self.told_at[field] = place

    @property
    def active(self) -> bool:
        return self.status in ACTIVE_STATUSES

    def seconds_between(self, earlier: str, later: str) -> float | None:
        """Seconds from one status to another; None until both were reached."""
        if earlier not in self.first_ms or later not in self.first_ms:
            return None
        return (self.first_ms[later] - self.first_ms[earlier]) / 1000

    def summary(self) -> Summary:
        return {
            "kind": self.kind,
            "status": self.status,
            "active": self.active,
            "severity": self.severity,
            "timestamp": rfc3339(self.time_ms),
            "latitude": self.latitude,
            "longitude": self.longitude,
            "road_id": self.road_id,
            "unit_id": self.unit_id,
            "hospital_id": self.hospital_id,
            "history": {
                status: rfc3339(ms) for status, ms in sorted(self.first_ms.items(), key=lambda item: item[1])
            },
            "dispatch_s": self.seconds_between("reported", "dispatched"),
            "response_s": self.seconds_between("reported", "on_scene"),
            "resolution_s": self.seconds_between("reported", "resolved"),
        }
