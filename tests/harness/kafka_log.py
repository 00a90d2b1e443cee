"""Topics written and read back, record by record."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from citystream.contracts import topics
from citystream.log.source import partition_counts
from citystream.settings import Settings
from tests.harness.events import Message
from tests.harness.patience import PATIENCE_S


async def produce(
    kafka: str,
    topic: str,
    messages: Sequence[Message],
    per_s: float | None = None,
    partition: int | None = None,
) -> None:
    """Send messages in order, all acknowledged; evenly spread if a rate is given.

    Without a partition their keys choose one.
    """
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", linger_ms=2, max_request_size=20_000_000)
    await producer.start()
    try:
        started = asyncio.get_running_loop().time()
        futures = []
        for number, (key, value) in enumerate(messages):
            futures.append(await producer.send(topic, value=value, key=key, partition=partition))
            if per_s and number % 50 == 0:
                behind = started + number / per_s - asyncio.get_running_loop().time()
                if behind > 0:
                    await asyncio.sleep(behind)
        await producer.flush()
        await asyncio.gather(*futures)
    finally:
        await producer.stop()


async def read(settings: Settings, topic: str) -> dict[int, list[Any]]:
    """Every record of a topic, by partition, in order."""
    log: dict[int, list[Any]] = {}
    async with _reader(settings, topic) as (consumer, tps):
        ends = await consumer.end_offsets(tps)
        for tp, begin in (await consumer.beginning_offsets(tps)).items():
            consumer.seek(tp, begin)
        log = {tp.partition: [] for tp in tps}
        while [tp for tp in tps if ends[tp] > await consumer.position(tp)]:
            for tp, records in (await consumer.getmany(*tps, timeout_ms=500)).items():
                log[tp.partition] += records
    return log


@contextlib.asynccontextmanager
async def _reader(
    settings: Settings, topic: str
) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    # Assigned, not subscribed: a change of metadata must not move positions.
    counts = await partition_counts(settings)
    tps = [TopicPartition(topic, number) for number in range(counts[topic])]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, max_partition_fetch_bytes=20_000_000
    )
    await consumer.start()
    try:
        consumer.assign(tps)
        yield consumer, tps
    finally:
        await consumer.stop()


async def delete_topics(kafka: str, prefix: str) -> None:
    """Delete every topic whose name begins so.

    Raises:
        KafkaError, OSError: the broker does not answer within seconds.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=3_000)
    try:
        await admin.start()
        names = [name for name in await admin.list_topics() if name.startswith(prefix)]
        if names:
            await admin.delete_topics(names)
    finally:
        await admin.close()


async def committed(kafka: str, group: str) -> dict[tuple[str, int], int]:
    """A group's committed offsets."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
        return {(tp.topic, tp.partition): at.offset for tp, at in offsets.items()}
    finally:
        await admin.close()


async def folded(settings: Settings, service: str) -> dict[int, int]:
    """What the stream role has committed of each partition of a service's topic."""
    found = await committed(settings.kafka, topics.app_id(settings.namespace, service))
    source = topics.source(settings.shared, service)
    return {number: offset for (topic, number), offset in found.items() if topic == source}


async def folds_on(settings: Settings, service: str, records: int) -> None:
    """Wait until the stream role has committed so many records more."""
    before = sum((await folded(settings, service)).values())
    async with asyncio.timeout(PATIENCE_S):
        while sum((await folded(settings, service)).values()) < before + records:
            await asyncio.sleep(0.1)


async def folds_everywhere(settings: Settings, service: str) -> None:
    """Wait until the stream role has committed more of every partition."""
    before = await folded(settings, service)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            now = await folded(settings, service)
            if all(now.get(number, 0) > offset for number, offset in before.items()):
                return
            await asyncio.sleep(0.1)


async def ends(settings: Settings, topic: str) -> dict[int, int]:
    """Where each partition of a topic ends."""
    async with _reader(settings, topic) as (consumer, tps):
        found: dict[TopicPartition, int] = await consumer.end_offsets(tps)
        return {tp.partition: offset for tp, offset in found.items()}


async def drained(settings: Settings, service: str, seconds: float = PATIENCE_S) -> None:
    """Wait until both roles have committed all of a service's topic, as it ends now."""
    app = topics.app_id(settings.namespace, service)
    await _committed_all(settings, service, (app, topics.archive_group(settings.shared, service)), seconds)


async def archived(settings: Settings, service: str) -> None:
    """Wait until the archive role has committed all of a service's topic, as it ends now."""
    await _committed_all(settings, service, (topics.archive_group(settings.shared, service),), PATIENCE_S)


async def _committed_all(settings: Settings, service: str, groups: Sequence[str], seconds: float) -> None:
    topic = topics.source(settings.shared, service)
    wanted = {(topic, number): end for number, end in (await ends(settings, topic)).items()}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    found: list[dict[tuple[str, int], int]] = []
    while loop.time() < deadline:
        # A broker that has just come back does not know its groups yet.
        with contextlib.suppress(KafkaError):
            found = [await committed(settings.kafka, group) for group in groups]
        if found and all(one.get(tp, 0) >= end for one in found for tp, end in wanted.items()):
            return
        await asyncio.sleep(0.25)
    raise AssertionError(f"not drained: wanted {wanted}, committed {found}")
