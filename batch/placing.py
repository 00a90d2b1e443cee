"""Stray rows into their own days: of a feed that was away for weeks, or a data set of another year."""

import asyncio
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.columns import TIME
from batch.compact import Placed, arrived, staged_rows
from batch.drift import NO_DRIFT
from batch.session import Session
from batch.slices import Span, hours_of
from batch.staging import File, Staged, Wanted
from citystream.contracts.city_day import HOUR_MS, CityDay, day_at


async def stray_rows(session: Session, arrivals: Span) -> dict[CityDay, Placed]:
    """What arrived in a span and belongs to days that are not made from it, by day, oldest first.

    The archive's objects are read once, however many days that are.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    by_day: dict[CityDay, dict[str, Staged]] = defaultdict(dict)
    for type_ in session.services:
        found = await arrived(session, type_, hours_of(arrivals))
        wanted = Wanted(None, (), arrivals, session.zone)
        folder, title = session.scratch / "placed" / type_, f"{type_}: objects read"
        staged = await staged_rows(session, type_, found, wanted, folder, title)
        rows: dict[CityDay, list[File]] = defaultdict(list)
        for file in staged.stray:
            for day, part in await asyncio.to_thread(_by_day, file, session):
                rows[day].append(part)
        for day, files in rows.items():
            by_day[day][type_] = Staged(files, [], [], staged.runs, staged.broken, NO_DRIFT)
    return {day: Placed(arrivals, by_day[day]) for day in sorted(by_day)}


def _by_day(file: File, session: Session) -> list[tuple[CityDay, File]]:
    """The days that a file is of; where midnight is no full hour, its hour may lie in two."""
    first = day_at(file.hour_ms, session.zone)
    last = day_at(file.hour_ms + HOUR_MS - 1, session.zone)
    if first == last:
        return [(first, file)]
    table = pq.read_table(file.path)
    before = pc.less(table.column("event_time"), pa.scalar(last.start_ms, pa.int64()).cast(TIME))
    parts = []
    for day, mask in ((first, before), (last, pc.invert(before))):
        part = table.filter(mask)
        if len(part):
            path = Path(f"{file.path}.{day.date}")
            pq.write_table(part, path, compression="lz4")
            parts.append((day, File(path, file.hour_ms, len(part))))
    return parts
