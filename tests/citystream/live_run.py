"""A live run whose log spans hours, made in seconds: the log's Kafka timestamps are the sender's."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import redis.asyncio as redis
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.log.source import partition_counts
from citystream.replay.order import ReplayOrder, ReplayReport
from citystream.replay.progress import ReplayProgress
from citystream.replay.run import replay
from citystream.settings import Settings
from tests.harness import events, kafka_log
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

START_MS = 1_790_000_000_000
STEP_MS = 1_500
PARTITIONS = 2
RULES: dict[str, Any] = {
    "window_s": 60,
    "disorder_s": 10,
    "lateness_s": 20,
    "future_s": 30,
    "partitions": PARTITIONS,
}
FUTURE_MS = 30_000

Bytes = dict[bytes, dict[bytes, bytes]]
Stamped = tuple[int, bytes, bytes]
"""Kafka timestamp, key, value."""


def stream(type_: str, seed: int, length: int, start_ms: int = START_MS) -> list[Stamped]:
    """Events as they arrive: out of order, some late, some ahead, some twice, some unreadable."""
    rng = random.Random(seed)
    made: list[Stamped] = []
    for number in range(length):
        at = start_ms + number * STEP_MS
        time_ms = at - rng.randrange(8_000)
        odd = rng.random()
        if odd < 0.02:
            time_ms -= rng.randrange(300_000)
        elif odd < 0.03:
            time_ms = at + rng.randrange(2 * FUTURE_MS)
        event = events.fields(type_, rng, number, time_ms)
        if type_ == "camera":
            event["plate"] = f"M-AB {number}"
        key = str(event[events.KEYS[type_]]).encode()
        value = events.encode(event)
        made.append((at, key, value))
        if rng.random() < 0.02:
            made.append((at, *rng.choice(made[-30:])[1:]))
        if rng.random() < 0.01:
            made.append((at, key, value[: rng.randrange(len(value))]))
    return made


async def make_topics(settings: Settings, types: list[str]) -> None:
    """As `city topics create`, but the sources keep the sender's timestamps."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        sources = [topics.source(settings.namespace, type_) for type_ in types]
        stamped = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
        await admin.create_topics(
            [NewTopic(source, settings.partitions, 1, topic_configs=stamped) for source in sources]
        )
    finally:
        await admin.close()
    await create_topics(settings, types)


async def delete_records(settings: Settings, type_: str, before: int) -> None:
    """As retention does, in partition 0."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        tp = TopicPartition(topics.source(settings.namespace, type_), 0)
        await admin.delete_records({tp: RecordsToDelete(before)})
    finally:
        await admin.close()


async def delete_topic(settings: Settings, type_: str) -> None:
    """The source alone; back when it is gone."""
    topic = topics.source(settings.namespace, type_)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        async with asyncio.timeout(PATIENCE_S):
            while topic in await partition_counts(settings):
                await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def send(settings: Settings, type_: str, stamped: list[Stamped]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all", linger_ms=2)
    await producer.start()
    try:
        topic = topics.source(settings.namespace, type_)
        futures = [
            await producer.send(topic, value=value, key=key, timestamp_ms=at) for at, key, value in stamped
        ]
        await producer.flush()
        await asyncio.gather(*futures)
    finally:
        await producer.stop()


async def run_live(settings: Settings, types: list[str], folder: Path) -> None:
    """Have workers fold and archive what is in the topics."""
    workers = [Worker(type_, settings, folder) for type_ in types]
    for worker in workers:
        worker.start()
    for worker in workers:
        await worker.ready()
    for type_ in types:
        await kafka_log.drained(settings, type_)
    for worker in workers:
        await worker.flushed("redis", "elasticsearch")
        assert worker.stop() == 0


async def pages(settings: Settings, type_: str) -> Bytes:
    """Every window in Redis, as its bytes."""
    return {name: found for name, found in (await hashes(settings, type_)).items() if b":page:" in name}


async def hashes(settings: Settings, type_: str) -> Bytes:
    """Every state in Redis, as its bytes: windows, what is live, and what is newest."""
    client: Any = redis.Redis.from_url(settings.redis)
    try:
        return {
            name: await client.hgetall(name)
            async for name in client.scan_iter(match=f"{{{settings.namespace}:{type_}:*", count=1000)
            if any(kind in name for kind in (b":page:", b":live:", b":latest:"))
        }
    finally:
        await client.aclose()


async def indexed(settings: Settings, type_: str) -> dict[bytes, Any]:
    """Every index and place on the map in Redis."""
    client: Any = redis.Redis.from_url(settings.redis)
    try:
        return {
            name: await client.zrange(name, 0, -1, withscores=True)
            async for name in client.scan_iter(match=f"{{{settings.namespace}:{type_}:*", count=1000)
            if any(kind in name for kind in (b":index:", b":places:"))
        }
    finally:
        await client.aclose()


async def flush(settings: Settings) -> None:
    """FLUSHALL."""
    client: Any = redis.Redis.from_url(settings.redis)
    await client.flushall()
    await client.aclose()


async def run(
    settings: Settings, type_: str, order: ReplayOrder, stop: asyncio.Event | None = None
) -> ReplayReport:
    """Replay in this process, saying so as in a log."""
    with ReplayProgress("replay", terminal=False) as progress:
        return await replay(SERVICES[type_], settings, order, progress, stop or asyncio.Event())


def at(minute: float) -> datetime:
    """A Kafka time of the run, in minutes after its start."""
    return datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(minutes=minute)


def starts(windows: Bytes) -> set[tuple[bytes, int]]:
    """Page and start (ms) of every window in them."""
    return {(name, int(field.split(b".")[0]) * 1000) for name, fields in windows.items() for field in fields}
