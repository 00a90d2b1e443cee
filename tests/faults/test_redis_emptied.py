"""Redis emptied in mid-run: the live views are back from the tables, though nothing new comes."""

import asyncio
from pathlib import Path

import redis.asyncio as redis

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from demo.servers.valkey import Valkey
from tests.conftest import MakeSettings
from tests.faults import exactness
from tests.harness import events, kafka_log
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

SERVICE = "gps"
EVENTS = 4_000


async def test_an_emptied_redis_has_its_live_views_back(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    # FLUSHALL would reach every other test's data.
    valkey = Valkey(tmp_path / "redis")
    valkey.start()
    own = settings(redis=valkey.address, window_s=10, disorder_s=5, lateness_s=10, partitions=2)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    worker = Worker(SERVICE, own, tmp_path, role="stream")
    worker.start()
    try:
        await worker.ready()
        await kafka_log.produce(own.kafka, topic, events.stream(SERVICE, seed, EVENTS))
        log, rules = await kafka_log.read(own, topic), time_rules(own)
        ends = {number: len(records) for number, records in log.items()}
        group = topics.app_id(own.namespace, SERVICE)
        while await kafka_log.committed(own.kafka, group) != {(topic, n): end for n, end in ends.items()}:
            await asyncio.sleep(0.1)
        await worker.flushed("redis")
        async with redis.Redis.from_url(own.redis) as client:
            await client.flushall()
        emptied = asyncio.get_running_loop().time()
        while True:
            try:
                await exactness.live_views_are_exact(own, SERVICE, log, rules, ends)
                break
            except AssertionError as error:
                if asyncio.get_running_loop().time() - emptied > PATIENCE_S:
                    raise AssertionError(f"{await worker.health()}\n{worker.log_tail()}") from error
                await asyncio.sleep(0.2)
        print(f"back after {asyncio.get_running_loop().time() - emptied:.1f} s")
    finally:
        worker.process.kill()
        valkey.kill()
