"""Raw objects of the archive as they lie in S3: listed, and read as far as it needs."""

import asyncio
import io
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from batch.closing import Run
from batch.slices import Span
from citystream.contracts import s3_paths
from citystream.settings import Settings

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

    object: RawObject
    run: Run
    records: pa.Table | None


class Broken(NamedTuple):
    """An object that is not what the archive writes."""

    object: RawObject
    reason: str


async def objects(s3: Any, settings: Settings, type_: str, hours: Iterable[int]) -> list[RawObject]:
    """Objects of some hours of arrival, by hour, then by name."""
    wanted = set(hours)
    prefix = s3_paths.raw_prefix(settings.namespace, type_)
    dates = sorted({s3_paths.date_prefix(prefix, hour) for hour in wanted})
    found: list[RawObject] = []
    for at in range(0, len(dates), AHEAD):
        some = dates[at : at + AHEAD]
        for listed in await asyncio.gather(*(_listed(s3, settings.s3_bucket, date) for date in some)):
            found += [one for one in listed if one.hour_ms in wanted]
    return found


async def _listed(s3: Any, bucket: str, prefix: str) -> list[RawObject]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [entry["Key"] async for page in pages for entry in page.get("Contents", [])]
    return [
        RawObject(key, *parts, hour_ms)
        for key in keys
        if (parts := s3_paths.parse_raw_object(key)) and (hour_ms := s3_paths.hour_of(key)) is not None
    ]


async def read(
    s3: Any, bucket: str, wanted: Sequence[RawObject], interest: Interest
) -> AsyncIterator[Contents | Broken]:
    """Objects in order; of one without records of interest no more than its end is read."""
    pending: deque[asyncio.Task[Contents | Broken]] = deque()
    try:
        for one in wanted:
            pending.append(asyncio.create_task(_read(s3, bucket, one, interest)))
            if len(pending) >= AHEAD:
                yield await pending.popleft()
        while pending:
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()


async def _read(s3: Any, bucket: str, one: RawObject, interest: Interest) -> Contents | Broken:
    # One that begins among what is wanted whole is not asked twice.
    ranged = {} if _has(interest.arrivals, one.hour_ms) else {"Range": f"bytes=-{TAIL_BYTES}"}
    answer = await s3.get_object(Bucket=bucket, Key=one.key, **ranged)
    body, metadata = await answer["Body"].read(), answer["Metadata"]
    size = int(answer.get("ContentRange", f"/{len(body)}").rpartition("/")[2])
    try:
        footer = pq.read_metadata(io.BytesIO(body))
        run = _run(one, metadata, footer)
        if not _of_interest(interest, run, footer):
            return Contents(one, run, None)
        if size > len(body):
            answer = await s3.get_object(Bucket=bucket, Key=one.key)
            body = await answer["Body"].read()
        return Contents(one, run, pq.read_table(io.BytesIO(body), columns=COLUMNS))
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        return Broken(one, f"{one.key} can't be read: {str(error).splitlines()[0]}")


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


def _run(one: RawObject, metadata: dict[str, str], footer: pq.FileMetaData) -> Run:
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
