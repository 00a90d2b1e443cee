"""compact: a day's events out of the archive, typed, each once, by event hour.

archive objects -> the one reader -> rows by event hour (on this machine) -> each once, in order -> S3
"""

import asyncio
import shutil
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from batch import raw
from batch.closing import Closing, Run, overlap, why_gaps, why_open
from batch.object_store import asking
from batch.once import count_records, write_once
from batch.raw import RawObject
from batch.session import Session
from batch.slices import Span, arrival_hours, hours_of, own_hours, spanned
from batch.staging import NOTHING, File, Staged, Task, Wanted, stage
from batch.workers import as_done
from citystream.contracts import s3_paths
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.manifest import Compacted, Stored

OBJECTS_A_TASK = 200
"""At 1.5 ms and 1,500 rows an object a task takes a second: small enough to share out, and worth it."""
LOOK_BACK_MS = 72 * HOUR_MS
"""A partition whose records wait for longer until an object is full has none to speak of."""
EVENTS = "events"


class Placed(NamedTuple):
    """Stray rows that were found already, to be placed into a day."""

    arrivals: Span
    """When they arrived."""
    of: Mapping[str, Staged]
    """Their rows by type, and all objects that were looked into."""


async def compact(
    session: Session,
    day: CityDay,
    version: str,
    arrivals: Collection[Span] = (),
    placed: Placed | None = None,
) -> dict[str, Compacted]:
    """Write a version of a day; nobody reads it until a manifest names it.

    Args:
        arrivals: spans of arrival that the day is made from beside its own.
        placed: the same, where its rows lie here already.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    made = {}
    for type_ in session.services:
        made[type_] = await _compact_type(session, day, version, type_, arrivals, placed)
    return made


async def _compact_type(
    session: Session,
    day: CityDay,
    version: str,
    type_: str,
    arrivals: Collection[Span],
    placed: Placed | None,
) -> Compacted:
    folder = session.scratch / version / type_
    folder.mkdir(parents=True)
    try:
        own, beside = await _gathered(session, day, type_, arrivals, folder)
        if placed:
            beside = beside.plus(placed.of.get(type_, NOTHING))
        rows, runs = [*own.rows, *beside.rows], [*own.runs, *beside.runs]
        prefix = s3_paths.version_prefix(s3_paths.compacted_prefix(session.settings.shared, type_), version)
        count = sum(one.rows for one in rows)
        # Asked before they are written: what is written is removed here.
        once = await asyncio.to_thread(_records, session, rows) if overlap(runs) else count
        objects = await _each_once(session, type_, rows, prefix, folder)
        kept = sum(one.rows for one in objects)
        return Compacted(
            version=version,
            objects=objects,
            rows=kept,
            duplicates=once - kept,
            repeated=count - once,
            unreadable=await _as_they_are(
                session, own.unreadable, f"{prefix}{s3_paths.UNREADABLE}/", s3_paths.UNREADABLE
            ),
            stray=await _as_they_are(session, own.stray, f"{prefix}{s3_paths.STRAY}/", EVENTS),
            unknown_fields=dict(own.drift.fields),
            looked_into=own.drift.looked_into,
            objects_read=len(runs),
            arrivals_ms=[*arrivals, *([placed.arrivals] if placed else [])],
            reasons=[*own.broken, *beside.broken, *_reasons(session, day, own.runs, beside.runs)],
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _gathered(
    session: Session, day: CityDay, type_: str, arrivals: Collection[Span], folder: Path
) -> tuple[Staged, Staged]:
    """The day's rows: of what arrived within its reach, and of what arrived in the spans beside it."""
    hours, own, events = arrival_hours(day), own_hours(day), Span(day.start_ms, day.end_ms)
    found = await arrived(session, type_, hours)
    within = Wanted(events, (spanned(hours),), spanned(own), session.zone)
    title = f"{day.date} {type_}: objects read"
    near = await staged_rows(session, type_, found, within, folder / "own", title)
    # What lies within the day's reach was taken there.
    parts = tuple(part for span in arrivals for part in span.without(spanned(hours)))
    if not parts:
        return near, NOTHING
    further = {one for span in parts for one in await arrived(session, type_, hours_of(span))}
    beside = Wanted(events, parts, None, session.zone)
    return near, await staged_rows(session, type_, sorted(further), beside, folder / "beside", title)


async def arrived(session: Session, type_: str, hours: range) -> list[RawObject]:
    """Objects that may have what arrived in some hours: those that lie there, and of each partition the one
    before, whose records may reach beyond the first hour's start."""
    found = await raw.objects(session.store, session.settings.shared, type_, hours)
    first: dict[int, int] = {}
    for one in found:
        first.setdefault(one.partition, one.first)
    before: dict[int, RawObject] = {}
    for end_ms in range(hours.start, hours.start - LOOK_BACK_MS, -24 * HOUR_MS):
        earlier = range(end_ms - 24 * HOUR_MS, end_ms, HOUR_MS)
        for one in reversed(await raw.objects(session.store, session.settings.shared, type_, earlier)):
            number = one.partition
            if number not in before and (number not in first or one.first < first[number]):
                before[number] = one
        if all(offset == 0 or number in before for number, offset in first.items()):
            break
    return [*before.values(), *found]


def _reasons(session: Session, day: CityDay, runs: Sequence[Run], beside: Sequence[Run]) -> list[str]:
    gaps = why_gaps(beside)
    # A data set of another year: none of it arrived on its days.
    if beside and all(run.last_ms < arrival_hours(day).start for run in runs):
        return gaps
    settings = session.settings
    settled_ms = day.end_ms + round((settings.disorder_s + settings.lateness_s) * 1000)
    closing = Closing(day.start_ms - settings.future_ms, settled_ms, day.end_ms, round(time.time() * 1000))
    return [*why_open(runs, closing), *gaps]


async def staged_rows(
    session: Session, type_: str, objects: Sequence[RawObject], wanted: Wanted, folder: Path, title: str
) -> Staged:
    """Rows of objects, in files on this machine."""
    tasks = [
        Task(type_, list(objects[at : at + OBJECTS_A_TASK]), wanted, folder, str(at))
        for at in range(0, len(objects), OBJECTS_A_TASK)
    ]
    step = session.progress.step(title, len(objects))
    all_of_it = NOTHING
    async for task, staged in as_done(session.pool, stage, tasks):
        all_of_it = all_of_it.plus(staged)
        step.advance(len(task.objects))
    step.finish()
    return all_of_it


async def _each_once(
    session: Session, type_: str, rows: Sequence[File], prefix: str, folder: Path
) -> list[Stored]:
    """Write and upload each event hour; one is written while the one before it goes to S3."""
    event, by_hour = session.services[type_].event, _by_hour(rows)
    step = session.progress.step(f"{type_}: hours written", len(by_hour))
    stored: list[Stored] = []
    uploading: asyncio.Task[Stored] | None = None
    for hour_ms in sorted(by_hour):
        files, path = by_hour[hour_ms], folder / f"{hour_ms}.parquet"
        count = await asyncio.to_thread(write_once, session.engine, [one.path for one in files], event, path)
        for one in files:
            one.path.unlink()
        if uploading:
            stored.append(await uploading)
        uploading = asyncio.create_task(_upload(session, File(path, hour_ms, count), prefix, EVENTS))
        step.advance()
    if uploading:
        stored.append(await uploading)
    step.finish()
    return stored


def _records(session: Session, rows: Sequence[File]) -> int:
    return sum(
        count_records(session.engine, [one.path for one in files]) for files in _by_hour(rows).values()
    )


def _by_hour(files: Iterable[File]) -> dict[int, list[File]]:
    found: dict[int, list[File]] = defaultdict(list)
    for one in files:
        found[one.hour_ms].append(one)
    return found


async def _as_they_are(session: Session, files: Sequence[File], prefix: str, name: str) -> list[Stored]:
    return [
        await _upload(session, one, prefix, f"{name}-{number}")
        for number, one in enumerate(sorted(files, key=lambda one: (one.hour_ms, one.path.name)))
    ]


async def _upload(session: Session, file: File, prefix: str, name: str) -> Stored:
    key = f"{s3_paths.hour_prefix(prefix, file.hour_ms)}{name}.parquet"
    with asking(f"put {key}"):
        await asyncio.to_thread(session.store.put, key, file.path)
    file.path.unlink()
    return Stored(key, file.hour_ms, file.rows)
