"""Archived records as Parquet: one row a record, original bytes beside what identifies them."""

import io
from collections.abc import Callable, Iterable, Sequence

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from citystream.batches import Record
from citystream.contracts.events import Timestamp, event_time_ms

SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string()),
        pa.field("event_time_ms", pa.int64()),
        pa.field("kafka_timestamp_ms", pa.int64(), nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary()),
    ]
)


class _Identity(msgspec.Struct, gc=False):
    event_id: str
    timestamp: Timestamp


# Ids and values do not repeat, and nobody looks for a range of them; times and offsets rise.
RISING = ("event_time_ms", "kafka_timestamp_ms", "offset")
OPTIONS = {
    "compression": "zstd",
    "use_dictionary": ["partition", "key"],
    "write_statistics": list(RISING),
    "column_encoding": dict.fromkeys(RISING, "DELTA_BINARY_PACKED"),
}

_decode = msgspec.json.Decoder(_Identity).decode


def identify(values: Iterable[bytes | None]) -> tuple[list[str | None], list[int | None]]:
    """Event ids and event times, each None where the bytes don't have both."""
    ids: list[str | None] = []
    times_ms: list[int | None] = []
    for value in values:
        try:
            identity = _decode(value or b"")
            time_ms = event_time_ms(identity.timestamp)
        except (ValueError, RecursionError):
            ids.append(None)
            times_ms.append(None)
        else:
            ids.append(identity.event_id)
            times_ms.append(time_ms)
    return ids, times_ms


def encode(partition: int, records: Sequence[Record], redact: Callable[[bytes], bytes] | None) -> bytes:
    """One object: consecutive records of one partition, in order."""
    values = [record.value for record in records]
    ids, times_ms = identify(values)
    if redact:
        values = [value and redact(value) for value in values]
    columns = [
        ids,
        times_ms,
        [record.timestamp for record in records],
        [partition] * len(records),
        [record.offset for record in records],
        [record.key for record in records],
        values,
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=SCHEMA), sink, **OPTIONS)
    return sink.getvalue()
