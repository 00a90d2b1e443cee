"""Windows of a range of time, summed to steps: of one station, of one road's cameras, of the whole city."""

import asyncio
from typing import Any, Generic, TypeVar

import msgspec
from cachetools import TLRUCache

from citystream.contracts import redis_keys
from citystream.contracts.camera import CameraCounts
from citystream.contracts.event_time import rfc3339
from citystream.contracts.state import State
from citystream.contracts.traffic import TrafficWindow
from gateway.days import IncompleteDay, extent_s
from gateway.joining import Source, source_of, summed
from gateway.layers import Layers, WindowLayers
from gateway.missing import Gap
from gateway.query import HistoryQuery
from gateway.recent import kept_until
from gateway.recent_windows import Recent
from gateway.steps import Page, page_of

S = TypeVar("S", bound=State)

# A week.
HOURS_KEPT = 168


class History(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What every page of windows has; a step of which nothing is known is not in it."""

    from_: str
    to: str
    step_s: int
    next_cursor: str | None
    count: int
    source: Source
    incomplete_days: list[IncompleteDay]
    missing: list[Gap]


class Step(msgspec.Struct, frozen=True):
    """One window, or the sum of several."""

    window_start: str
    window_end: str
    source: Source


class WeatherStep(Step, frozen=True):
    """A station's observations of a step; null is what none of them had."""

    observations: int
    mean_temperature_c: float | None
    min_temperature_c: float | None
    max_temperature_c: float | None
    mean_humidity_pct: float | None
    mean_wind_speed_ms: float | None
    max_wind_speed_ms: float | None
    mean_precipitation_mm_h: float | None
    max_precipitation_mm_h: float | None
    min_visibility_m: float | None
    mean_air_quality_index: float | None


class StationHistory(History, frozen=True):
    """One station's steps, in order of time."""

    station_id: str
    windows: list[WeatherStep]


class CameraStep(Step, frozen=True):
    """What the cameras of a road saw in a step."""

    observations: int
    counts: CameraCounts
    mean_speed_kmh: float | None
    incidents: int


class CameraRoadHistory(History, frozen=True):
    """The steps of a camera's road, by all cameras there."""

    camera_id: str
    road_id: str
    windows: list[CameraStep]


class CityStep(Step, frozen=True):
    """What all roads had in a step; each reading counts once, whatever its road."""

    readings: int
    vehicles: int | None
    standing: int
    mean_speed_kmh: float | None
    weighted_mean_speed_kmh: float | None
    min_speed_kmh: float | None
    max_speed_kmh: float | None
    stddev_speed_kmh: float | None
    p15_speed_kmh: float | None
    p50_speed_kmh: float | None
    p85_speed_kmh: float | None
    occupancy_pct: float | None


class CitySteps(History, frozen=True):
    """The city's steps, in order of time."""

    windows: list[CityStep]


class WindowHistory(Generic[S]):
    """One view's windows."""

    def __init__(self, windows: WindowLayers[S]) -> None:
        self._windows = windows
        self.window_s = windows.window_s

    async def of(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of one key's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while no layer answers.
        """
        page = page_of(wanted, self.window_s)
        return document(page, await self._windows.of_key(key, page.start_s, page.end_s))


class CityHistory:
    """The windows of all roads together. An hour of them is read once, and kept."""

    def __init__(self, windows: WindowLayers[TrafficWindow]) -> None:
        self._windows = windows
        self._hours: TLRUCache[int, Recent[int, TrafficWindow]] = TLRUCache(HOURS_KEPT, self._kept_until)
        self._reading = asyncio.Lock()

    async def of(self, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the city's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while no layer answers.
        """
        window_s = self._windows.window_s
        page = page_of(wanted, window_s)
        views = await self._windows.days.summed(page.start_s, page.end_s)
        hours: list[Recent[int, TrafficWindow]] = []
        speed = True
        # Who asks for the same hours finds them kept.
        async with self._reading:
            for hour_s in range(redis_keys.page_start(page.start_s), page.end_s, redis_keys.HOUR_S):
                start_s, end_s = max(hour_s, page.start_s), min(hour_s + redis_keys.HOUR_S, page.end_s)
                if views.days.cover(*extent_s(start_s, end_s, window_s)):
                    continue
                hour = await self._hour(hour_s, speed=speed)
                # One that takes too long for an hour is not asked for the next.
                speed = speed and hour.speed
                hours.append(hour)
        return document(
            page, self._windows.joined(hours, views, lambda at: views.days.cover(at, at + window_s))
        )

    async def _hour(self, hour_s: int, *, speed: bool) -> Recent[int, TrafficWindow]:
        known = self._hours.get(hour_s)
        if known is not None:
            return known
        hour = self._hours[hour_s] = await self._windows.recent.hour(hour_s, speed=speed)
        return hour

    @staticmethod
    def _kept_until(hour_s: int, hour: Recent[int, TrafficWindow], now_s: float) -> float:
        return kept_until(hour_s + redis_keys.HOUR_S, hour.settled_ms, now_s)


def document(page: Page, found: Layers[int, S]) -> dict[str, Any]:
    """An answer that has this page of what all layers have.

    Raises:
        ProblemError: 503 while none of them answers.
    """
    found.require()
    steps = {at: summed(several) for at, several in page.steps(found.windows).items()}
    windows = [
        {
            "window_start": rfc3339(at * 1000),
            "window_end": rfc3339((at + page.step_s) * 1000),
            **step.state.summary(),
            "source": step.source,
        }
        for at, step in steps.items()
    ]
    return {
        **page.document(windows),
        "source": source_of(steps.values()) if found.speed else "batch",
        "incomplete_days": found.days.incomplete(),
        "missing": found.missing(*page.range_ms),
    }
