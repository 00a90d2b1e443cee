"""compact: a day's events out of the archive, typed, each once, by event hour.

archive objects -> the one reader -> rows by event hour (on this machine) -> each once, in order -> S3
"""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from batch import raw
from batch.closing import Closing, Run, overlap, why_gaps, why_open
from batch.once import count_records, write_once
from batch.raw import RawObject
from batch.session import Session
from batch.slices import LATE_MS, Span, arrival_hours, hours_of, own_hours, reach
from batch.staging import NOTHING, File, Staged, Task, Wanted, stage
from batch.workers import Worker, as_done, in_worker
from citystream.contracts import s3_paths
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.manifest import Compacted, Stored
from citystream.installed import installed_names, installed_service

OBJECTS_A_TASK = 200
"""At 1.5 ms and 1,500 rows an object a task takes a second: small enough to share out, and worth it."""
EVENTS, STRAY, UNREADABLE = "events", "stray", "unreadable"
"""What files are of, and the folders of the last two."""


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
        BotoCoreError, ClientError, OSError: S3 does not answer, or the disk takes no more.
    """
    made = {}
    for type_ in installed_names():
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
    try:
        own, beside = await _gathered(session, day, type_, arrivals, folder)
        if placed:
            beside = beside.plus(placed.of.get(type_, NOTHING))
        rows, runs = [*own.rows, *beside.rows], [*own.runs, *beside.runs]
        prefix = s3_paths.version_prefix(
            s3_paths.compacted_prefix(session.settings.namespace, type_), version
        )
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
            unreadable=await _as_they_are(session, own.unreadable, f"{prefix}{UNREADABLE}/", UNREADABLE),
            stray=await _as_they_are(session, own.stray, f"{prefix}{STRAY}/", EVENTS),
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
    hours, own, span = set(arrival_hours(day)), set(own_hours(day)), Span(day.start_ms, day.end_ms)
    found = await raw.objects(session.s3, session.settings, type_, hours)
    found += await _before(session, day, type_, found)
    wanted = [
        Wanted(one, span, reach(one.hour_ms, session.zone) if one.hour_ms in own else None) for one in found
    ]
    further = await raw.objects(
        session.s3, session.settings, type_, {hour for one in arrivals for hour in hours_of(one)} - hours
    )
    title = f"{day.date} {type_}: objects read"
    return (
        await staged_rows(session, type_, wanted, folder / "own", title),
        await staged_rows(
            session, type_, [Wanted(one, span, None) for one in further], folder / "beside", title
        ),
    )


async def _before(session: Session, day: CityDay, type_: str, found: Sequence[RawObject]) -> list[RawObject]:
    """Of partitions whose first object begins on the day, the one before it: it may reach into the day."""
    first: dict[int, RawObject] = {}
    for one in found:
        if one.partition not in first:
            first[one.partition] = one
    cut = {
        number: one.first for number, one in first.items() if one.first > 0 and one.hour_ms >= day.start_ms
    }
    if not cut:
        return []
    begin = arrival_hours(day)[0]
    earlier = await raw.objects(session.s3, session.settings, type_, range(begin - LATE_MS, begin, HOUR_MS))
    newest: dict[int, RawObject] = {}
    for one in earlier:
        if one.first < cut.get(one.partition, 0):
            newest[one.partition] = one
    return list(newest.values())


def _reasons(session: Session, day: CityDay, runs: Sequence[Run], beside: Sequence[Run]) -> list[str]:
    gaps = why_gaps(beside)
    # A data set of another year: none of it arrived on its days.
    if beside and not runs:
        return gaps
    settings = session.settings
    settled_ms = day.end_ms + round((settings.disorder_s + settings.lateness_s) * 1000)
    closing = Closing(day.start_ms - settings.future_ms, settled_ms, day.end_ms, session.now_ms())
    return [*why_open(runs, closing), *gaps]


async def staged_rows(
    session: Session, type_: str, wanted: Sequence[Wanted], folder: Path, title: str
) -> Staged:
    """Rows of objects, in files on this machine."""
    tasks = [
        Task(type_, list(wanted[at : at + OBJECTS_A_TASK]), folder, str(at))
        for at in range(0, len(wanted), OBJECTS_A_TASK)
    ]
    step = session.progress.step(title, len(wanted))
    all_of_it = NOTHING
    async for task, staged in as_done(session.pool, _stage, tasks):
        all_of_it = all_of_it.plus(staged)
        step.advance(len(task.objects))
    step.finish()
    return all_of_it


def _stage(task: Task) -> Staged:
    return in_worker(stage(Worker.s3, Worker.settings, Worker.service(task.type_), task))


async def _each_once(
    session: Session, type_: str, rows: Sequence[File], prefix: str, folder: Path
) -> list[Stored]:
    """Write and upload each event hour; one is written while the one before it goes to S3."""
    event = installed_service(type_, session.settings).event
    by_hour = _by_hour(rows)
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
    await session.s3.upload_file(str(file.path), session.bucket, key)
    file.path.unlink()
    return Stored(key, file.hour_ms, file.rows)
