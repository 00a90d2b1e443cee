"""Daily views: a day's table as JSON, CSV and Parquet."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from functools import partial
from itertools import count
from typing import NamedTuple, TypeVar

import msgspec

from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.event_time import rfc3339
from gateway import daily_process
from gateway.closed_days import ClosedDays
from gateway.content import Content
from gateway.daily_process import Selection
from gateway.days import Day
from gateway.endpoint import CSV, JSON
from gateway.kept import Kept
from gateway.pages import cursor
from gateway.problems import bad_field, unanswered
from gateway.published_days import AWAY, Found, Missing, PublishedDays

T = TypeVar("T")

MOST_CSV_ROWS = 500_000
# Each is read in well under a second, and others' questions come in between.
CSV_ROWS_AT_ONCE = 100_000
BYTES_AT_ONCE = 8_000_000
# Of answers that are kept.
MOST_BYTES = 64_000_000


class Table(NamedTuple):
    """A view's table of one day."""

    view: DailyView
    day: Day
    timezone: str
    name: str
    """Of its object."""
    published_ms: int
    left_out: int
    """Events that it was not made from."""


class Daily:
    """All views of all days."""

    def __init__(self, closed: ClosedDays, days: PublishedDays) -> None:
        self.closed = closed
        self.zone = closed.zone
        self._days = days
        self._kept: Kept[tuple[Table, str, Selection]] = Kept(MOST_BYTES)
        self._making = asyncio.Lock()

    async def table(self, view: DailyView, day: date | None) -> Table:
        """A view's table of a day; without one, of the newest day that has one.

        Raises:
            ProblemError: 404 where there is none; 503 while the batch layer can't be read.
        """
        return _table(view, await self._days.having(batch_view(view), day))

    async def newest(self, view: DailyView) -> Table | Missing:
        """Of the last days.

        Raises:
            ProblemError: 503 while the batch layer can't be read.
        """
        found = await self._days.newest(batch_view(view))
        return found if isinstance(found, Missing) else _table(view, found)

    async def content(self, table: Table, media_type: str, rows: Selection) -> Content:
        """A page of it as JSON, or all rows of these ids in another form.

        Raises:
            ProblemError: 400 of more rows than CSV may have; 503 while the batch layer can't be read.
        """
        if media_type == JSON:
            key = (table, media_type, rows)
            return self._kept.get(key) or self._kept.keep(key, await self._json(table, rows))
        rows = Selection(rows.view, rows.ids)
        key = (table, media_type, rows)
        make = self._csv if media_type == CSV else self._parquet
        # A file may be long: one is made at a time, and who asks for the same finds it kept.
        async with self._making:
            return self._kept.get(key) or self._kept.keep(key, await make(table, rows))

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
            "incomplete_days": table.day.incomplete(),
            "left_out": table.left_out,
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


def _table(view: DailyView, found: Found) -> Table:
    manifest, day = found
    left_out = manifest.views[batch_view(view)].left_out
    return Table(view, day, manifest.timezone, found.name, manifest.published_ms, left_out)
