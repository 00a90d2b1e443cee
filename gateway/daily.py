"""Daily views: which day has one, and its table as JSON, CSV and Parquet."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import NamedTuple, TypeVar

import msgspec
from cachetools import LRUCache

from citystream.contracts.city_day import CityDay, city_day, day_at
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.event_time import rfc3339
from gateway import daily_process
from gateway.closed_days import UNREADABLE, ClosedDays, readable
from gateway.content import Content
from gateway.daily_process import Selection
from gateway.days import Day, IncompleteDay, day_of
from gateway.endpoint import CSV, JSON
from gateway.link import now_ms
from gateway.pages import cursor
from gateway.problems import ProblemError, bad_field, unanswered

T = TypeVar("T")

NEWEST_OF_DAYS = 8
"""How many days are looked at for the newest that has a view, today among them."""
MOST_CSV_ROWS = 500_000
# Each is read in well under a second, and others' questions come in between.
CSV_ROWS_AT_ONCE = 100_000
BYTES_AT_ONCE = 8_000_000
# Of answers that are kept; and what one costs beside its body.
MOST_BYTES = 64_000_000
ENTRY_BYTES = 2_000
AWAY = "the batch layer can't be read now"


class Table(NamedTuple):
    """A view's table of one day."""

    view: DailyView
    day: Day
    timezone: str
    name: str
    """Of its object."""
    published_ms: int

    def incomplete_days(self) -> list[IncompleteDay]:
        """Its day, if that is not complete."""
        return [IncompleteDay(self.day.date, list(self.day.reasons))] if self.day.reasons else []


class Missing(NamedTuple):
    """That there is no table."""

    date: str | None
    """The newest of the days that has a manifest; None if none has."""
    reasons: tuple[str, ...]
    """What that one says."""


class Daily:
    """All views of all days."""

    def __init__(self, closed: ClosedDays) -> None:
        self.closed = closed
        self.zone = closed.zone
        self._kept: LRUCache[tuple[Table, str, Selection], Content] = LRUCache(MOST_BYTES, _bytes)
        self._making = asyncio.Lock()

    def today(self) -> date:
        """The city's."""
        return day_at(now_ms(), self.zone).date

    async def table(self, view: DailyView, day: date | None) -> Table:
        """A view's table of a day; without one, of the newest day that has one.

        Raises:
            ProblemError: 404 where there is none; 503 while the batch layer can't be read.
        """
        found = (
            await self.newest(view) if day is None else await self._first(view, [city_day(day, self.zone)])
        )
        if isinstance(found, Missing):
            raise _no_table(view, day, found)
        return found

    async def newest(self, view: DailyView) -> Table | Missing:
        """Of the last days.

        Raises:
            ProblemError: 503 while the batch layer can't be read.
        """
        today = self.today()
        return await self._first(
            view, [city_day(today - timedelta(days=ago), self.zone) for ago in range(NEWEST_OF_DAYS)]
        )

    async def content(self, table: Table, media_type: str, rows: Selection) -> Content:
        """A page of it as JSON, or all rows of these ids in another form.

        Raises:
            ProblemError: 400 of more rows than CSV may have; 503 while the batch layer can't be read.
        """
        if media_type == JSON:
            key = (table, media_type, rows)
            return self._kept.get(key) or self._keep(key, await self._json(table, rows))
        rows = Selection(rows.view, rows.ids)
        key = (table, media_type, rows)
        make = self._csv if media_type == CSV else self._parquet
        # A file may be long: one is made at a time, and who asks for the same finds it kept.
        async with self._making:
            return self._kept.get(key) or self._keep(key, await make(table, rows))

    async def _first(self, view: DailyView, days: Sequence[CityDay]) -> Table | Missing:
        """The table of the first day that has one."""
        published = await self.closed.manifests(days)
        if published is None:
            raise unanswered(AWAY)
        name = batch_view(view)
        told = [(found, day_of(day, found, name)) for day, found in readable(published)]
        for manifest, day in told:
            if day.hours:
                _, key = day.hours[0]
                return Table(view, day, manifest.timezone, key, manifest.published_ms)
        if UNREADABLE in published.values():
            raise unanswered(AWAY)
        for _, day in told:
            return Missing(day.date, day.reasons)
        return Missing(None, ())

    async def _json(self, table: Table, rows: Selection) -> Content:
        page = await self._read(table, partial(daily_process.json, rows))
        document = {
            "view": table.view.name,
            "date": table.day.date,
            "timezone": table.timezone,
            "from": rfc3339(table.day.start_ms),
            "to": rfc3339(table.day.end_ms),
            "source": "batch",
            "version": table.day.version,
            "published_at": rfc3339(table.published_ms),
            "incomplete_days": table.incomplete_days(),
            "total": page.total,
            "count": page.size,
            "next_cursor": page.last and cursor(page.last),
            "rows": msgspec.Raw(page.body),
        }
        return Content(msgspec.json.encode(document))

    async def _csv(self, table: Table, rows: Selection) -> Content:
        lines = [",".join(rows.columns).encode() + b"\n"]
        rows = rows._replace(limit=CSV_ROWS_AT_ONCE)
        while True:
            page = await self._read(table, partial(daily_process.csv, rows))
            if page.total > MOST_CSV_ROWS:
                raise bad_field(
                    "format",
                    f"{page.total} rows are more than CSV may have ({MOST_CSV_ROWS})",
                    "ask for format=parquet, or for some rows by id",
                )
            lines.append(page.body)
            if page.last is None:
                return Content(b"".join(lines))
            rows = rows._replace(after=page.last)

    async def _parquet(self, table: Table, rows: Selection) -> Content:
        if rows.ids:
            body = await self._read(table, partial(daily_process.parquet, rows))
        else:
            body = b"".join([piece async for piece in self._pieces(table)])
        # Its columns are packed already.
        return Content(body, codings={})

    async def _pieces(self, table: Table) -> AsyncIterator[bytes]:
        """The file as it is stored."""
        for offset in count(0, BYTES_AT_ONCE):
            piece = await self._read(table, partial(daily_process.piece, offset, BYTES_AT_ONCE))
            yield piece
            if len(piece) < BYTES_AT_ONCE:
                return

    async def _read(self, table: Table, read: Callable[[Sequence[str]], list[T]]) -> T:
        found = await self.closed.read([table.name], read)
        if found is None:
            raise unanswered(AWAY)
        return found[0]

    def _keep(self, key: tuple[Table, str, Selection], content: Content) -> Content:
        if _bytes(content) <= MOST_BYTES:
            self._kept[key] = content
        return content


def _bytes(content: Content) -> int:
    return ENTRY_BYTES + len(content.body)


def _no_table(view: DailyView, day: date | None, missing: Missing) -> ProblemError:
    """404, and what to do about it."""
    named = f"the last {NEWEST_OF_DAYS} days" if day is None else day.isoformat()
    if missing.date is None:
        reason = f"{named}: not published"
    else:
        said = "; ".join(missing.reasons) or "it says no reason"
        newest = f"; the newest of them, {missing.date}" if day is None else ""
        reason = f"{named}: without {batch_view(view)}{newest}: {said}"
    return ProblemError(
        404,
        reason,
        field="date",
        remedy=f"`city-batch run --date {day or 'yesterday'}` makes it; or give another date",
    )
