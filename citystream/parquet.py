"""Archived records as Parquet: one row a record, original bytes beside what identifies them."""

import io
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from citystream.batches import Record
from citystream.identity import identify

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

# Ids and values do not repeat, and nobody looks for a range of them; times and offsets rise.
RISING = ("event_time_ms", "kafka_timestamp_ms", "offset")
OPTIONS = {
    "compression": "zstd",
    "use_dictionary": ["partition", "key"],
    "write_statistics": list(RISING),
    "column_encoding": dict.fromkeys(RISING, "DELTA_BINARY_PACKED"),
}


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
