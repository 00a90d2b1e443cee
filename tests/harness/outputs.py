"""What a service left in Redis, S3 and its dead letters, read through the contracts."""

import io
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pyarrow.parquet as pq
import redis.asyncio as redis

from citystream.contracts import redis_keys, s3_paths, topics
from citystream.servers.connections import s3_client
from citystream.service import Latest, Things, Windows
from citystream.settings import Settings
from tests.harness import kafka_log
from tests.harness.recount import WindowId

PartId = tuple[str, bytes]
"""Key and field: start, generation and partition of one part of a window."""


async def windows(settings: Settings, service: str, view: Windows[Any, Any]) -> dict[WindowId, Any]:
    """Every window in Redis, its partitions merged."""
    return merged(view, await parts(settings, service, view))


async def parts(settings: Settings, service: str, view: Windows[Any, Any]) -> dict[PartId, bytes]:
    """Every window in Redis, each partition's part as it lies there: version and state."""
    return {
        (name.split(":", 1)[1], field): value
        async for name, fields in _hashes(settings, service, f"page:{view.name}:")
        for field, value in fields.items()
    }


def merged(view: Windows[Any, Any], found: dict[PartId, bytes]) -> dict[WindowId, Any]:
    """Windows as readers see them, made of their parts."""
    decode = msgspec.msgpack.Decoder(view.state).decode
    windows: dict[WindowId, Any] = defaultdict(view.state)
    for (key, field), value in found.items():
        window = key, int(field.split(b".")[0])
        windows[window] = windows[window].merge(decode(value[redis_keys.WINDOW_VERSION_LENGTH :]))
    return dict(windows)


async def things(settings: Settings, service: str, view: Things[Any, Any]) -> dict[str, Any]:
    """Every thing's state in Redis, its partitions merged."""
    decode = msgspec.msgpack.Decoder(view.state).decode
    found: dict[str, Any] = defaultdict(view.state)
    async for key, fields in _hashes(settings, service, f"live:{view.name}:"):
        for value in fields.values():
            found[key] = found[key].merge(decode(value[redis_keys.LIVE_VERSION_LENGTH :]))
    return dict(found)


async def latest(settings: Settings, service: str, view: Latest[Any]) -> dict[str, Any]:
    """Every thing's newest event in Redis."""
    return {
        key: msgspec.msgpack.decode(
            fields[redis_keys.LATEST_FIELD.encode()][redis_keys.LATEST_VERSION_LENGTH :]
        )
        async for key, fields in _hashes(settings, service, f"latest:{view.name}:")
    }


async def _hashes(
    settings: Settings, service: str, kind: str
) -> AsyncIterator[tuple[str, dict[bytes, bytes]]]:
    """Every hash of one kind: what follows the kind in its key, and its fields."""
    client: Any = redis.Redis.from_url(settings.redis)
    try:
        for number in range(redis_keys.BUCKETS):
            prefix = f"{redis_keys.tag(settings.namespace, service, number)}:{kind}"
            async for name in client.scan_iter(match=f"{prefix}*", count=1000):
                yield name.decode().removeprefix(prefix), await client.hgetall(name)
    finally:
        await client.aclose()


async def archived(settings: Settings, service: str) -> Counter[tuple[int, int, bytes]]:
    """How often S3 has each record: partition, offset, value."""
    rows: Counter[tuple[int, int, bytes]] = Counter()
    async with s3_client(settings) as s3:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=settings.s3_bucket, Prefix=s3_paths.raw_prefix(settings.shared, service)
        )
        async for page in pages:
            for entry in page.get("Contents", []):
                answer = await s3.get_object(Bucket=settings.s3_bucket, Key=entry["Key"])
                table = pq.read_table(io.BytesIO(await answer["Body"].read()), partitioning=None)
                for row in table.select(["partition", "offset", "value"]).to_pylist():
                    rows[row["partition"], row["offset"], row["value"]] += 1
    return rows


async def dead_letters(settings: Settings, service: str) -> dict[bytes, dict[str, bytes]]:
    """Headers and `value` of each dead letter that stands, by key: a tombstone ends one of its partition."""
    log = await kafka_log.read(settings, topics.dead_letters(settings.namespace, service))
    newest = {(number, record.key): record for number, records in log.items() for record in records}
    return {
        record.key: {**dict(record.headers), "value": record.value}
        for record in newest.values()
        if record.value is not None
    }
