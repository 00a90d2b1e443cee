"""A type's compacted events, asked where windows differ."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from batch.columns import columns
from batch.daily.inputs import Inputs
from batch.reconcile.arrivals import Rules, may_be_dropped, of_windows
from batch.reconcile.batch_layer import WindowId
from batch.reconcile.drops import Added, Drops, View, additions, drops
from batch.session import Session
from citystream.contracts.city_day import CityDay
from citystream.contracts.event import Event
from citystream.contracts.manifest import Compacted
from citystream.service import Service


class Events:
    """Of a day. They are fetched when they are first asked for, into a folder that is somebody else's."""

    def __init__(
        self,
        session: Session,
        day: CityDay,
        service: Service[Any],
        compacted: Compacted,
        rules: Rules,
        folder: Path,
    ) -> None:
        self._inputs = Inputs(session, day, {service.name: compacted}, folder)
        self._day = day
        self._service = service
        self._compacted = compacted
        self._rules = rules
        self._rows: ir.Table | None = None
        self.duplicates = compacted.duplicates
        """Of them, those that no window is explained by yet."""

    async def dropped(self, views: list[View]) -> Drops:
        """What the stream dropped, by view and window."""
        rows = may_be_dropped(await self._all(), self._service.event, self._rules, self._day.end_ms)
        return drops(self._service, views, self._rules, await self._inputs.table(rows))

    async def events(self, view: View, windows: list[WindowId]) -> dict[WindowId, list[Added]]:
        """All events of windows."""
        wanted, found = set(windows), defaultdict[WindowId, list[Added]](list)
        for start_s in sorted({start_s for _, start_s in windows}):
            rows = of_windows(await self._all(), view.window_ms, start_s * 1000)
            for window, added in additions(self._service, view, await self._inputs.table(rows)):
                if window in wanted:
                    found[window].append(added)
        return found

    async def _all(self) -> ir.Table:
        if self._rows is None:
            event: type[Event] = self._service.event
            self._rows = await self._inputs.rows(self._compacted.objects, columns(event))
        return self._rows
