"""Redis as the services would have left it: the windows of a day, out of the batch layer's."""

import io

import msgspec
import pyarrow.parquet as pq

from bench.batch.jobs import published
from citystream.contracts import redis_keys
from citystream.contracts.redis_keys import PartitionFacts
from citystream.servers.connections import redis_client, s3_client
from citystream.settings import Settings

AT_ONCE = 5_000


async def fill(settings: Settings, date: str) -> int:
    """Write all windows of a day that is published; how many they are."""
    day = await published(settings, date)
    redis, count = redis_client(settings), 0
    async with s3_client(settings) as s3, redis.pipeline(transaction=False) as pipe:
        for name, view in day.views.items():
            kind, _, rest = name.partition(".")
            if kind != "windows":
                continue
            type_, _, windows = rest.partition(".")
            facts = PartitionFacts(0, 1, day.end_ms, day.end_ms)
            pipe.hset(redis_keys.partitions(settings.namespace, type_), "0", msgspec.msgpack.encode(facts))
            pipe.set(redis_keys.whole_from(settings.namespace, type_), 0)
            for stored in view.objects:
                answer = await s3.get_object(Bucket=settings.s3_bucket, Key=stored.key)
                rows = pq.read_table(io.BytesIO(await answer["Body"].read()))
                starts = rows["window_start"].cast("int64").to_pylist()
                for key, start_ms, state in zip(
                    rows["key"].to_pylist(), starts, rows["state"].to_pylist(), strict=True
                ):
                    page = redis_keys.page(settings.namespace, type_, windows, key, start_ms // 1000)
                    field = redis_keys.window_field(start_ms // 1000, 0, 0)
                    pipe.hset(page, field, redis_keys.window_version(0) + state)
                    count += 1
                    if count % AT_ONCE == 0:
                        await pipe.execute()
        await pipe.execute()
    await redis.aclose()
    return count
