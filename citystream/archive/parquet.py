"""Archived records as Parquet: one row a record, original bytes beside what identifies them."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citystream.contracts.identity import entity_of
from citystream.fold.reader import Reader
from citystream.fold.redaction import Redaction
from citystream.fold.tolerance import redacted
from citystream.log.batches import Record
from citystream.service import Service

SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string()),
        pa.field("event_time_ms", pa.int64()),
        pa.field("kafka_timestamp_ms", pa.int64(), nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary()),
        # Objects written before entities counted lack it.
        pa.field("entity", pa.string()),
    ]
)

# Ids and values do not repeat, and nobody looks for a range of them; times and offsets rise.
RISING = ("event_time_ms", "kafka_timestamp_ms", "offset")
OPTIONS = {
    "compression": "zstd",
    "use_dictionary": ["partition", "key", "entity"],
    "write_statistics": list(RISING),
    "column_encoding": dict.fromkeys(RISING, "DELTA_BINARY_PACKED"),
}


def encode(
    partition: int,
    records: Sequence[Record],
    service: Service[Any],
    future_ms: int,
    redaction: Redaction,
) -> bytes:
    """One object: consecutive records of one partition, in order.

    Id, time and entity are null of a record that is no event, which is a dead letter too.
    """
    values = [record.value for record in records]
    ids, times_ms, entities = _identified(records, service, future_ms)
    if redaction.own:
        values = [value and redacted(redaction.own, value) for value in values]
    columns = [
        ids,
        times_ms,
        [record.timestamp for record in records],
        [partition] * len(records),
        [record.offset for record in records],
        _redacted([record.key for record in records], redaction),
        _redacted(values, redaction),
        entities,
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=SCHEMA), sink, **OPTIONS)
    return sink.getvalue()


def _redacted(values: list[bytes | None], redaction: Redaction) -> pa.Array:
    """A column without the values of listed fields, all looked at at once: hardly any has one."""
    column = pa.array(values, pa.binary())
    if not redaction.trace:
        return column
    traced = pc.indices_nonzero(pc.match_substring_regex(column, redaction.trace)).to_pylist()
    if not traced:
        return column
    for number in traced:
        values[number] = redaction.fields(values[number] or b"")
    return pa.array(values, pa.binary())


def _identified(
    records: Sequence[Record], service: Service[Any], future_ms: int
) -> tuple[list[str | None], list[int | None], list[str | None]]:
    reader, entity = Reader(service.event, future_ms, service.check), entity_of(service.event)
    ids: list[str | None] = []
    times_ms: list[int | None] = []
    entities: list[str | None] = []
    for record in records:
        try:
            read, time_ms = reader.read(record.value, record.timestamp)
        except (ValueError, RecursionError):
            ids.append(None)
            times_ms.append(None)
            entities.append(None)
        else:
            ids.append(read.event_id)
            times_ms.append(time_ms)
            entities.append(entity(read))
    return ids, times_ms, entities
