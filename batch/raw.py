"""Raw objects of the archive as they lie in S3: listed, and read as far as it needs."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from obstore.store import S3Store

from batch.closing import Run
from batch.object_store import asking
from batch.slices import Span
from citystream.contracts import s3_paths

# Requests at a time in each process: while one is decoded the next ones come.
AHEAD = 16
# Most objects are smaller; the footer of the largest is.
TAIL_BYTES = 65_536
COLUMNS = ["offset", "kafka_timestamp_ms", "key", "value"]


class RawObject(NamedTuple):
    """One object, by its name."""

    key: str
    partition: int
    first: int
    hour_ms: int
    """Hour of arrival in whose folder it lies."""


class Interest(NamedTuple):
    """Which records are wanted."""

    events: Span | None
    """Those of these event times."""
    arrivals: Span | None
    """All that arrived then."""


class Contents(NamedTuple):
    """What was read of an object: what it is a run of, and its records if any may be of interest."""

    run: Run
    records: pa.Table | None


class Broken(NamedTuple):
    """An object that is not what the archive writes."""

    reason: str


async def objects(store: S3Store, namespace: str, type_: str, hours: Iterable[int]) -> list[RawObject]:
    """Objects of some hours of arrival, by hour, then by name.

    Raises:
        StoreError: S3 does not answer.
    """
    wanted = set(hours)
    prefix = s3_paths.raw_prefix(namespace, type_)
    dates = sorted({s3_paths.date_prefix(prefix, hour) for hour in wanted})
    listed = await asyncio.gather(*(_listed(store, date) for date in dates))
    return [one for date in listed for one in date if one.hour_ms in wanted]


async def _listed(store: S3Store, prefix: str) -> list[RawObject]:
    with asking(f"list {prefix}"):
        found = await asyncio.to_thread(store.list(prefix, chunk_size=1_000).collect)
    return sorted(
        RawObject(one["path"], *parts, hour_ms)
        for one in found
        if (parts := s3_paths.parse_raw_object(one["path"]))
        and (hour_ms := s3_paths.hour_of(one["path"])) is not None
    )


async def read(
    store: S3Store, wanted: Sequence[RawObject], interest: Interest
) -> AsyncIterator[Contents | Broken]:
    """Objects in order; of one without records of interest no more than its end is read.

    Raises:
        StoreError: S3 does not answer.
    """
    pending: deque[asyncio.Task[Contents | Broken]] = deque()
    try:
        for one in wanted:
            pending.append(asyncio.create_task(_read(store, one, interest)))
            if len(pending) >= AHEAD:
                yield await pending.popleft()
        while pending:
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()


async def _read(store: S3Store, one: RawObject, interest: Interest) -> Contents | Broken:
    # One that begins among what is wanted whole is not asked twice.
    some = await _bytes(store, one.key, whole=_has(interest.arrivals, one.hour_ms))
    read = _decoded(one, some, interest)
    if read is None:
        read = _decoded(one, await _bytes(store, one.key, whole=True), interest)
    return read or Broken(f"{one.key} has another size than S3 says")


def _decoded(one: RawObject, some: "_Bytes", interest: Interest) -> Contents | Broken | None:
    """What an object has; None if more of it has to be read."""
    try:
        footer = pq.read_metadata(pa.BufferReader(some.body))
        run = _run(one, some.metadata, footer)
        if not _of_interest(interest, run, footer):
            return Contents(run, None)
        if some.size > len(some.body):
            return None
        file = pq.ParquetFile(pa.BufferReader(some.body), metadata=footer)
        # Threads for an object of a few thousand rows cost more than they save.
        return Contents(run, file.read(COLUMNS, use_threads=False))
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        return Broken(f"{one.key} can't be read: {str(error).splitlines()[0]}")


class _Bytes(NamedTuple):
    body: pa.Buffer
    size: int
    """Of the whole object."""
    metadata: Mapping[str, str]


async def _bytes(store: S3Store, key: str, *, whole: bool) -> _Bytes:
    with asking(f"get {key}"):
        answer = await store.get_async(key, options={} if whole else {"range": {"suffix": TAIL_BYTES}})
        body = await answer.bytes_async()
    return _Bytes(pa.py_buffer(body), answer.meta["size"], answer.attributes)


def _has(span: Span | None, at_ms: int) -> bool:
    return span is not None and span.has(at_ms)


def _of_interest(interest: Interest, run: Run, footer: pq.FileMetaData) -> bool:
    arrivals, events = interest.arrivals, interest.events
    if arrivals is not None and run.first_ms < arrivals.end_ms and run.last_ms >= arrivals.start_ms:
        return True
    return events is not None and _may_have(footer, events)


def _may_have(footer: pq.FileMetaData, span: Span) -> bool:
    """Whether any event of a time may be in an object."""
    for group in range(footer.num_row_groups):
        column = _statistics(footer, group, "event_time_ms")
        # Without any value there is no event in it.
        if column is not None and column.min < span.end_ms and column.max >= span.start_ms:
            return True
    return False


def _run(one: RawObject, metadata: Mapping[str, str], footer: pq.FileMetaData) -> Run:
    groups = range(footer.num_row_groups)
    offsets, times = (
        [column for group in groups if (column := _statistics(footer, group, name))]
        for name in ("offset", "kafka_timestamp_ms")
    )
    if not offsets or not times:
        raise ValueError("its footer does not say which offsets it has")
    follows = metadata.get(s3_paths.FOLLOWS_OFFSET)
    first_ms = metadata.get(s3_paths.FIRST_TIMESTAMP_MS)
    return Run(
        one.partition,
        offsets[0].min,
        offsets[-1].max,
        times[0].min if first_ms is None else int(first_ms),
        max(column.max for column in times),
        None if follows is None else int(follows),
    )


def _statistics(footer: pq.FileMetaData, group: int, name: str) -> pq.Statistics | None:
    names = footer.schema.names
    found = footer.row_group(group).column(names.index(name)).statistics
    return found if found is not None and found.has_min_max else None
