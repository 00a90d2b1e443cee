"""A road's windows of a range of time: of closed days out of the batch layer, else out of Redis what it has,
and out of the archive what it lacks."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import redis.asyncio as redis

from citystream.contracts.event_time import rfc3339
from citystream.contracts.traffic import WINDOWS, TrafficWindow
from gateway.batch import Batch, Parts
from gateway.city import City
from gateway.closed_days import DayViews
from gateway.days import Days, IncompleteDay
from gateway.joining import Known, Source, joined, recent, source_of, summed
from gateway.problems import no_such, unanswered
from gateway.query import HistoryQuery
from gateway.steps import page_of
from gateway.traffic import WindowFigures
from gateway.window_pages import IF_NOBODY_KNOWS_S, IF_OTHERS_KNOW_S, WindowPages


class HistoryWindow(WindowFigures, frozen=True):
    """A window, or the sum of several, and which layer it is from."""

    source: Source


class RoadHistory(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A page of a road's windows, in order of time."""

    road_id: str
    from_: str
    to: str
    source: Source
    batch_from: str | None
    """Event time from which on what was folded of the archive is whole."""
    incomplete_days: list[IncompleteDay]
    step_s: int
    next_cursor: str | None
    count: int
    windows: list[HistoryWindow]


class History:
    """Answers of `/api/traffic/history`."""

    def __init__(
        self,
        client: redis.Redis,
        namespace: str,
        city: City,
        batch: Batch | None,
        days: DayViews[TrafficWindow],
    ) -> None:
        patience_s = IF_OTHERS_KNOW_S if batch else IF_NOBODY_KNOWS_S
        self._pages = WindowPages(client, city.link, namespace, "traffic", WINDOWS, TrafficWindow, patience_s)
        self._city = city
        self._batch = batch
        self._days = days

    async def road(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the windows that begin in a range.

        Raises:
            ProblemError: 400 of a cursor of another range; 404 of a road that nobody knows; 503 while neither
                Redis nor the archive nor the batch layer answers.
        """
        page = page_of(wanted, self._city.traffic.window_s)
        speed, views = await asyncio.gather(
            self._pages.read(key, page.start_s, page.end_s),
            self._days.of_key(key, page.start_s, page.end_s),
        )
        folded = (
            self._batch.windows(key, page.start_s, page.end_s, alone=speed is None) if self._batch else {}
        )
        whole_from_ms = self._batch.whole_from_ms if self._batch else None
        if speed is None and whole_from_ms is None and not views.days.answer:
            raise unanswered("neither the speed layer nor the archive answers, nor the batch layer")
        days = views.days
        known = joined(
            self._recent(speed or {}, folded),
            views.windows,
            lambda at: days.cover(at, at + self._days.window_s),
        )
        steps = {at: summed(several) for at, several in page.steps(known).items()}
        windows = [self._window(key, at, page.step_s, step, days) for at, step in steps.items()]
        if not windows and self._city.traffic.view.get(key) is None:
            raise no_such("road_id", key, "/api/roads lists the roads")
        return {
            "road_id": key,
            "source": "batch" if speed is None else source_of(steps.values()),
            "batch_from": None if whole_from_ms is None else rfc3339(whole_from_ms),
            "incomplete_days": days.incomplete(),
            **page.document(windows),
        }

    @staticmethod
    def _recent(speed: Mapping[int, Parts], folded: Mapping[int, Parts]) -> dict[int, Known[TrafficWindow]]:
        return {at: recent(speed.get(at, {}), folded.get(at, {})) for at in {*speed, *folded}}

    def _window(
        self, key: str, start_s: int, step_s: int, step: Known[TrafficWindow], days: Days
    ) -> dict[str, Any]:
        """A window, or the sum of several."""
        reader = self._city.traffic
        last_s = start_s + step_s - reader.window_s
        # What a gateway without Redis knows of watermarks is old.
        archived = None if step.live else self._batch
        closed = archived.has_closed(last_s) if archived else reader.is_closed(last_s)
        return {
            **reader.document(reader.window(key, start_s, step.state)),
            "window_end": rfc3339((start_s + step_s) * 1000),
            "closed": closed or days.cover(last_s, start_s + step_s),
            "source": step.source,
        }
