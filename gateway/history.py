"""A road's windows of a range of time: out of Redis what it has, out of the archive what it lacks.

Longer windows are sums of the short ones: states are monoids, percentiles are those of the summed sketch.
"""

from functools import reduce
from typing import Any, Literal, NamedTuple

import msgspec
import redis.asyncio as redis

from citystream.contracts import redis_keys
from citystream.contracts.event_time import rfc3339
from citystream.contracts.traffic import WINDOWS, TrafficWindow
from gateway.batch import Batch, Parts
from gateway.city import City
from gateway.pages import cursor
from gateway.problems import ProblemError, bad_field, no_such
from gateway.query import HistoryQuery
from gateway.traffic import WindowFigures
from gateway.window_pages import WindowPages

RETRY_AFTER_S = 2
# A day of 5-minute windows in 3 partitions takes about 20 ms to decode and sum; a week would hold others up.
PAGE_S = redis_keys.DAY_S

_decoder = msgspec.msgpack.Decoder(TrafficWindow)


class HistoryWindow(WindowFigures, frozen=True):
    """A window, or the sum of several, and which layer it is from."""

    source: Literal["speed", "batch"]


class RoadHistory(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A page of a road's windows, in order of time."""

    road_id: str
    from_: str
    to: str
    source: Literal["speed", "batch"]
    batch_from: str | None
    """Event time from which on the archive's view is whole."""
    step_s: int
    next_cursor: str | None
    count: int
    windows: list[HistoryWindow]


class Sources(NamedTuple):
    """What is known of one window."""

    speed: Parts
    batch: Parts


class History:
    """Answers of `/api/traffic/history`."""

    def __init__(self, client: redis.Redis, namespace: str, city: City, batch: Batch | None) -> None:
        self._pages = WindowPages(client, namespace, "traffic", WINDOWS)
        self._city = city
        self._batch = batch

    async def road(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the windows that begin in a range.

        Raises:
            ProblemError: 400 of a cursor of another range; 404 of a road that nobody knows; 503 while neither
                Redis nor the archive answers.
        """
        step_s = wanted.step_s or self._city.traffic.window_s
        start_s, end_s, range_end_s = _page(wanted, step_s)
        speed = await self._speed(key, start_s, end_s)
        batch = self._batch.windows(key, start_s, end_s, alone=speed is None) if self._batch else {}
        if speed is None and (self._batch is None or self._batch.whole_from_ms is None):
            raise ProblemError(
                503,
                "neither the speed layer nor the archive answers",
                remedy=f"try again in {RETRY_AFTER_S} s; /api/status says what is down",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        steps: dict[int, list[Sources]] = {}
        for at in sorted({*(speed or {}), *batch}):
            sources = Sources((speed or {}).get(at, {}), batch.get(at, {}))
            steps.setdefault(at - at % step_s if wanted.step_s else at, []).append(sources)
        windows = [self._window(key, at, step_s, sources) for at, sources in steps.items()]
        entry = self._city.traffic.view.get(key)
        if not windows and entry is None:
            raise no_such("road_id", key, "/api/roads lists the roads")
        whole_from_ms = self._batch.whole_from_ms if self._batch else None
        return {
            "road_id": key,
            "from": rfc3339(start_s * 1000),
            "to": rfc3339(end_s * 1000),
            "source": "batch"
            if speed is None or any(one["source"] == "batch" for one in windows)
            else "speed",
            "batch_from": None if whole_from_ms is None else rfc3339(whole_from_ms),
            "step_s": step_s,
            "next_cursor": cursor(end_s) if end_s < range_end_s else None,
            "count": len(windows),
            "windows": windows,
        }

    def _window(self, key: str, start_s: int, step_s: int, sources: list[Sources]) -> dict[str, Any]:
        """A window, or the sum of several.

        Redis has the newer of a part; a part that it lost comes out of the archive.
        """
        states = [state for one in sources for state in {**one.batch, **one.speed}.values()]
        whole = all(one.batch.keys() <= one.speed.keys() for one in sources)
        source: Literal["speed", "batch"] = "speed" if whole else "batch"
        reader = self._city.traffic
        document = reader.document(
            reader.window(key, start_s, reduce(lambda left, right: left.merge(right), states))
        )
        last_s = start_s + step_s - reader.window_s
        # What a gateway without Redis knows of watermarks is old.
        archived = self._batch if self._batch and not any(one.speed for one in sources) else None
        return {
            **document,
            "window_end": rfc3339((start_s + step_s) * 1000),
            "closed": archived.has_closed(last_s) if archived else reader.is_closed(last_s),
            "source": source,
        }

    async def _speed(self, key: str, start_s: int, end_s: int) -> dict[int, Parts] | None:
        """What Redis has; None when it can't be asked."""
        if not self._city.link.up:
            return None
        found = await self._pages.read(key, start_s, end_s, _decoder)
        if found is None:
            return None
        return {at: parts for at, parts in found.items() if start_s <= at < end_s}


def _page(wanted: HistoryQuery, step_s: int) -> tuple[int, int, int]:
    """Where the page that is asked for begins and ends, and where the range does, epoch seconds.

    Asked for with a step, a range grows to whole steps: no step is the sum of a part.
    """
    start_s, end_s = -(-wanted.start_ms // 1000), -(-wanted.end_ms // 1000)
    length_s = PAGE_S // step_s * step_s
    if wanted.step_s:
        start_s, end_s = start_s - start_s % step_s, end_s + -end_s % step_s
    if wanted.after_s is not None:
        if not start_s < wanted.after_s < end_s or (wanted.after_s - start_s) % length_s:
            raise bad_field(
                "cursor", "not one of this range's", "ask with the from, to and step of the page before"
            )
        start_s = wanted.after_s
    return start_s, min(end_s, start_s + length_s), end_s
