"""What S3 holds of the raw events."""

import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from citystream.contracts import s3_paths
from citystream.contracts.event import Event
from citystream.contracts.identity import identity_of
from citystream.contracts.registry import EVENTS
from citystream.fold.reader import Reader
from citystream.servers.connections import s3_client
from citystream.settings import Settings

COLUMNS = ["partition", "offset", "kafka_timestamp_ms", "value"]


@dataclass(frozen=True)
class Archived:
    """Counts of one topic's archive."""

    objects: int
    rows: int
    places: int
    """Distinct (partition, offset): each record once, however often it was written."""
    distinct: int
    """Events by identity, read as a worker reads them; what becomes a dead letter is none."""


async def read_archive(settings: Settings, types: Iterable[str]) -> dict[str, Archived]:
    """Type -> what its objects hold."""
    async with s3_client(settings) as client:
        return {
            type_: count(
                [one async for one in _objects(client, settings, type_)],
                EVENTS[type_],
                settings.future_ms,
            )
            for type_ in types
        }


async def _objects(client: Any, settings: Settings, type_: str) -> AsyncIterator[pa.Table]:
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=settings.s3_bucket, Prefix=s3_paths.raw_prefix(settings.shared, type_)
    )
    async for page in pages:
        for entry in page.get("Contents", ()):
            answer = await client.get_object(Bucket=settings.s3_bucket, Key=entry["Key"])
            yield pq.read_table(io.BytesIO(await answer["Body"].read()), columns=COLUMNS)


def count(tables: list[pa.Table], event: type[Event], future_ms: int) -> Archived:
    """Counts over all objects of a topic; `future_ms` is how far an event may lie ahead of its Kafka time."""
    if not tables:
        return Archived(0, 0, 0, 0)
    whole = pa.concat_tables(tables)
    return Archived(
        objects=len(tables),
        rows=whole.num_rows,
        places=whole.group_by(["partition", "offset"]).aggregate([]).num_rows,
        distinct=len(_identities(whole, event, future_ms)),
    )


def _identities(rows: pa.Table, event: type[Event], future_ms: int) -> set[str]:
    read, identity = Reader(event, future_ms).read, identity_of(event)
    found: set[str] = set()
    values, kafka_ms = rows["value"].to_pylist(), rows["kafka_timestamp_ms"].to_pylist()
    for value, at_ms in zip(values, kafka_ms, strict=True):
        try:
            found.add(identity(*read(value, at_ms)))
        except (ValueError, RecursionError):
            # It is a dead letter.
            continue
    return found
