"""Forecasts: what speed is expected of a road, and how good such forecasts were.

They are made of closed windows by one process of the traffic service, and published as JSON (`document`) to
their own topic, and to Redis as the latest of each road (view `road`) and of each model (view `model`).
"""

from typing import Any, Literal

import msgspec

from citystream.contracts.event_time import rfc3339

TYPE = "forecast"
"""As Redis keys and channels name it; no event type has this name."""
ROADS = "road"
MODELS = "model"
"""Names of the views."""

STEP_S = 300
"""A forecast is of windows of five minutes, whatever the length of the service's own, which divides it."""
HORIZONS_MIN = (5, 15, 30, 60)
"""Minutes from the end of the last closed window to the end of the window that is forecast."""
COVERAGE_PCT = 80
"""Share of windows that intervals are to hold."""
OUTAGE_MS = 15 * 60_000
"""Nothing is forecast of a road whose last reading is older."""
REGIMES_KMH = (30, 60, 90)
"""Bounds of the speed regimes that scores are told by."""
TTL_S = 6 * 3600

Reason = Literal["never_read", "outage"]
"""Why there is no forecast: the road has never told a speed, or not for `OUTAGE_MS`."""


class Ahead(msgspec.Struct, frozen=True):
    """One window ahead."""

    minutes: int
    speed_kmh: float
    low_kmh: float
    high_kmh: float
    """ends of the interval that holds `COVERAGE_PCT` of windows"""


class RoadForecast(msgspec.Struct, frozen=True):
    """What is expected of one road."""

    road_id: str
    as_of_ms: int
    """end of the last closed window, epoch milliseconds"""
    last_speed_kmh: float | None = None
    """mean of the newest window that had one"""
    last_read_ms: int | None = None
    """end of that window"""
    ahead: tuple[Ahead, ...] = ()
    """by horizon; empty where there is a reason"""
    reason: Reason | None = None


class Errors(msgspec.Struct, frozen=True):
    """How far forecasts were from what was read; None while none was scored."""

    mae_kmh: float | None
    rmse_kmh: float | None
    mape_pct: float | None
    """of readings above 0"""


class Scores(msgspec.Struct, frozen=True):
    """Forecasts of some windows, beside those that say that nothing changes."""

    scored: int
    model: Errors
    last_value: Errors


class HorizonScores(msgspec.Struct, frozen=True):
    """Forecasts of one horizon."""

    minutes: int
    all: Scores
    coverage_pct: float | None
    """share of readings that lay in their interval"""
    winkler_kmh: float | None
    """width of intervals and penalty for what lies outside (Winkler, 1972); less is better"""
    last_value_winkler_kmh: float | None
    """of intervals around the last value, made alike"""
    regimes: dict[str, Scores]
    """by the speed that was read, such as `30-60`"""


class ModelReport(msgspec.Struct, frozen=True):
    """One model's forecasts of the last day, each scored before the model learned from it."""

    name: str
    as_of_ms: int
    since_ms: int
    """end of the first window scored"""
    roads: int
    horizons: tuple[HorizonScores, ...]


def document(forecast: RoadForecast) -> dict[str, Any]:
    """A forecast as JSON has it."""
    read_ms = forecast.last_read_ms
    return {
        "road_id": forecast.road_id,
        "as_of": rfc3339(forecast.as_of_ms),
        "last_speed_kmh": forecast.last_speed_kmh,
        "last_read": None if read_ms is None else rfc3339(read_ms),
        "reason": forecast.reason,
        "forecasts": [
            {
                "minutes": one.minutes,
                "window_end": rfc3339(forecast.as_of_ms + one.minutes * 60_000),
                "speed_kmh": one.speed_kmh,
                "low_kmh": one.low_kmh,
                "high_kmh": one.high_kmh,
            }
            for one in forecast.ahead
        ],
    }
