"""The changelog that the traffic service writes in an hour, without waiting an hour for it.

Every second of event time is folded by the service's own fold, snapshotted as its checkpoint does once a
second, and sent by its checkpoint's producer in the checkpoint's order. Only the clock is left out. Of the
source topic the offsets matter alone (a worker compares them with its table), so its records are empty.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.readings import Readings
from citystream.contracts import topics
from citystream.fold.fold import PartitionFold
from citystream.servers.connections import kafka_options
from citystream.settings import Settings
from citystream.state.partition import OwnedPartition
from citystream.state.producer import CheckpointProducer
from citystream.stream import time_rules
from services.traffic.aggregate import service

SOURCE_BATCH_BYTES = 1 << 20


@dataclass(frozen=True)
class Hour:
    """What to write."""

    settings: Settings
    seconds: int
    per_s: int
    """Events a second, over all partitions."""
    keys: int
    """Over all partitions; a key is in one of them."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A source record as the fold reads it."""

    offset: int
    timestamp: int
    value: bytes
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


async def write(hour: Hour, pool: Executor, processes: int) -> int:
    """Write source and changelog, and commit; how many states a worker finds at its end.

    The topics exist. Partitions are shared out over `processes` of the pool.

    Raises:
        KafkaError: the broker refused records.
    """
    loop = asyncio.get_running_loop()
    numbers = range(hour.settings.partitions)
    shares = [tuple(numbers[first::processes]) for first in range(processes)]
    states = await asyncio.gather(
        *(loop.run_in_executor(pool, write_partitions, hour, share) for share in shares if share)
    )
    await _commit(hour)
    return sum(states)


def write_partitions(hour: Hour, numbers: Sequence[int]) -> int:
    """Write some of the partitions; how many states they have at their end."""
    return asyncio.run(_write_partitions(hour, numbers))


async def _write_partitions(hour: Hour, numbers: Sequence[int]) -> int:
    changelog = CheckpointProducer(hour.settings)
    source = AIOKafkaProducer(
        **kafka_options(hour.settings),
        acks="all",
        max_batch_size=SOURCE_BATCH_BYTES,
        max_request_size=2 * SOURCE_BATCH_BYTES,
    )
    await changelog.start()
    await source.start()
    try:
        return sum(
            await asyncio.gather(*(_write_partition(hour, number, changelog, source) for number in numbers))
        )
    finally:
        await source.stop()
        await changelog.stop()


async def _write_partition(
    hour: Hour, number: int, changelog: CheckpointProducer, source: AIOKafkaProducer
) -> int:
    settings = hour.settings
    per_s, keys = hour.per_s // settings.partitions, hour.keys // settings.partitions
    readings = Readings(per_s * hour.seconds, keys, per_s, seed=number, first_road=number * keys)
    described = service(None)
    fold = PartitionFold(described, time_rules(settings), number)
    # Sinks that keep up hold nothing back.
    part = OwnedPartition(number, fold, 0, ())
    feed = iter(readings)
    topic = topics.source(settings.namespace, described.name)
    for second in range(hour.seconds):
        now_ms = readings.start_ms + (second + 1) * 1000
        first = second * per_s
        fold.fold([_Record(first + i, now_ms, one.value) for i, one in enumerate(islice(feed, per_s))])
        await _append_empty(source, topic, number, per_s)
        part.mark(fold.take_touched())
        await _checkpoint(part, changelog, topics.changelog(settings.namespace, described.name))
    return sum(1 for _ in fold.all_slots())


async def _checkpoint(part: OwnedPartition, changelog: CheckpointProducer, topic: str) -> None:
    """Rows, facts, deletions, each awaited before the next, as `citystream.state.checkpoint` sends them."""
    snapshot = part.snapshot()
    for rows in (snapshot.rows, [snapshot.facts_row], snapshot.deletions):
        await changelog.rows(topic, part.number, rows)


async def _append_empty(source: AIOKafkaProducer, topic: str, number: int, count: int) -> None:
    """Move the end of a partition of the source on."""
    sent: list[asyncio.Future[Any]] = []
    batch = source.create_batch()
    for _ in range(count):
        if batch.append(key=None, value=None, timestamp=None) is None:
            sent.append(await source.send_batch(batch, topic, partition=number))
            batch = source.create_batch()
            batch.append(key=None, value=None, timestamp=None)
    sent.append(await source.send_batch(batch, topic, partition=number))
    await asyncio.gather(*sent)


async def _commit(hour: Hour) -> None:
    """Commit the source's end for the service, as its last checkpoint does."""
    settings, name = hour.settings, service(None).name
    consumer = AIOKafkaConsumer(
        **kafka_options(settings), group_id=topics.app_id(settings.namespace, name), enable_auto_commit=False
    )
    await consumer.start()
    try:
        tps = [TopicPartition(topics.source(settings.namespace, name), n) for n in range(settings.partitions)]
        consumer.assign(tps)
        await consumer.commit(await consumer.end_offsets(tps))
    finally:
        await consumer.stop()
