"""Events from a file onto a service's topic, as they are."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer

from citystream.connections import kafka_options
from citystream.contracts import topics
from citystream.identity import identify
from citystream.log import partition_counts
from citystream.settings import Settings

# Sent before the first of them is waited for.
AT_ONCE = 10_000


class NoTopicError(Exception):
    """The topic is not there; the message says how to make it."""


async def send(settings: Settings, service: str, lines: Iterable[bytes]) -> int:
    """Send one event a line, keyed by its id; back when Kafka has them all, with their count.

    Raises:
        NoTopicError: the service's topics were not made yet.
        KafkaError, OSError: Kafka is away or refused one.
    """
    topic = topics.source(settings.namespace, service)
    # Asked first: a broker with auto-creation would make it, with its own settings.
    if topic not in await partition_counts(settings):
        raise NoTopicError(f"no topic {topic}; make it with: city topics create --type {service}")
    producer = AIOKafkaProducer(
        **kafka_options(settings), acks="all", linger_ms=5, max_request_size=settings.max_event_bytes
    )
    await producer.start()
    sent = 0
    try:
        waiting = []
        for line in lines:
            if not line.strip():
                continue
            (event_id,), _ = identify([line])
            # Duplicates are found within a partition: the same id has to come to the same one.
            key = event_id.encode() if event_id else None
            waiting.append(await producer.send(topic, value=line.strip(), key=key))
            if len(waiting) == AT_ONCE:
                sent += len(await asyncio.gather(*waiting))
                waiting = []
        return sent + len(await asyncio.gather(*waiting))
    finally:
        await producer.stop()
