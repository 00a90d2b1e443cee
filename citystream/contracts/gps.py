"""GPS: positions of vehicles."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from citystream.contracts.event import UNKNOWN, Event, Id, Latitude, Longitude, SpeedKmh
from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import DAY_S
from citystream.contracts.state import MICRO, MILLI, Summary, mean

WINDOWS = "minute"
LATEST = "position"
"""Names of the views."""

WINDOW_S = 60
"""Length of a vehicle's window: its track has one point in each."""
TTL_S = DAY_S
"""How long Redis keeps a vehicle's windows and its position."""

VehicleType = Literal[
    "car", "bus", "taxi", "ambulance", "police", "fire",
    "tram", "train", "ferry", "truck", "van", "motorcycle", "bicycle", "other",
]  # fmt: skip


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
