"""What daily views are made from: a day's compacted events, and what the days before have."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

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
from citystream.contracts.registry import EVENTS


class Before(NamedTuple):
    """An earlier day that is published."""

    day: CityDay
    manifest: Manifest


class Inputs:
    """One day's. Files that are fetched lie in a folder, which is somebody else's to remove."""

    def __init__(
        self, session: Session, day: CityDay, compacted: Mapping[str, Compacted], folder: Path
    ) -> None:
        self.day = day
        self.compacted = compacted
        self._session = session
        self._folder = folder
        self._count = 0
        self._before: list[Before] | None = None

    def has(self, type_: str) -> bool:
        """Whether there are events of a type."""
        return type_ in self.compacted and bool(self.compacted[type_].objects)

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
        store, namespace = self._session.store, self._session.settings.namespace
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
        return await self.rows(objects, event_columns(type_, names))

    async def hours(self, type_: str, names: Sequence[str]) -> AsyncIterator[ir.Table]:
        """The same, hour by hour; while one is used the next is fetched."""
        objects, schema = self.compacted[type_].objects, event_columns(type_, names)
        coming = asyncio.create_task(self._fetched(objects[:1]))
        for following in (*objects[1:], None):
            (file,) = await coming
            if following:
                coming = asyncio.create_task(self._fetched([following]))
            yield source.rows(self._session.engine, [file], schema)
            file.unlink()

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


def event_columns(type_: str, names: Sequence[str]) -> pa.Schema:
    """Some columns of a type's compacted events."""
    known = columns(EVENTS[type_])
    return pa.schema([known.field(name) for name in names])
