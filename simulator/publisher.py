"""Records to Kafka, in batches a partition, counted once Kafka has acknowledged them."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from citystream.contracts import topics
from citystream.servers.connections import kafka_options
from citystream.settings import Settings
from simulator.counts import Counts, Tally
from simulator.record import Record

log = logging.getLogger(__name__)

BATCH_BYTES = 262_144
"""About 1,200 positions; a longer tick is cut into several batches."""
CONNECT_S = 30.0
"""A broker that starts along with us is up by then."""
CONNECT_PAUSE_S = 2.0
CLOSE_S = 2.0

Target = tuple[str, int]
"""Type and partition."""


class PublishError(Exception):
    """Kafka can't take the records; the message says why and what to do."""


class Publisher:
    """Sends records to the source topics of one namespace, in order per key.

    One batch per partition is on its way at a time, so a slow broker slows the sender instead of
    filling memory. The producer is idempotent and tries again for as long as it lives: what is
    acknowledged is in the log once.
    """

    def __init__(self, settings: Settings, types: Iterable[str], counts: Counts) -> None:
        self._settings = settings
        self._types = tuple(types)
        self._counts = counts
        self._producer: Any = None
        self._on_the_way: dict[Target, asyncio.Future[Any]] = {}
        self._failure: BaseException | None = None
        self.waiting = 0
        """Records handed to `send` and not yet acknowledged."""
        self._last_answer_s = time.monotonic()

    async def start(self) -> None:
        """Connect, and see that every topic is there.

        Raises:
            PublishError: no broker answers, or topics are missing.
        """
        # Its own log repeats itself hundreds of times a second while a broker is away.
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        until_s = time.monotonic() + CONNECT_S
        while True:
            try:
                await self._connect()
            except KafkaError as error:
                if time.monotonic() > until_s or not error.retriable:
                    raise PublishError(
                        f"Kafka at {self._settings.kafka} does not answer ({error}); "
                        "is it up, and are CITY_KAFKA and CITY_KAFKA_SECURITY right?"
                    ) from error
                log.warning("Kafka at %s does not answer yet; trying again", self._settings.kafka)
                await asyncio.sleep(CONNECT_PAUSE_S)
            else:
                return

    async def send(self, records: Iterable[Record]) -> None:
        """Hand the records over; returns once each partition's earlier batch is acknowledged.

        Raises:
            PublishError: Kafka refused records, now or before.
        """
        groups: dict[Target, list[Record]] = {}
        partitions = {type_: await self._partitions(type_) for type_ in self._types}
        for record in records:
            target = (record.type, _partition(record.key, partitions[record.type]))
            groups.setdefault(target, []).append(record)
        self.waiting += sum(map(len, groups.values()))
        for target, group in groups.items():
            await self._send_group(target, group)

    async def flush(self) -> None:
        """Wait until everything sent is acknowledged.

        Raises:
            PublishError: Kafka refused records.
        """
        if self._on_the_way:
            await asyncio.wait(self._on_the_way.values())
        self._raise_failure()

    async def stop(self) -> None:
        """Close the connections; what Kafka does not acknowledge by then is lost."""
        if self._producer is None:
            return
        try:
            await asyncio.wait_for(self._producer.stop(), CLOSE_S)
        except (TimeoutError, KafkaError):
            log.debug("the producer did not close in time")

    @property
    def started(self) -> bool:
        """Whether it is connected, or was."""
        return self._producer is not None

    def silent_s(self) -> float:
        """Seconds since Kafka last acknowledged anything, while something waits; else 0."""
        return time.monotonic() - self._last_answer_s if self.waiting else 0.0

    async def _connect(self) -> None:
        admin = AIOKafkaAdminClient(**kafka_options(self._settings))
        try:
            await admin.start()
            there = set(await admin.list_topics())
        finally:
            await admin.close()
        missing = sorted({topics.source(self._settings.shared, type_) for type_ in self._types} - there)
        if missing:
            raise PublishError(
                f"no topic {', '.join(missing)}; create them with: "
                f"CITY_NAMESPACE={self._settings.namespace} city topics create"
            )
        producer = AIOKafkaProducer(
            **kafka_options(self._settings),
            acks="all",
            enable_idempotence=True,
            max_batch_size=min(BATCH_BYTES, self._settings.max_event_bytes),
        )
        try:
            await producer.start()
        except KafkaError:
            await producer.stop()
            raise
        self._producer = producer
        self._last_answer_s = time.monotonic()

    async def _partitions(self, type_: str) -> int:
        try:
            return len(await self._producer.partitions_for(topics.source(self._settings.shared, type_)))
        except KafkaError as error:
            raise PublishError(f"topic {topics.source(self._settings.shared, type_)}: {error!r}") from error

    async def _send_group(self, target: Target, group: list[Record]) -> None:
        batch, tally = self._producer.create_batch(), Counter[Any]()
        for record in group:
            if not batch.append(timestamp=None, key=record.key, value=record.value):
                await self._send_batch(target, batch, tally)
                batch, tally = self._producer.create_batch(), Counter[Any]()
                # The first record of a batch is taken whatever its size.
                batch.append(timestamp=None, key=record.key, value=record.value)
            tally[record.type, record.kind] += 1
        await self._send_batch(target, batch, tally)

    async def _send_batch(self, target: Target, batch: Any, tally: Tally) -> None:
        before = self._on_the_way.get(target)
        if before is not None:
            await asyncio.wait([before])
        self._raise_failure()
        type_, partition = target
        batch.close()
        try:
            sent = await self._producer.send_batch(
                batch, topics.source(self._settings.shared, type_), partition=partition
            )
        except KafkaError as error:
            raise PublishError(f"Kafka at {self._settings.kafka}: {error!r}") from error
        self._on_the_way[target] = sent
        sent.add_done_callback(lambda done: self._answered(target, done, tally))

    def _answered(self, target: Target, sent: asyncio.Future[Any], tally: Tally) -> None:
        if self._on_the_way.get(target) is sent:
            del self._on_the_way[target]
        self.waiting -= tally.total()
        if sent.cancelled():
            return
        error = sent.exception()
        if error is None:
            self._last_answer_s = time.monotonic()
            self._counts.add(tally)
            if log.isEnabledFor(logging.DEBUG):
                type_, partition = target
                topic = topics.source(self._settings.shared, type_)
                about = {"topic": topic, "partition": partition}
                log.debug("%s partition %d has %d more", topic, partition, tally.total(), extra=about)
        elif self._failure is None:
            self._failure = error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise PublishError(f"Kafka at {self._settings.kafka} refused records: {self._failure!r}")


@lru_cache(maxsize=65_536)
def _partition(key: bytes, partitions: int) -> int:
    """The partition that every Kafka client's default partitioner gives the key."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
