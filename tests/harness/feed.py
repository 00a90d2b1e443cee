"""A producer that keeps account: what it sent to each partition, in order, every bit of it acknowledged."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from zlib import crc32

from aiokafka import AIOKafkaProducer

from tests.harness.events import Message

# Longer than any broker is away: the feed waits, and makes up for it.
PATIENCE_MS = 180_000
# After a run that failed there may be no broker to take the rest.
CLOSE_S = 10.0
# Half of what a topic takes at once.
BATCH_BYTES = 524_288
# Of all events, so many go to another partition than their key's: windows lie in several and are merged.
ASTRAY = 0.1
PACED = 20


class Feed:
    """Feeds one topic until it is stopped, and again when it is run again.

    The producer is idempotent: what it repeats after a fault lies in the log once, in the order sent.
    """

    def __init__(
        self, kafka: str, topic: str, partitions: int, flow: Iterator[list[Message]], seed: int
    ) -> None:
        self.sent: dict[int, list[Message]] = {number: [] for number in range(partitions)}
        self._topic = topic
        self._flow = flow
        self._rng = random.Random(seed)
        self._stopping = False
        self._futures: list[asyncio.Future[object]] = []
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka,
            enable_idempotence=True,
            linger_ms=2,
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * BATCH_BYTES,
            request_timeout_ms=PATIENCE_MS,
        )

    def last(self, count: int) -> list[Message]:
        """The last messages of each partition."""
        return [message for messages in self.sent.values() for message in messages[-count:]]

    def ends(self) -> dict[int, int]:
        """Where each partition ends by this account."""
        return {number: len(messages) for number, messages in self.sent.items()}

    async def start(self) -> None:
        await self._producer.start()

    async def run(self, per_s: float) -> None:
        """Send evenly until told to stop, then wait for every acknowledgement."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number, messages in enumerate(self._flow):
            await self._send(messages)
            if self._stopping:
                break
            behind = started + number / per_s - loop.time()
            if number % PACED == 0:
                await asyncio.sleep(max(0.0, behind))
        await self._acknowledged()
        self._stopping = False

    async def repeat(self, messages: Iterable[Message]) -> None:
        """Send these, each to the partition of its key, and wait for every acknowledgement."""
        await self._send(messages)
        await self._acknowledged()

    def stop(self) -> None:
        self._stopping = True

    async def close(self) -> None:
        """Let go, of what no broker takes any more too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._producer.stop()

    async def _send(self, messages: Iterable[Message]) -> None:
        count = len(self.sent)
        for key, value in messages:
            partition = crc32(key or b"") % count
            if self._rng.random() < ASTRAY:
                partition = self._rng.randrange(count)
            future = await self._producer.send(self._topic, value=value, key=key, partition=partition)
            self._futures.append(future)
            self.sent[partition].append((key, value))

    async def _acknowledged(self) -> None:
        await asyncio.gather(*self._futures)
        self._futures.clear()


@contextlib.asynccontextmanager
async def feeding(
    kafka: str, topic: str, partitions: int, flow: Iterator[list[Message]], *, seed: int, per_s: float
) -> AsyncIterator[Feed]:
    """A feed that runs meanwhile; in the end all of it is acknowledged."""
    feed = Feed(kafka, topic, partitions, flow, seed)
    await feed.start()
    running = asyncio.create_task(feed.run(per_s))
    try:
        yield feed
        feed.stop()
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await feed.close()
