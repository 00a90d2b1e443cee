"""The stream role: chunks in, states out, on two clocks.

Chunks fold into memory. The publish clock hands what changed to the sinks: freshness. The checkpoint
clock makes it durable. Both write what the fold says and nothing else.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from faust import App
from faust.types import TP

from citystream.batches import Record
from citystream.checkpoint import Checkpoint
from citystream.contiguity import Contiguity
from citystream.contracts import topics
from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold import TimeRules
from citystream.log import Log
from citystream.metrics import StreamMetrics
from citystream.ownership import take_over
from citystream.partition import OwnedPartition
from citystream.service import Service
from citystream.settings import Settings
from citystream.sinks.elasticsearch import ElasticsearchSink
from citystream.sinks.redis import RedisSink
from citystream.table import ExactTable
from citystream.updates import Identity, updates

log = logging.getLogger(__name__)

# Kafka waits for a member that leaves; a checkpoint that takes longer is left to the next owner.
REVOKE_CHECKPOINT_S = 4.0
# The index may lag; what it has not taken by then is left to a replay.
STOP_INDEX_S = 2.0
INDEX_BATCHES = 5
PACE_S = 0.02
# Between looks at how much waits for the index.
INDEX_LOOK_S = 0.25
# Ages kept for the median that the status shows.
AGES = 256


def time_rules(settings: Settings) -> TimeRules:
    """Event-time rules from settings."""
    return TimeRules(
        disorder_ms=round(settings.disorder_s * 1000),
        lateness_ms=round(settings.lateness_s * 1000),
        future_ms=round(settings.future_s * 1000),
        window_s=settings.window_s,
        deduplicate=settings.deduplicate,
    )


class Stream:
    """The partitions of one service's topic that this worker owns."""

    def __init__(
        self, app: App, table: ExactTable, service: Service[Any], settings: Settings, metrics: StreamMetrics
    ) -> None:
        self.service = service
        self.settings = settings
        self.metrics = metrics
        self.log = Log(app, topics.source(settings.namespace, service.name), settings)
        self._contiguity = Contiguity(self.log, metrics.lost)
        self.parts: dict[int, OwnedPartition] = {}
        self.redis = RedisSink(settings, service.name)
        self.elasticsearch = ElasticsearchSink(settings, service.name)
        self.started_at = time.monotonic()
        self.ages_ms: deque[float] = deque(maxlen=AGES)
        self._table = table
        self._rules = time_rules(settings)
        self._checkpoint = Checkpoint(service.name, settings, table, self.log, metrics)
        self._opening = asyncio.Lock()
        self._checkpointing = asyncio.Lock()
        self._arrivals: list[int] = []

    async def start(self) -> None:
        await self.log.start()
        await self._checkpoint.start()

    async def stop(self) -> None:
        """Drain: a last checkpoint, then let go."""
        await self._checkpoint_within(REVOKE_CHECKPOINT_S)
        try:
            async with asyncio.timeout(STOP_INDEX_S):
                await self.elasticsearch.flush()
        except TimeoutError:
            log.warning(
                "%d states not indexed before the stop; %s replay indexes them",
                self.elasticsearch.status().pending,
                f"city-{self.service.name}",
            )
        await self._checkpoint.stop()
        await self.log.stop()
        await self.redis.close()
        await self.elasticsearch.close()

    @property
    def ready(self) -> bool:
        """Every partition assigned is open, and no rebalance is under way."""
        return self.log.settled and self.log.assigned() <= set(self.parts)

    # Chunks in ------------------------------------------------------------------------------------

    async def deliver(self, partition: int, records: Sequence[Record]) -> None:
        """Fold a chunk, if it is this worker's and follows what was folded."""
        part = self.parts.get(partition) or await self._open(partition)
        if part is None:
            return
        expected = part.fold.next_offset
        start = await self._contiguity.next_offset(partition, expected, records[0].offset)
        if start is None or self.parts.get(partition) is not part or part.fold.next_offset != expected:
            return
        part.fold.next_offset = start
        started = time.perf_counter()
        part.fold.fold(records)
        self.metrics.folded(part.fold, time.perf_counter() - started)
        part.progressed_at = time.monotonic()
        self._arrivals.append(records[0].timestamp)
        await self._keep_pace()

    async def _keep_pace(self) -> None:
        """Let sinks that are up catch up: a backfill makes more states than coalescing can spare them.

        It ends when they have, or when one is found to be away.
        """
        while self._crowded():  # noqa: ASYNC110 - several partitions, sinks and breakers change it
            await asyncio.sleep(PACE_S)

    def _crowded(self) -> bool:
        coming = sum(part.fold.touched for part in self.parts.values())
        return self.redis.crowded_by(coming) or self.elasticsearch.crowded_by(coming)

    # Ownership ------------------------------------------------------------------------------------

    async def open_assigned(self) -> None:
        """Take up the partitions assigned, once their table has recovered."""
        if not self.log.settled:
            return
        for partition in self.log.assigned() - set(self.parts):
            await self._open(partition)

    async def _open(self, partition: int) -> OwnedPartition | None:
        """Restore a partition from its table; None while it can't be, or when it is another's."""
        async with self._opening:
            if partition in self.parts:
                return self.parts[partition]
            position = await self.log.position(partition)
            if position is None:
                return None
            bounds, committed = position.bounds, position.committed
            store = self._table.store
            part = take_over(self.service, self._rules, store, partition, bounds.end, self._held)
            if part.fold.next_offset < bounds.begin:
                if part.fold.next_offset:
                    self._contiguity.check_begin(partition, part.fold.next_offset, bounds.begin)
                part.fold.next_offset = bounds.begin
            # The table says how far the fold is; the committed offset only tells others.
            part.committed = -1 if committed is None else committed
            if position.of_another_log:
                # Not every broker sends the consumer back.
                await self.log.seek(partition, part.fold.next_offset)
            self.parts[partition] = part
            self._republish(part)
            log.info(
                "partition %d: from offset %d of %d (committed %s), %d states",
                partition,
                part.fold.next_offset,
                bounds.end,
                committed,
                sum(1 for _ in part.fold.all_slots()),
            )
            return part

    def _held(self, one: Identity) -> bool:
        return self.redis.holds(one) or self.elasticsearch.holds(one)

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Checkpoint if still possible, then forget all of it."""
        if any(tp.topic == self.log.topic for tp in tps):
            await self._checkpoint_within(REVOKE_CHECKPOINT_S)
            self.parts.clear()
            self._contiguity.forget()

    # Publish clock --------------------------------------------------------------------------------

    async def publish(self) -> None:
        """Hand what changed to the sinks; write Redis, and Elasticsearch when its time has come."""
        arrivals, self._arrivals = self._arrivals, []
        for part in self.parts.values():
            self._collect(part)
        started = time.perf_counter()
        await self.redis.check_alive()
        if await self.redis.flush():
            now_ms = time.time() * 1000
            self.ages_ms.extend(now_ms - at for at in arrivals)
        self.metrics.wrote(self.redis, time.perf_counter() - started)
        if self.redis.take_returned():
            for part in self.parts.values():
                self._republish(part)
        if self.parts:
            views = [(view.name, view.ttl_s) for view in self.service.views]
            watermark_ms = max(part.fold.watermark_ms for part in self.parts.values())
            await self._prune(views, watermark_ms)

    async def _prune(self, views: list[tuple[str, int]], watermark_ms: int) -> None:
        try:
            await self.redis.prune(views, watermark_ms)
        except Exception as error:  # whatever the client raises, the worker goes on
            self.redis.breaker.failed(error)

    async def index(self) -> None:
        """Write Elasticsearch; it may lag, so it has a clock of its own."""
        started = time.perf_counter()
        await self.elasticsearch.flush()
        self.metrics.wrote(self.elasticsearch, time.perf_counter() - started)
        if self.elasticsearch.take_returned():
            for part in self.parts.values():
                slots = list(part.fold.all_slots())
                self.elasticsearch.offer(updates(part.fold, part.generation, slots))

    def _collect(self, part: OwnedPartition) -> None:
        touched = part.fold.take_touched()
        if touched:
            part.mark(touched)
            made = updates(part.fold, part.generation, touched)
            self.redis.offer(made)
            self.elasticsearch.offer(made)
            self._note(part)

    def _republish(self, part: OwnedPartition) -> None:
        """The sinks may lack anything: give them every live state again."""
        made = updates(part.fold, part.generation, part.fold.all_slots())
        self.redis.offer(made)
        self.elasticsearch.offer(made)
        self._note(part)

    def _note(self, part: OwnedPartition) -> None:
        facts = PartitionFacts(
            part.generation, part.fold.next_offset, part.fold.watermark_ms, round(time.time() * 1000)
        )
        self.redis.note(part.number, facts)

    # Checkpoint clock -----------------------------------------------------------------------------

    async def checkpoint(self) -> None:
        """Publish, so that Redis is never behind what is committed; then make it durable."""
        async with self._checkpointing:
            await self.publish()
            unsaved = [part for part in self.parts.values() if part.unsaved]
            # `publish` let other chunks in; what they touched is saved as well.
            for part in unsaved:
                self._collect(part)
            await self._checkpoint.save(self.parts, unsaved)

    async def _checkpoint_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.checkpoint()
        except TimeoutError:
            log.warning("checkpoint not done in %.0f s; the next owner repeats what it lacks", seconds)

    # Clocks ---------------------------------------------------------------------------------------

    async def run_clocks(self) -> None:
        """Publish and checkpoint until cancelled."""
        next_checkpoint = time.monotonic()
        while True:
            await asyncio.sleep(self.settings.publish_ms / 1000)
            try:
                await self.open_assigned()
                await self.publish()
                if time.monotonic() >= next_checkpoint:
                    next_checkpoint = time.monotonic() + self.settings.checkpoint_ms / 1000
                    await self.checkpoint()
            except Exception:  # a clock that stops would stop the service
                log.exception("the clock goes on after an error")

    async def run_index_clock(self) -> None:
        """Index until cancelled: at its interval, and at once when several batches wait."""
        interval_s, sink = self.settings.index_ms / 1000, self.elasticsearch
        indexed_at = time.monotonic()
        while True:
            await asyncio.sleep(min(INDEX_LOOK_S, interval_s))
            if time.monotonic() - indexed_at < interval_s and sink.waiting < INDEX_BATCHES * sink.batch:
                continue
            indexed_at = time.monotonic()
            try:
                await self.index()
            except Exception:  # as above
                log.exception("the index clock goes on after an error")
