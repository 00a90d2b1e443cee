"""What a checkpoint sends to Kafka: changelog rows and dead letters, each awaited.

The producer is the kit's own and not Faust's, whose flush gives up after 0.1 s without progress.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from citystream.fold.dead_letters import DeadLetter, message
from citystream.fold.rows import VERSION_HEADER
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

# Half of the smallest `max.message.bytes` that brokers come with (1 MiB).
BATCH_BYTES = 524_288
# A checkpoint waits this long for Kafka, then fails and is tried again with all it had.
SEND_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; without a value it is a tombstone of `version`."""

    key: bytes
    value: bytes | None
    version: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that the changelog has, at consecutive offsets from `base`."""

    base: int
    rows: Sequence[Row]


class CheckpointProducer:
    """Sends and awaits; raises `KafkaError` when anything was not taken."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.dead_letter_bytes
        self._options = kafka_options(settings)
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            **self._options,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * BATCH_BYTES,
            request_timeout_ms=SEND_TIMEOUT_MS,
            retry_backoff_ms=250,
        )
        await self._producer.start()

    async def stop(self) -> None:
        if self._producer:
            await self._producer.stop()

    async def rows(self, topic: str, partition: int, rows: Sequence[Row]) -> list[Written]:
        """Append rows to the changelog, in order; returns where they lie."""
        producer = self._started()
        if partition not in await producer.partitions_for(topic):
            # The topic has grown since.
            await producer.client.force_metadata_update()
        batches: list[tuple[asyncio.Future[RecordMetadata], list[Row]]] = []
        builder: BatchBuilder = producer.create_batch()
        inside: list[Row] = []
        for row in rows:
            if not self._append(builder, row):
                batches.append((await producer.send_batch(builder, topic, partition=partition), inside))
                builder, inside = producer.create_batch(), []
                self._append(builder, row)
            inside.append(row)
        if inside:
            batches.append((await producer.send_batch(builder, topic, partition=partition), inside))
        done = await asyncio.gather(*(future for future, _ in batches))
        return [Written(at.offset, part) for at, (_, part) in zip(done, batches, strict=True)]

    @staticmethod
    def _append(builder: BatchBuilder, row: Row) -> bool:
        headers = [] if row.value is not None else [(VERSION_HEADER, row.version)]
        added = builder.append(timestamp=None, key=row.key, value=row.value, headers=headers)
        return added is not None

    async def dead_letters(
        self, topic: str, source: str, partition: int, service: str, letters: Sequence[DeadLetter]
    ) -> None:
        """Send dead letters, keyed by origin."""
        producer = self._started()
        futures = []
        for letter in letters:
            key, value, headers = message(letter, source, partition, service, self._limit)
            futures.append(await producer.send(topic, value=value, key=key, headers=headers))
        await asyncio.gather(*futures)

    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the checkpoint producer is not started")
        return self._producer
