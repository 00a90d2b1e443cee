"""A road's windows of a range of time: of closed days out of the batch layer, else out of Redis what it has,
and out of the archive what it lacks."""

from typing import Any

import msgspec

from citystream.contracts.event_time import rfc3339
from citystream.contracts.traffic import TrafficWindow
from gateway.city import City
from gateway.days import Days, IncompleteDay
from gateway.joining import Known, Source, source_of, summed
from gateway.layers import WindowLayers, is_unknown
from gateway.missing import Gap
from gateway.problems import no_such
from gateway.query import HistoryQuery
from gateway.steps import page_of
from gateway.traffic import WindowFigures


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
    missing: list[Gap]
    step_s: int
    next_cursor: str | None
    count: int
    windows: list[HistoryWindow]


class History:
    """Answers of `/api/traffic/history`."""

    def __init__(self, city: City, windows: WindowLayers[TrafficWindow]) -> None:
        self._city = city
        self._windows = windows

    async def road(self, key: str, wanted: HistoryQuery) -> dict[str, Any]:
        """A page of the windows that begin in a range.

        Raises:
            ProblemError: 400 of a cursor of another range; 404 of a road that nobody knows; 503 while neither
                Redis nor the archive nor the batch layer answers.
        """
        page = page_of(wanted, self._city.traffic.window_s)
        found = await self._windows.of_key(key, page.start_s, page.end_s)
        found.require()
        steps = {at: summed(several) for at, several in page.steps(found.windows).items()}
        windows = [self._window(key, at, page.step_s, step, found.days) for at, step in steps.items()]
        missing = found.missing(*page.range_ms)
        if not windows and is_unknown(self._city.traffic.view, key, missing):
            raise no_such("road_id", key, "/api/roads lists the roads")
        folded = self._windows.folded
        whole_from_ms = folded.whole_from_ms if folded else None
        return {
            "road_id": key,
            "source": source_of(steps.values()) if found.speed else "batch",
            "batch_from": None if whole_from_ms is None else rfc3339(whole_from_ms),
            "incomplete_days": found.days.incomplete(),
            "missing": missing,
            **page.document(windows),
        }

    def _window(
        self, key: str, start_s: int, step_s: int, step: Known[TrafficWindow], days: Days
    ) -> dict[str, Any]:
        """A window, or the sum of several."""
        reader = self._city.traffic
        last_s = start_s + step_s - reader.window_s
        # What a gateway without Redis knows of watermarks is old.
        folded = None if step.live else self._windows.folded
        closed = folded.has_closed(last_s) if folded else reader.is_closed(last_s)
        return {
            **reader.document(reader.window(key, start_s, step.state)),
            "window_end": rfc3339((start_s + step_s) * 1000),
            "closed": closed or days.cover(last_s, start_s + step_s),
            "source": step.source,
        }
