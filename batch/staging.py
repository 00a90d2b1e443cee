"""Archive objects into rows by event hour, on this machine's disk: the first half of compacting.

Runs in processes of its own (`Worker`), for decoding takes all of a core. A file has rows of one type and one
event hour; of an hour there are as many files as it takes.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch import columns, raw
from batch.closing import Run
from batch.raw import RawObject
from batch.slices import Span
from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.event import Event
from citystream.contracts.identity import entity_of
from citystream.fold.dead_letters import explain
from citystream.fold.reader import Reader
from citystream.service import Service
from citystream.settings import Settings

ROWS_AT_ONCE = 200_000
"""Rows that wait in memory; about 100 MB of events."""
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
    """One object, and what is wanted of it."""

    object: RawObject
    events: Span | None
    """Event times whose rows are wanted."""
    reach: Span | None
    """Rows outside it are wanted as stray, and what is no event too; None where neither is."""


class Task(NamedTuple):
    """A part of the archive of one type."""

    type_: str
    objects: list[Wanted]
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

    def plus(self, other: "Staged") -> "Staged":
        """Both."""
        return Staged(
            self.rows + other.rows,
            self.stray + other.stray,
            self.unreadable + other.unreadable,
            self.runs + other.runs,
            self.broken + other.broken,
        )


NOTHING = Staged([], [], [], [], [])


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
        self.staged = Staged([], [], [], [], [])

    def take(self, contents: raw.Contents, wanted: Wanted) -> None:
        """An object's records."""
        self.staged.runs.append(contents.run)
        if contents.records is None:
            return
        for batch in contents.records.to_batches(max_chunksize=5_000):
            self._take(batch, wanted)
        if self._rows >= ROWS_AT_ONCE:
            self._flush()

    def _take(self, batch: pa.RecordBatch, wanted: Wanted) -> None:
        read, entity, partition = self._reader.read, self._entity, wanted.object.partition
        got = columns.Read[Any](partition)
        events, entities, times, kafka, offsets = (
            got.events,
            got.entities,
            got.times_ms,
            got.kafka_ms,
            got.offsets,
        )
        lists = (batch.column(name).to_pylist() for name in raw.COLUMNS)
        for offset, kafka_ms, key, value in zip(*lists, strict=True):
            try:
                event, time_ms = read(value, kafka_ms)
            except (ValueError, RecursionError) as error:
                if wanted.reach is not None:
                    row = (kafka_ms, partition, offset, key, value, *explain(error))
                    self._unreadable[wanted.object.hour_ms].append(row)
                continue
            events.append(event)
            entities.append(entity(event))
            times.append(time_ms)
            kafka.append(kafka_ms)
            offsets.append(offset)
        if not events:
            return
        # The texts of a batch lie near each other only now.
        table, times_ms = columns.table(self._event, got), np.array(times)
        if wanted.events is not None:
            self._keep("rows", table, _inside(times_ms, wanted.events))
        if wanted.reach is not None:
            self._keep("stray", table, ~_inside(times_ms, wanted.reach))

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
        return self.staged


def _inside(times_ms: Any, span: Span) -> Any:
    return (times_ms >= span.start_ms) & (times_ms < span.end_ms)


async def stage(s3: Any, settings: Settings, service: Service[Any], task: Task) -> Staged:
    """Read a task's objects and write their rows.

    Raises:
        BotoCoreError, ClientError, OSError: S3 does not answer, or the disk takes no more.
    """
    staging = Staging(task, service, settings)
    spans: Sequence[Span | None] = [
        # What is no event is found by reading alone.
        one.events if one.reach is None else None
        for one in task.objects
    ]
    at = 0
    async for got in raw.read(s3, settings.s3_bucket, [one.object for one in task.objects], spans):
        if isinstance(got, raw.Broken):
            staging.staged.broken.append(got.reason)
        else:
            staging.take(got, task.objects[at])
        at += 1
    return staging.finish()
