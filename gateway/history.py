"""A road's windows of a range of time: out of Redis what it has, out of the archive what it lacks."""

from typing import Any, Literal, NamedTuple

import msgspec
import redis.asyncio as redis

from citystream.contracts.event_time import rfc3339
from citystream.contracts.state import merged
from citystream.contracts.traffic import WINDOWS, TrafficWindow
from gateway.batch import Batch, Parts
from gateway.city import City
from gateway.problems import no_such, unanswered
from gateway.query import HistoryQuery
from gateway.steps import page_of
from gateway.traffic import WindowFigures
from gateway.window_pages import IF_NOBODY_KNOWS_S, IF_OTHERS_KNOW_S, WindowPages


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
        patience_s = IF_OTHERS_KNOW_S if batch else IF_NOBODY_KNOWS_S
        self._pages = WindowPages(client, city.link, namespace, "traffic", WINDOWS, TrafficWindow, patience_s)
        self._city = city
        self._batch = batch

    async def road(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the windows that begin in a range.

        Raises:
            ProblemError: 400 of a cursor of another range; 404 of a road that nobody knows; 503 while neither
                Redis nor the archive answers.
        """
        page = page_of(wanted, self._city.traffic.window_s)
        speed = await self._pages.read(key, page.start_s, page.end_s)
        batch = self._batch.windows(key, page.start_s, page.end_s, alone=speed is None) if self._batch else {}
        if speed is None and (self._batch is None or self._batch.whole_from_ms is None):
            raise unanswered("neither the speed layer nor the archive answers")
        known = {at: Sources((speed or {}).get(at, {}), batch.get(at, {})) for at in {*(speed or {}), *batch}}
        steps = page.steps(known).items()
        windows = [self._window(key, at, page.step_s, sources) for at, sources in steps]
        if not windows and self._city.traffic.view.get(key) is None:
            raise no_such("road_id", key, "/api/roads lists the roads")
        whole_from_ms = self._batch.whole_from_ms if self._batch else None
        return {
            "road_id": key,
            "source": "batch"
            if speed is None or any(one["source"] == "batch" for one in windows)
            else "speed",
            "batch_from": None if whole_from_ms is None else rfc3339(whole_from_ms),
            **page.document(windows),
        }

    def _window(self, key: str, start_s: int, step_s: int, sources: list[Sources]) -> dict[str, Any]:
        """A window, or the sum of several.

        Redis has the newer of a part; a part that it lost comes out of the archive.
        """
        states = [state for one in sources for state in {**one.batch, **one.speed}.values()]
        whole = all(one.batch.keys() <= one.speed.keys() for one in sources)
        source: Literal["speed", "batch"] = "speed" if whole else "batch"
        reader = self._city.traffic
        document = reader.document(reader.window(key, start_s, merged(states)))
        last_s = start_s + step_s - reader.window_s
        # What a gateway without Redis knows of watermarks is old.
        archived = self._batch if self._batch and not any(one.speed for one in sources) else None
        return {
            **document,
            "window_end": rfc3339((start_s + step_s) * 1000),
            "closed": archived.has_closed(last_s) if archived else reader.is_closed(last_s),
            "source": source,
        }
