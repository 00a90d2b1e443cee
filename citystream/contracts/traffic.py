"""Traffic: readings of road sensors."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from citystream.contracts import sketch
from citystream.contracts.event import NEGATIVE, Count, Event, Id, SpeedKmh
from citystream.contracts.state import MICRO, MILLI, Summary, greatest, least, mean

WINDOWS = "road"
"""Name of the view."""

WINDOW_S = 300
"""Length of a road's window where `CITY_WINDOW_S` does not say otherwise: readers state the window's end."""

Level = Literal["free", "light", "moderate", "heavy", "jammed", "unknown"]

CONGESTED_BELOW = 0.6
"""Of free flow: from moderate on a road is congested."""

STANDING_PCT = 50.0
"""Occupancy from which a reading without a speed tells of vehicles that stand."""


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
        (CONGESTED_BELOW, "light"),
        (0.4, "moderate"),
        (0.2, "heavy"),
    )
    for bound, level in bounds:
        if ratio >= bound:
            return level
    return "jammed"


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
