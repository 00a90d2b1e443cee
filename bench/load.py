"""A topic filled with readings, as fast as one producer can."""

import asyncio
import time
from array import array
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from bench.readings import Readings, road_id
from bench.report import progress
from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

# What the simulator sends at most.
BATCH_BYTES = 262_144
# Batches of a partition that wait for the broker; it takes them in order, as the producer is idempotent.
WAITING = 8


@dataclass(slots=True, repr=False)
class Sent:
    """The readings of one partition, by offset."""

    roads: "array[int]" = field(default_factory=lambda: array("q"))
    times_ms: "array[int]" = field(default_factory=lambda: array("q"))
    speeds_kmh: "array[float]" = field(default_factory=lambda: array("d"))


async def fill(settings: Settings, type_: str, readings: Readings) -> dict[int, Sent]:
    """Make the topics of a type and send the readings to its source, keyed by road; what each partition got.

    Raises:
        TopicsError, KafkaError: the broker did not take them.
    """
    await create_topics(settings, [type_])
    topic, count = topics.source(settings.namespace, type_), settings.partitions
    keys = [road_id(road) for road in range(readings.roads)]
    targets = [(murmur2(key) & 0x7FFFFFFF) % count for key in keys]
    sent = {number: Sent() for number in range(count)}
    producer = AIOKafkaProducer(
        **kafka_options(settings), acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    started = time.perf_counter()
    try:
        batches = {number: producer.create_batch() for number in range(count)}
        on_the_way: dict[int, list[asyncio.Future[Any]]] = {number: [] for number in range(count)}

        async def send(number: int) -> None:
            waiting = on_the_way[number]
            waiting.append(await producer.send_batch(batches[number], topic, partition=number))
            if len(waiting) > WAITING:
                await waiting.pop(0)
            batches[number] = producer.create_batch()
            # The producer's own task sends.
            await asyncio.sleep(0)

        for reading in readings:
            number = targets[reading.road]
            key = keys[reading.road]
            if batches[number].append(key=key, value=reading.value, timestamp=None) is None:
                await send(number)
                batches[number].append(key=key, value=reading.value, timestamp=None)
            part = sent[number]
            part.roads.append(reading.road)
            part.times_ms.append(reading.time_ms)
            part.speeds_kmh.append(reading.speed_kmh)
        for number in range(count):
            await send(number)
        await asyncio.gather(*(future for waiting in on_the_way.values() for future in waiting))
    finally:
        await producer.stop()
    seconds = time.perf_counter() - started
    progress.print(
        f"{readings.count:,} readings in {count} partitions of {topic}: {readings.count / seconds:,.0f}/s"
    )
    return sent
