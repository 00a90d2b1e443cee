"""What daily views are made from: a day's compacted events, and what the days before have."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from batch.columns import columns
from batch.daily import source, table
from batch.publish import dates, load
from batch.session import Session
from citystream.contracts.city_day import CityDay, city_day
from citystream.contracts.daily import USUAL_DAYS
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.manifest import BatchView, Compacted, Manifest, Stored
from citystream.contracts.quality import QUALITY_INTERVALS
from citystream.contracts.registry import EVENTS


class Before(NamedTuple):
    """An earlier day that is published."""

    day: CityDay
    manifest: Manifest


class Inputs:
    """One day's. Files that are fetched lie in a folder, which is somebody else's to remove."""

    def __init__(
        self,
        session: Session,
        day: CityDay,
        compacted: Mapping[str, Compacted],
        folder: Path,
        faults: BatchView | None = None,
    ) -> None:
        """`faults`: the day's `quality_intervals`; events that lie in those to be left out are not given."""
        self.day = day
        self.compacted = compacted
        self.left_out: Counter[str] = Counter()
        """By type, of the events that were given."""
        self._faults = faults
        self._faults_of: dict[str, pa.Table] = {}
        self._session = session
        self._folder = folder
        self._count = 0
        self._before: list[Before] | None = None

    def has(self, type_: str) -> bool:
        """Whether there are events of a type."""
        return type_ in self.compacted and bool(self.compacted[type_].objects)

    def origin(self, *types: str) -> tuple[dict[str, str], list[str]]:
        """Versions of these types' events, by type, and why they are not complete."""
        of = {type_: self.compacted[type_] for type_ in types if type_ in self.compacted}
        reasons = dict.fromkeys(reason for one in of.values() for reason in one.reasons)
        return {type_: one.version for type_, one in of.items()}, list(reasons)

    async def earlier(self, view: DailyView, days: int) -> dict[CityDay, BatchView]:
        """A daily view of those of the last days that have rows of it, newest first."""
        found = {one.day: one.manifest.views.get(batch_view(view)) for one in await self.before(days)}
        return {day: one for day, one in found.items() if one and one.rows}

    async def before(self, days: int) -> list[Before]:
        """Those of the last days that are published, newest first."""
        if self._before is None:
            self._before = await self._published()
        first = self.day.date - timedelta(days=days)
        return [one for one in self._before if one.day.date >= first]

    async def _published(self) -> list[Before]:
        store, namespace = self._session.store, self._session.settings.shared
        wanted = [self.day.date - timedelta(days=back) for back in range(1, USUAL_DAYS)]
        there = await dates(store, namespace, wanted[-1])
        found = []
        for date_ in wanted:
            known = await load(store, namespace, str(date_)) if str(date_) in there else None
            day = city_day(date_, self._session.zone)
            # Days of another zone are cut elsewhere.
            if known and (known.manifest.start_ms, known.manifest.end_ms) == (day.start_ms, day.end_ms):
                found.append(Before(day, known.manifest))
        return found

    async def events(self, type_: str, names: Sequence[str], *more: Compacted) -> ir.Table:
        """Columns of a type's events: of the day, and of what is compacted beside it."""
        own = [self.compacted[type_]] if type_ in self.compacted else []
        objects = [one for whole in (*own, *more) for one in whole.objects]
        rows = await self.rows(objects, event_columns(type_, _with_place(names)))
        return await self._sound(type_, rows, names)

    async def hours(self, type_: str, names: Sequence[str]) -> AsyncIterator[ir.Table]:
        """The same, hour by hour; while one is used the next is fetched."""
        objects, schema = self.compacted[type_].objects, event_columns(type_, _with_place(names))
        coming = asyncio.create_task(self._fetched(objects[:1]))
        for following in (*objects[1:], None):
            (file,) = await coming
            if following:
                coming = asyncio.create_task(self._fetched([following]))
            yield await self._sound(type_, source.rows(self._session.engine, [file], schema), names)
            file.unlink()

    async def _sound(self, type_: str, rows: ir.Table, names: Sequence[str]) -> ir.Table:
        """Columns of events that break no rule that leaves out."""
        faults = await self._intervals(type_)
        if not faults.num_rows:
            return rows.select(*names)
        intervals = ibis.memtable(faults)
        within = [
            rows["entity"] == intervals["entity"],
            rows["event_time"] >= intervals["start"],
            rows["event_time"] <= intervals["end"],
        ]
        counted = await self.table(rows.semi_join(intervals, within).agg(events=lambda t: t.count()))
        self.left_out[type_] += counted["events"].to_pylist()[0]
        return rows.anti_join(intervals, within).select(*names)

    async def _intervals(self, type_: str) -> pa.Table:
        """When events of a type are left out."""
        if type_ not in self._faults_of:
            rows = await self.view(QUALITY_INTERVALS, *([self._faults] if self._faults else []))
            wanted = rows.filter((rows["type"] == type_) & rows["left_out"])
            self._faults_of[type_] = await self.table(wanted.select("entity", "start", "end"))
        return self._faults_of[type_]

    async def view(self, view: DailyView, *of: BatchView) -> ir.Table:
        """Rows of a daily view of some days."""
        return await self.rows([one for each in of for one in each.objects], table.schema(view))

    async def rows(self, objects: Sequence[Stored], schema: pa.Schema) -> ir.Table:
        """Columns of objects."""
        return source.rows(self._session.engine, await self._fetched(objects), schema)

    async def _fetched(self, objects: Sequence[Stored]) -> list[Path]:
        self._count += 1
        return await source.fetched(self._session.store, objects, self._folder / str(self._count))

    async def table(self, rows: ir.Table) -> pa.Table:
        """What an expression gives."""
        return await asyncio.to_thread(self._session.engine.to_pyarrow, rows)

    @asynccontextmanager
    async def kept(self, name: str, rows: ir.Table) -> AsyncIterator[ir.Table]:
        """An expression's rows as a table for the length of a block, in which several are made from it."""
        engine = self._session.engine
        kept = await asyncio.to_thread(partial(engine.create_table, name, rows, temp=True))
        try:
            yield kept
        finally:
            # Ibis's own `drop_table` writes half a statement with the sqlglot that it allows.
            engine.raw_sql(f"DROP TABLE {name}")


def _with_place(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*names, "entity", "event_time")))


def event_columns(type_: str, names: Sequence[str]) -> pa.Schema:
    """Some columns of a type's compacted events."""
    known = columns(EVENTS[type_])
    return pa.schema([known.field(name) for name in names])
