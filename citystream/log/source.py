"""The source topic as its consumer sees it: positions, commits, gaps.

Everything that asks Kafka runs in the loop of Faust's consumer thread, but not through its method queue,
where it would wait behind a fetch of up to a second. Offsets are committed here and not by Faust, whose
commit crashes the worker when a broker is away and says True for partitions that are no longer owned.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import aiokafka.consumer.fetcher
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from faust import App
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP

from citystream.log.probe import KafkaProbe
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

log = logging.getLogger(__name__)

# A broker that answers at all answers a fetch well within this.
PROBE_S = 10.0
# Longer than a broker's restart; whoever asked tries again.
ANSWER_S = 15.0

# How often a worker says that a partition waits for its changelog's.
APART_S = 30.0

FETCH_BYTES = 131_072
FETCH_WAIT_MS = 50
# A real wait is 1.5 s; the pause adds its length to the freshness of an idle topic's next event.
EMPTY_AT_ONCE_S = 0.05
EMPTY_PAUSE_S = 0.02

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the log holds: offsets from `begin` up to, not including, `end`."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where the group stands in a partition."""

    committed: int | None
    bounds: Bounds

    @property
    def of_another_log(self) -> bool:
        """Committed beyond the end: in a topic of this name that was deleted since."""
        return self.committed is not None and self.committed > self.bounds.end


def fetch_patiently() -> None:
    """Have every consumer of this process pause after a fetch that came back empty at once.

    Kafka holds an empty fetch for its `max_wait`; a broker that does not (noida-db) would be asked
    thousands of times a second by every idle worker.
    """
    ask = aiokafka.consumer.fetcher.Fetcher._proc_fetch_request

    async def ask_patiently(fetcher: Any, assignment: Any, node_id: int, request: Any) -> bool:
        asked_at = time.monotonic()
        has_data: bool = await ask(fetcher, assignment, node_id, request)
        if not has_data and time.monotonic() - asked_at < EMPTY_AT_ONCE_S:
            # Closing cancels this and awaits it: the answer that is here already is the end of it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(EMPTY_PAUSE_S)
        return has_data

    aiokafka.consumer.fetcher.Fetcher._proc_fetch_request = ask_patiently


class Log:
    """One app's source topic."""

    def __init__(self, app: App, topic: str, settings: Settings, changelog: str | None = None) -> None:
        """A partition can be taken up where that of its changelog is assigned too, if there is one."""
        self._app = app
        self._settings = settings
        self._changelog = changelog
        self._said_apart: dict[int, float] = {}
        self._asker: AIOKafkaConsumer | None = None
        self._probing: asyncio.Task[None] | None = None
        self.probe = KafkaProbe(self._ask_leaders)
        self.topic = topic

    async def start(self) -> None:
        # A broker answers one request of a connection at a time, and the app's consumer always has a
        # fetch of up to 1.5 s open; this one never fetches.
        self._asker = AIOKafkaConsumer(**kafka_options(self._settings), enable_auto_commit=False)
        await self._asker.start()
        self._probing = asyncio.create_task(self.probe.run())

    async def stop(self) -> None:
        if self._probing:
            self._probing.cancel()
        if self._asker:
            await self._asker.stop()

    @property
    def _consumer(self) -> Consumer:
        return cast("Consumer", self._app.consumer)

    def _client(self) -> AIOKafkaConsumer:
        return self._consumer._thread._ensure_consumer()

    async def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        thread_loop = self._consumer._thread.thread_loop
        async with asyncio.timeout(ANSWER_S):
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, thread_loop))

    def tp(self, partition: int) -> TP:
        return TP(self.topic, partition)

    def assigned(self) -> set[int]:
        """Partitions of the topic that this worker owns now."""
        if not self._consumer.started:
            return set()
        return {tp.partition for tp in self._consumer.assignment() if tp.topic == self.topic}

    def fetch_briefly(self) -> None:
        """Have the broker hold an empty fetch for less long than Faust asks it to."""
        fetcher = self._client()._fetcher
        fetcher._fetch_min_bytes, fetcher._fetch_max_wait_ms = FETCH_BYTES, FETCH_WAIT_MS

    def about(self, partition: int, offset: int | None = None) -> dict[str, Any]:
        """A line's fields that say of which partition it speaks, and of which record."""
        place = {"topic": self.topic, "partition": partition}
        return place if offset is None else {**place, "offset": offset}

    async def committed(self, partition: int) -> int | None:
        """The group's committed position: the next offset to read."""
        tp = TopicPartition(self.topic, partition)
        offset: int | None = await self._call(self._client().committed(tp))
        return offset

    @property
    def settled(self) -> bool:
        """No rebalance is under way, and tables have recovered."""
        return bool(not self._app.rebalancing and self._app.tables.actives_ready)

    async def position(self, partition: int) -> Position | None:
        """Where to take a partition up; None while Kafka does not say, or when it is another's."""
        if partition not in self.assigned() or not self._beside_its_changelog(partition):
            return None
        try:
            found = Position(await self.committed(partition), await self.bounds(partition))
        except (KafkaError, TimeoutError) as error:
            log.warning("partition %d can't be opened yet: %s", partition, error, extra=self.about(partition))
            return None
        return None if self._app.rebalancing or partition not in self.assigned() else found

    def _beside_its_changelog(self, partition: int) -> bool:
        """While topics grow one after the other, Faust assigns them apart; the table is then elsewhere."""
        if not self._changelog or TP(self._changelog, partition) in self._consumer.assignment():
            return True
        now = time.monotonic()
        if now - self._said_apart.get(partition, -APART_S) >= APART_S:
            self._said_apart[partition] = now
            log.warning(
                "partition %d waits: %s has no partition %d here; if it lasts: city topics grow",
                partition,
                self._changelog,
                partition,
                extra=self.about(partition),
            )
        return False

    async def _ask_leaders(self) -> None:
        tps = [TopicPartition(self.topic, partition) for partition in self.assigned() or (0,)]
        await self._started().end_offsets(tps)

    async def bounds(self, partition: int) -> Bounds:
        """What the log holds now."""
        asker, tp = self._started(), TopicPartition(self.topic, partition)
        begin, end = await asker.beginning_offsets([tp]), await asker.end_offsets([tp])
        return Bounds(begin[tp], end[tp])

    def _started(self) -> AIOKafkaConsumer:
        if self._asker is None:
            raise RuntimeError("the log is not started")
        return self._asker

    def end(self, partition: int) -> int | None:
        """The log's end as the last fetch saw it; no request."""
        highwater: int | None = self._client().highwater(TopicPartition(self.topic, partition))
        return highwater

    async def seek(self, partition: int, offset: int) -> None:
        """Read on from an offset."""
        await self._call(self._seek(TopicPartition(self.topic, partition), offset))
        # Faust drops what lies below the last offset it read.
        self._consumer._read_offset[self.tp(partition)] = None

    async def _seek(self, tp: TopicPartition, offset: int) -> None:
        self._client().seek(tp, offset)

    def pause(self, partitions: Iterable[int]) -> None:
        """Fetch nothing of these."""
        self._consumer.pause_partitions({self.tp(partition) for partition in partitions})

    def resume(self, partitions: Iterable[int]) -> None:
        """Fetch these again."""
        self._consumer.resume_partitions({self.tp(partition) for partition in partitions})

    async def commit(self, positions: dict[int, int]) -> bool:
        """Commit next offsets; False when the partitions are another's, or Kafka is away."""
        offsets = {TopicPartition(self.topic, partition): offset for partition, offset in positions.items()}
        if not set(positions) <= self.assigned():
            return False
        try:
            await self._call(self._client().commit(offsets))
        except (KafkaError, TimeoutError):
            return False
        for partition, offset in positions.items():
            self._consumer._committed_offset[self.tp(partition)] = offset
        return True

    async def first_at_or_after(self, partition: int, offset: int) -> int | None:
        """Offset of the first record from an offset on, asked of the broker by a consumer of its own."""
        probe = AIOKafkaConsumer(**kafka_options(self._settings), enable_auto_commit=False)
        tp = TopicPartition(self.topic, partition)
        await probe.start()
        try:
            probe.assign([tp])
            probe.seek(tp, offset)
            fetched = await probe.getmany(tp, timeout_ms=int(PROBE_S * 1000), max_records=1)
            return next((records[0].offset for records in fetched.values() if records), None)
        finally:
            await probe.stop()


async def partition_counts(settings: Settings) -> dict[str, int]:
    """Every topic of the cluster, with its number of partitions.

    Raises:
        KafkaError, OSError: no broker answers.
    """
    client = AIOKafkaClient(**kafka_options(settings))
    try:
        await client.bootstrap()
        metadata = await client.fetch_all_metadata()
    finally:
        await client.close()
    names = metadata.topics(exclude_internal_topics=False)
    return {name: len(metadata.partitions_for_topic(name) or ()) for name in names}
