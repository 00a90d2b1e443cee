"""What a forecast of a road is made from: numbers of about 1, none beyond `MOST`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, pi, sin
from zoneinfo import ZoneInfo

from citystream.contracts.forecast import HORIZONS_MIN, STEP_S
from services.traffic.forecast.closed import ClosedWindow, Surroundings
from services.traffic.forecast.daily_profile import DailyProfile, Slot, slot_of

UNIT_KMH = 16.0
"""What counts as 1."""
MIDDLE_KMH = 80.0
"""The speed that counts as 0."""
MOST = 5.0

LAGS = (1, 2, 3, 6, 12)
"""Steps over which a road's own change is told."""
NEIGHBOUR_LAG = 3
NEIGHBOURS = 4
"""Of the nearest ones; more did not help."""
HEAVY_RAIN_MM_H = 5.0
THICK_FOG_M = 5_000.0
"""Sight from which there is no fog at all."""
WORST_SEVERITY = 5.0

NAMES = (
    "bias",
    "level",
    *(f"change_{lag}" for lag in LAGS),
    *(f"neighbour_{number}_{what}" for number in range(NEIGHBOURS) for what in ("level", "change")),
    "day_sine",
    "day_cosine",
    "rain",
    "fog",
    "incident",
    "incident_near",
    "profile_level",
    "profile_change",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What all roads share at the end of a window."""

    end_ms: int
    now: Slot
    """of the window that has closed"""
    ahead: tuple[Slot, ...]
    """of those that are forecast, by horizon"""
    day: tuple[float, float]
    """the day as a circle"""
    weather: tuple[float, float]
    """rain and fog, 0 where nobody says"""
    surroundings: Surroundings

    @classmethod
    def of(cls, window: ClosedWindow, zone: ZoneInfo) -> "Moment":
        """The moment at which a window has closed."""
        middle = datetime.fromtimestamp(window.end_ms / 1000 - STEP_S / 2, UTC)
        local = middle.astimezone(zone)
        angle = 2 * pi * (local.hour * 60 + local.minute) / (24 * 60)
        told = window.surroundings
        rain = min(MOST, (told.precipitation_mm_h or 0.0) / HEAVY_RAIN_MM_H)
        fog = 0.0 if told.visibility_m is None else max(0.0, 1 - told.visibility_m / THICK_FOG_M)
        return cls(
            window.end_ms,
            slot_of(local),
            tuple(slot_of((middle + timedelta(minutes=ahead)).astimezone(zone)) for ahead in HORIZONS_MIN),
            (sin(angle), cos(angle)),
            (rain, fog),
            told,
        )

    def severity(self, roads: Sequence[str]) -> float:
        """The worst incident on the roads, as 0 to 1."""
        incidents = self.surroundings.incidents
        if not incidents:
            return 0.0
        return max((incidents.get(road, 0) for road in roads), default=0) / WORST_SEVERITY


def shared(
    moment: Moment,
    lags: Sequence[float],
    neighbours: Sequence[Sequence[float] | None],
    incidents: tuple[float, float],
) -> list[float]:
    """The features that are the same for all horizons, in the order of `NAMES`.

    Args:
        moment: that of the forecast
        lags: the road's speeds, km/h, the newest last
        neighbours: theirs, None where a neighbour told nothing lately
        incidents: the worst on the road and on those near to it
    """
    speed = lags[-1]
    values = [(speed - MIDDLE_KMH) / UNIT_KMH]
    values += [(speed - lags[-1 - lag]) / UNIT_KMH for lag in LAGS]
    for near in neighbours:
        if near is None:
            values += (0.0, 0.0)
        else:
            values += ((near[-1] - speed) / UNIT_KMH, (near[-1] - near[-1 - NEIGHBOUR_LAG]) / UNIT_KMH)
    values += (0.0,) * (2 * (NEIGHBOURS - len(neighbours)))
    return [1.0, *map(_clipped, values), *moment.day, *moment.weather, *incidents]


def of_profile(profile: DailyProfile, speed: float, now: Slot, ahead: Slot) -> list[float]:
    """What the time of the day tells about one horizon: 0 where the profile knows nothing."""
    then, usual = profile.expected(ahead), profile.expected(now)
    if then is None or usual is None:
        return [0.0, 0.0]
    return [_clipped((then - speed) / UNIT_KMH), _clipped((then - usual) / UNIT_KMH)]


def _clipped(value: float) -> float:
    return min(MOST, max(-MOST, value))
