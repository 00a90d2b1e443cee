"""Archive objects into rows by event hour, on this machine's disk: the first half of compacting.

Runs in processes of its own (`Worker`), for decoding takes all of a core. A file has rows of one type and one
event hour; of an hour there are as many files as it takes.
"""

from collections import defaultdict
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch import columns, raw
from batch.closing import Run
from batch.drift import NO_DRIFT, Drift, Drifting
from batch.raw import Interest, RawObject
from batch.slices import Span, reach
from batch.workers import Worker, in_worker
from citystream.contracts.city_day import HOUR_MS, floor_hour
from citystream.contracts.event import Event
from citystream.contracts.identity import entity_of
from citystream.fold.dead_letters import explain
from citystream.fold.reader import Reader
from citystream.service import Service
from citystream.settings import Settings

ROWS_AT_ONCE = 200_000
"""Rows that wait in memory; about 100 MB of events."""
CHUNK_ROWS = 1_000
"""Read at a time: small enough for the cache, and to be read again where one of them is no event."""
UNREADABLE = pa.schema(
    [
        pa.field("kafka_time", columns.TIME, nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary()),
        pa.field("field", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
"""Columns of what is no event; the value is as the archive has it, field `$` is the whole."""


class Wanted(NamedTuple):
    """Which records are wanted: by when each arrived, so it does not matter how objects were cut."""

    events: Span | None
    """Events of this time …"""
    arrivals: tuple[Span, ...]
    """… that arrived in one of these spans; …"""
    stray: Span | None
    """… and of what arrived in this one all events beyond reach of their day, and what is no event."""
    zone: ZoneInfo
    """Of the city's days."""


class Task(NamedTuple):
    """A part of the archive of one type."""

    type_: str
    objects: list[RawObject]
    wanted: Wanted
    folder: Path
    """Where the rows are to lie: below `rows/`, `stray/` and `unreadable/`."""
    name: str
    """Of its files, which no other task has."""


class File(NamedTuple):
    """One file of rows."""

    path: Path
    hour_ms: int
    """Of event time; of arrival, where that can't be read."""
    rows: int


class Staged(NamedTuple):
    """What came of a task, or of several."""

    rows: list[File]
    stray: list[File]
    unreadable: list[File]
    runs: list[Run]
    broken: list[str]
    """Why objects could not be read."""
    drift: Drift

    def plus(self, other: "Staged") -> "Staged":
        """Both."""
        return Staged(
            self.rows + other.rows,
            self.stray + other.stray,
            self.unreadable + other.unreadable,
            self.runs + other.runs,
            self.broken + other.broken,
            self.drift.plus(other.drift),
        )


NOTHING = Staged([], [], [], [], [], NO_DRIFT)

_reach = lru_cache(maxsize=1_000)(reach)


class Staging:
    """The rows of one task, on their way to files."""

    def __init__(self, task: Task, service: Service[Any], settings: Settings) -> None:
        self._task = task
        self._event: type[Event] = service.event
        self._reader = Reader(service.event, settings.future_ms, service.check)
        self._entity = entity_of(service.event)
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._rows = 0
        self._written = 0
        self._unreadable: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        self._drift = Drifting(service.event)
        self.staged = Staged([], [], [], [], [], NO_DRIFT)

    def take(self, contents: raw.Contents) -> None:
        """An object's records."""
        self.staged.runs.append(contents.run)
        if contents.records is None:
            return
        for batch in contents.records.to_batches(max_chunksize=CHUNK_ROWS):
            self._take(batch, contents.run.partition)
        if self._rows >= ROWS_AT_ONCE:
            self._flush()

    def _take(self, batch: pa.RecordBatch, partition: int) -> None:
        events, times, taken = self._read(batch, partition)
        if not events:
            return
        wanted, kafka = self._task.wanted, taken.column("kafka_timestamp_ms")
        got = columns.Read(partition, events, times, kafka, taken.column("offset"))
        table = columns.table(self._event, got, self._entity)
        times_ms, kafka_ms = np.array(times), kafka.to_numpy()
        if wanted.events is not None:
            arrived = reduce(np.logical_or, (_inside(kafka_ms, span) for span in wanted.arrivals))
            self._keep("rows", table, _inside(times_ms, wanted.events) & arrived)
        if wanted.stray is not None:
            beyond = _beyond_reach(times_ms, kafka_ms, wanted.zone)
            self._keep("stray", table, _inside(kafka_ms, wanted.stray) & beyond)

    def _read(self, batch: pa.RecordBatch, partition: int) -> tuple[list[Any], list[int], pa.RecordBatch]:
        """Events, their times, and the records that they are of."""
        read = self._reader.read
        values, kafka = (batch.column(name).to_pylist() for name in ("value", "kafka_timestamp_ms"))
        self._drift.look(values)
        try:
            # Nearly always all of them can be read.
            pairs = [read(value, kafka_ms) for value, kafka_ms in zip(values, kafka, strict=True)]
        except (ValueError, RecursionError):
            pairs, taken = [], []
            for number, (value, kafka_ms) in enumerate(zip(values, kafka, strict=True)):
                try:
                    pairs.append(read(value, kafka_ms))
                    taken.append(number)
                except (ValueError, RecursionError) as error:
                    self._refuse(batch.slice(number, 1).to_pylist()[0], partition, error)
            batch = batch.take(pa.array(taken, pa.int64()))
        return [event for event, _ in pairs], [time_ms for _, time_ms in pairs], batch

    def _refuse(self, record: dict[str, Any], partition: int, error: Exception) -> None:
        kafka_ms, stray = record["kafka_timestamp_ms"], self._task.wanted.stray
        if stray is not None and stray.has(kafka_ms):
            place = (kafka_ms, partition, record["offset"], record["key"], record["value"])
            self._unreadable[floor_hour(kafka_ms)].append((*place, *explain(error)))

    def _keep(self, kind: str, table: pa.Table, mask: Any) -> None:
        if mask.all():
            kept = table
        elif mask.any():
            kept = table.filter(pa.array(mask))
        else:
            return
        self._waiting[kind].append(kept)
        self._rows += len(kept)

    def _flush(self) -> None:
        for kind, files in (("rows", self.staged.rows), ("stray", self.staged.stray)):
            tables = self._waiting.pop(kind, [])
            if not tables:
                continue
            table = pa.concat_tables(tables).combine_chunks()
            hours = table.column("event_time").cast(pa.int64()).to_numpy() // HOUR_MS
            for hour in np.unique(hours).tolist():
                part = table.filter(pa.array(hours == hour))
                files.append(self._write(kind, hour * HOUR_MS, part))
        self._rows = 0

    def _write(self, kind: str, hour_ms: int, table: pa.Table) -> File:
        folder = self._task.folder / kind / self._task.type_ / str(hour_ms)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._task.name}-{self._written}.parquet"
        self._written += 1
        dictionaries = [name for name in ("entity", "partition") if name in table.schema.names]
        dictionaries += [
            field.name for field in columns.own_columns(self._event) if field.type == pa.string()
        ]
        pq.write_table(table, path, compression="lz4", use_dictionary=dictionaries, write_statistics=False)
        return File(path, hour_ms, len(table))

    def finish(self) -> Staged:
        """Write what waits."""
        self._flush()
        for hour_ms, rows in self._unreadable.items():
            arrays = [
                pa.array(list(column), pa.int64() if field.type == columns.TIME else field.type).cast(
                    field.type
                )
                for column, field in zip(zip(*rows, strict=True), UNREADABLE, strict=True)
            ]
            table = pa.table(arrays, schema=UNREADABLE)
            self.staged.unreadable.append(self._write("unreadable", hour_ms, table))
        return self.staged._replace(drift=self._drift.found())


def _inside(times_ms: Any, span: Span) -> Any:
    return (times_ms >= span.start_ms) & (times_ms < span.end_ms)


def _beyond_reach(times_ms: Any, kafka_ms: Any, zone: ZoneInfo) -> Any:
    hours = kafka_ms // HOUR_MS
    beyond = np.zeros(len(times_ms), bool)
    for hour in np.unique(hours).tolist():
        beyond |= (hours == hour) & ~_inside(times_ms, _reach(hour * HOUR_MS, zone))
    return beyond


def stage(task: Task) -> Staged:
    """In a worker: read a task's objects and write their rows.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    return in_worker(_stage(task))


async def _stage(task: Task) -> Staged:
    staging = Staging(task, Worker.service(task.type_), Worker.settings)
    interest = Interest(task.wanted.events, task.wanted.stray)
    async for got in raw.read(Worker.store, task.objects, interest):
        if isinstance(got, raw.Broken):
            staging.staged.broken.append(got.reason)
        else:
            staging.take(got)
    return staging.finish()
