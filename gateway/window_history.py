"""Windows of a range of time, summed to steps: of one station, of one road's cameras, of the whole city."""

import asyncio
from collections.abc import Mapping
from typing import Any, Generic

import msgspec
import redis.asyncio as redis
from cachetools import TLRUCache

from citystream.contracts import redis_keys, traffic
from citystream.contracts.camera import CameraCounts
from citystream.contracts.event_time import rfc3339
from citystream.contracts.state import merged
from citystream.contracts.traffic import TrafficWindow
from gateway.city import City
from gateway.closed_days import DayViews, Views
from gateway.days import IncompleteDay, extent_s
from gateway.joining import Known, Source, joined, source_of, summed
from gateway.problems import unanswered
from gateway.query import HistoryQuery
from gateway.recent import kept_until
from gateway.steps import Page, page_of
from gateway.window_pages import S, WindowPages

AWAY = "the speed layer does not answer, and the batch layer does not have these windows"
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

    def __init__(self, pages: WindowPages[S], days: DayViews[S]) -> None:
        self._pages = pages
        self._days = days
        self.window_s = days.window_s

    async def of(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of one key's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while neither layer has any.
        """
        page = page_of(wanted, self.window_s)
        found, views = await asyncio.gather(
            self._pages.read(key, page.start_s, page.end_s),
            self._days.of_key(key, page.start_s, page.end_s),
        )
        speed = None if found is None else {at: merged(parts.values()) for at, parts in found.items()}
        return document(page, self.window_s, speed, views)


class CityHistory:
    """The windows of all roads together. An hour of them is read once, and kept."""

    def __init__(
        self, client: redis.Redis, namespace: str, city: City, days: DayViews[TrafficWindow]
    ) -> None:
        self._pages = WindowPages(client, city.link, namespace, "traffic", traffic.WINDOWS, TrafficWindow)
        self._city = city
        self._days = days
        self._hours: TLRUCache[int, dict[int, TrafficWindow]] = TLRUCache(HOURS_KEPT, self._kept_until)
        self._reading = asyncio.Lock()

    async def of(self, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the city's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while neither layer has any.
        """
        window_s = self._days.window_s
        page = page_of(wanted, window_s)
        views = await self._days.summed(page.start_s, page.end_s)
        windows: dict[int, TrafficWindow] = {}
        first_s = redis_keys.page_start(page.start_s)
        # Who asks for the same hours finds them kept.
        async with self._reading:
            for hour_s in range(first_s, page.end_s, redis_keys.HOUR_S):
                start_s, end_s = max(hour_s, page.start_s), min(hour_s + redis_keys.HOUR_S, page.end_s)
                if views.days.cover(*extent_s(start_s, end_s, window_s)):
                    continue
                hour = await self._hour(hour_s)
                if hour is None:
                    return document(page, window_s, None, views)
                windows |= hour
        return document(page, window_s, windows, views)

    async def _hour(self, hour_s: int) -> dict[int, TrafficWindow] | None:
        known = self._hours.get(hour_s)
        if known is not None:
            return known
        keys = self._city.traffic.view.with_data()
        found = await self._pages.hour(keys, hour_s)
        if found is None:
            return None
        by_start: dict[int, list[TrafficWindow]] = {}
        for windows in found.values():
            for at, state in windows.items():
                by_start.setdefault(at, []).append(state)
        made = {at: merged(states) for at, states in by_start.items()}
        self._hours[hour_s] = made
        return made

    def _kept_until(self, hour_s: int, _: object, now_s: float) -> float:
        return kept_until(hour_s + redis_keys.HOUR_S, self._city.traffic.view.newest_ms, now_s)


def document(
    page: Page, window_s: int, speed: Mapping[int, S] | None, views: Views[int, S]
) -> dict[str, Any]:
    """An answer that has this page of what both layers have; `speed` is None while Redis is away.

    Raises:
        ProblemError: 503 where neither has any.
    """
    days = views.days
    if speed is None and not days.answer:
        raise unanswered(AWAY)
    recent = {at: Known(state, "speed", live=True) for at, state in (speed or {}).items()}
    known = joined(recent, views.windows, lambda at: days.cover(at, at + window_s))
    steps = {at: summed(several) for at, several in page.steps(known).items()}
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
        "source": "batch" if speed is None else source_of(steps.values()),
        "incomplete_days": days.incomplete(),
    }
