"""Windows of a range of time, summed to steps: of one station, of one road's cameras, of the whole city."""

import asyncio
from typing import Any, Generic, Literal

import msgspec
import redis.asyncio as redis
from cachetools import TLRUCache

from citystream.contracts import redis_keys, traffic
from citystream.contracts.camera import CameraCounts
from citystream.contracts.event_time import rfc3339
from citystream.contracts.state import merged
from citystream.contracts.traffic import TrafficWindow
from gateway.city import City
from gateway.problems import unanswered
from gateway.query import HistoryQuery
from gateway.recent import kept_until
from gateway.steps import Page, page_of
from gateway.window_pages import S, WindowPages

AWAY = "the speed layer does not answer, and nothing else has these windows"
# A week.
HOURS_KEPT = 168


class History(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What every page of windows has; a step of which nothing is known is not in it."""

    from_: str
    to: str
    step_s: int
    next_cursor: str | None
    count: int
    source: Literal["speed"]


class Step(msgspec.Struct, frozen=True):
    """One window, or the sum of several."""

    window_start: str
    window_end: str
    source: Literal["speed"]


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

    def __init__(self, pages: WindowPages[S], window_s: int) -> None:
        self._pages = pages
        self.window_s = window_s

    async def of(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of one key's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while Redis does not answer.
        """
        page = page_of(wanted, self.window_s)
        found = await self._pages.read(key, page.start_s, page.end_s)
        if found is None:
            raise unanswered(AWAY)
        windows = {at: merged(parts.values()) for at, parts in found.items()}
        return document(page, page.summed_up(windows))


class CityHistory:
    """The windows of all roads together. An hour of them is read once, and kept."""

    def __init__(self, client: redis.Redis, namespace: str, city: City) -> None:
        self._pages = WindowPages(client, city.link, namespace, "traffic", traffic.WINDOWS, TrafficWindow)
        self._city = city
        self._hours: TLRUCache[int, dict[int, TrafficWindow]] = TLRUCache(HOURS_KEPT, self._kept_until)
        self._reading = asyncio.Lock()

    async def of(self, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the city's windows.

        Raises:
            ProblemError: 400 of a cursor of another range; 503 while Redis does not answer.
        """
        page = page_of(wanted, self._city.traffic.window_s)
        windows: dict[int, TrafficWindow] = {}
        first_s = redis_keys.page_start(page.start_s)
        # Who asks for the same hours finds them kept.
        async with self._reading:
            for hour_s in range(first_s, page.end_s, redis_keys.HOUR_S):
                windows |= await self._hour(hour_s)
        return document(page, page.summed_up(windows))

    async def _hour(self, hour_s: int) -> dict[int, TrafficWindow]:
        known = self._hours.get(hour_s)
        if known is not None:
            return known
        keys = self._city.traffic.view.with_data()
        found = await self._pages.hour(keys, hour_s)
        if found is None:
            raise unanswered(AWAY)
        by_start: dict[int, list[TrafficWindow]] = {}
        for windows in found.values():
            for at, state in windows.items():
                by_start.setdefault(at, []).append(state)
        made = {at: merged(states) for at, states in by_start.items()}
        self._hours[hour_s] = made
        return made

    def _kept_until(self, hour_s: int, _: object, now_s: float) -> float:
        return kept_until(hour_s + redis_keys.HOUR_S, self._city.traffic.view.newest_ms, now_s)


def document(page: Page, steps: dict[int, Any]) -> dict[str, Any]:
    """An answer that has these steps."""
    windows = [
        {
            "window_start": rfc3339(at * 1000),
            "window_end": rfc3339((at + page.step_s) * 1000),
            **state.summary(),
            "source": "speed",
        }
        for at, state in steps.items()
    ]
    return {**page.document(windows), "source": "speed"}
