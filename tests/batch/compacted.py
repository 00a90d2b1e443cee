"""Events of a day, written as compact writes them, without an archive."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch import columns
from batch.once import engine, write_once
from citystream.contracts import s3_paths
from citystream.contracts.city_day import HOUR_MS, floor_hour
from citystream.contracts.event import Event
from citystream.contracts.identity import entity_of
from citystream.contracts.manifest import Compacted, Stored
from citystream.settings import Settings
from tests.batch import published


def compacted(
    own: Settings,
    type_: str,
    version: str,
    events: Sequence[Event],
    folder: Path,
    reasons: Sequence[str] = (),
    hours: int = 1,
    delay_ms: Callable[[Event], int] = lambda _: 0,
) -> Compacted:
    """A version of a type's events, which lies in S3; an object has so many hours, an event such a delay."""
    prefix = s3_paths.version_prefix(s3_paths.compacted_prefix(own.namespace, type_), version)
    connection, s3, objects = engine(1, "1GB", folder), published.client(own), []
    by_hour: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        by_hour[floor_hour(time_ms(event)) // (hours * HOUR_MS) * hours * HOUR_MS].append(event)
    for hour_ms in sorted(by_hour):
        rows, path = folder / f"{hour_ms}.rows", folder / f"{hour_ms}.parquet"
        pq.write_table(_table(by_hour[hour_ms], delay_ms), rows)
        count = write_once(connection, [rows], type(events[0]), path)
        key = f"{s3_paths.hour_prefix(prefix, hour_ms)}events.parquet"
        s3.upload_file(str(path), own.s3_bucket, key)
        objects.append(Stored(key, hour_ms, count))
    connection.disconnect()
    rows_ = sum(one.rows for one in objects)
    return Compacted(version=version, objects=objects, rows=rows_, reasons=list(reasons))


def time_ms(event: Event) -> int:
    """When it happened; these events have it in epoch milliseconds."""
    assert isinstance(event.timestamp, int)
    return event.timestamp


def _table(events: Sequence[Event], delay_ms: Callable[[Event], int]) -> pa.Table:
    times_ms = [time_ms(event) for event in events]
    arrived = [time_ms(event) + delay_ms(event) for event in events]
    read = columns.Read(
        0, list(events), times_ms, pa.array(arrived, pa.int64()), pa.array(range(len(events)))
    )
    return columns.table(type(events[0]), read, entity_of(type(events[0])))
