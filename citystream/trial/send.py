"""Events from a file onto a service's topic, as they are."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaProducer

from citystream.contracts import topics
from citystream.contracts.identity import entity_of
from citystream.fold.reader import Reader
from citystream.log.source import partition_counts
from citystream.servers.connections import kafka_options
from citystream.service import Service
from citystream.settings import Settings

# Sent before the first of them is waited for.
AT_ONCE = 10_000


class NoTopicError(Exception):
    """The topic is not there; the message says how to make it."""


async def send(settings: Settings, service: Service[Any], lines: Iterable[bytes]) -> int:
    """Send one event a line, keyed by its entity; back when Kafka has them all, with their count.

    Raises:
        NoTopicError: the service's topics were not made yet.
        KafkaError, OSError: Kafka is away or refused one.
    """
    topic = topics.source(settings.shared, service.name)
    # Asked first: a broker with auto-creation would make it, with its own settings.
    if topic not in await partition_counts(settings):
        raise NoTopicError(f"no topic {topic}; make it with: city topics create --type {service.name}")
    producer = AIOKafkaProducer(
        **kafka_options(settings), acks="all", linger_ms=5, max_request_size=settings.max_event_bytes
    )
    await producer.start()
    sent, key_of = 0, _keys(service, settings)
    try:
        waiting = []
        for line in lines:
            if not line.strip():
                continue
            waiting.append(await producer.send(topic, value=line.strip(), key=key_of(line)))
            if len(waiting) == AT_ONCE:
                sent += len(await asyncio.gather(*waiting))
                waiting = []
        return sent + len(await asyncio.gather(*waiting))
    finally:
        await producer.stop()


def _keys(service: Service[Any], settings: Settings) -> Callable[[bytes], bytes | None]:
    reader, entity = Reader(service.event, settings.future_ms), entity_of(service.event)

    def key(line: bytes) -> bytes | None:
        try:
            event, _ = reader.read(line, round(time.time() * 1000))
        except (ValueError, RecursionError):
            return None
        # Duplicates are found within a partition: an entity has to come to the same one.
        return entity(event).encode()

    return key
