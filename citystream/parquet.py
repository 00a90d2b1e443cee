"""Archived records as Parquet: one row a record, original bytes beside what identifies them."""

import io
from collections.abc import Callable, Sequence

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


_decode = msgspec.json.Decoder(_Identity).decode


def identify(value: bytes | None) -> tuple[str | None, int | None]:
    """Event id and event time, where the bytes have them."""
    try:
        identity = _decode(value or b"")
        return identity.event_id, event_time_ms(identity.timestamp)
    except (ValueError, RecursionError):
        return None, None


def encode(partition: int, records: Sequence[Record], redact: Callable[[bytes], bytes] | None) -> bytes:
    """One object: consecutive records of one partition, in order."""
    identities = [identify(record.value) for record in records]
    values = [record.value for record in records]
    if redact:
        values = [value and redact(value) for value in values]
    columns = [
        [event_id for event_id, _ in identities],
        [time_ms for _, time_ms in identities],
        [record.timestamp for record in records],
        [partition] * len(records),
        [record.offset for record in records],
        [record.key for record in records],
        values,
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=SCHEMA), sink, compression="zstd")
    return sink.getvalue()
