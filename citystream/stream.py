"""The stream role: chunks in, states out, on two clocks.

Chunks fold into memory. The publish clock hands what changed to the sinks: freshness. The checkpoint
clock makes it durable. Both write what the fold says and nothing else.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from faust import App
from faust.types import TP

from citystream.contracts import topics
from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold.fold import Slot, TimeRules
from citystream.fold.redaction import Redaction
from citystream.log.batches import Record
from citystream.log.contiguity import Contiguity
from citystream.log.source import Log
from citystream.metrics import StreamMetrics
from citystream.pauses import Pauses
from citystream.refusals import Refusals
from citystream.service import Service
from citystream.settings import Settings
from citystream.sinks.elasticsearch import ElasticsearchSink
from citystream.sinks.redis import RedisSink
from citystream.state.checkpoint import Checkpoint
from citystream.state.ownership import take_over
from citystream.state.partition import OwnedPartition
from citystream.state.table import ExactTable

log = logging.getLogger(__name__)

# Kafka waits for a member that leaves; a checkpoint that takes longer is left to the next owner.
REVOKE_CHECKPOINT_S = 4.0
# The index may lag; what it has not taken by then is left to a replay.
STOP_INDEX_S = 2.0
PACE_S = 0.02
# Ages kept for the median that the status shows.
AGES = 256


def time_rules(settings: Settings) -> TimeRules:
    """Event-time rules from settings."""
    return TimeRules(
        disorder_ms=round(settings.disorder_s * 1000),
        lateness_ms=round(settings.lateness_s * 1000),
        future_ms=settings.future_ms,
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
        changelog = topics.changelog(settings.namespace, service.name)
        self.log = Log(app, topics.source(settings.shared, service.name), settings, changelog)
        self._contiguity = Contiguity(self.log, metrics.lost)
        self.parts: dict[int, OwnedPartition] = {}
        self.pauses = Pauses(self.log, service.name, settings)
        self._refusals = Refusals(service.name, self.log.topic)
        self.redis = RedisSink(settings, service.name)
        self.elasticsearch = ElasticsearchSink(settings, service.name)
        self._sinks = (self.redis, self.elasticsearch)
        self.started_at = time.monotonic()
        self.far_behind = False
        self.ages_ms: deque[float] = deque(maxlen=AGES)
        self._table = table
        self._rules = time_rules(settings)
        self._redaction = Redaction.of(service, settings)
        self._checkpoint = Checkpoint(service.name, settings, table, self.log, metrics)
        self._opening, self._checkpointing = asyncio.Lock(), asyncio.Lock()
        self._arrivals: list[int] = []
        self._folded = 0
        self._waits_since: float | None = None

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
        await self.pauses.stop()
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
        self.account_wait()
        self._waits_since = None
        try:
            await self._fold(partition, records)
        finally:
            self._waits_since = time.perf_counter()

    async def _fold(self, partition: int, records: Sequence[Record]) -> None:
        part = self.parts.get(partition) or await self._open(partition)
        if part is None or self.pauses.holds(partition):
            return
        expected = part.fold.next_offset
        start = await self._contiguity.next_offset(partition, expected, records[0].offset)
        if start is None or self.parts.get(partition) is not part or part.fold.next_offset != expected:
            return
        part.fold.next_offset = max(start, records[0].offset)
        decode_s = part.fold.decode_seconds(records)
        refused, started = len(part.fold.letters), time.perf_counter()
        self.pauses.fold(part, records)
        spent_s = time.perf_counter() - started
        # An interrupted sample would stand for more than there was.
        decode_s = min(decode_s, spent_s)
        self.metrics.spent("decode", decode_s)
        self.metrics.spent("fold", spent_s - decode_s)
        self.metrics.folded(part.fold)
        if len(part.fold.letters) > refused:
            self._refusals.tell(partition, part.fold.letters[refused:])
        if log.isEnabledFor(logging.DEBUG):
            self._tell_folded(part, start, spent_s)
        if part.fold.has_expired:
            # Chunk by chunk, or a backfill would close more windows at once than may wait for a sink.
            self._collect(part)
            part.let_go()
        part.progressed_at = time.monotonic()
        self._arrivals.append(records[0].timestamp)
        self._folded += len(records)
        await self._keep_pace()

    def _tell_folded(self, part: OwnedPartition, start: int, spent_s: float) -> None:
        end = part.fold.next_offset
        log.debug(
            "partition %d: folded offsets %d to %d in %.1f ms",
            part.number,
            start,
            end - 1,
            spent_s * 1000,
            extra={**self.log.about(part.number, start), "next_offset": end},
        )

    def take_folded(self) -> int:
        """Records folded since this was last asked."""
        folded, self._folded = self._folded, 0
        return folded

    @property
    def table_bytes(self) -> int:
        """Size of the table's partitions that are owned."""
        return sum(self._table.store.size_bytes(number) for number in self.parts)

    @property
    def touched(self) -> int:
        """States that changed since the last publish."""
        return sum(part.fold.touched for part in self.parts.values())

    def lags(self) -> dict[int, int]:
        """Records between what is folded and the log's end, by partition."""
        ends = {number: self.log.end(number) or 0 for number in self.parts}
        return {number: max(0, end - self.parts[number].fold.next_offset) for number, end in ends.items()}

    async def _keep_pace(self) -> None:
        """Let sinks that are up catch up with the states that expire: a backfill opens and closes many.

        It ends when they have, or when one is found to be away.
        """
        started = time.perf_counter()
        while self.crowded:  # noqa: ASYNC110 - several partitions, sinks and breakers change it
            await asyncio.sleep(PACE_S)
        self.metrics.spent("paused", time.perf_counter() - started)

    def account_wait(self) -> None:
        """Count the time since the last chunk as waiting, if none is in work."""
        if self._waits_since is not None:
            now = time.perf_counter()
            self.metrics.spent("poll", now - self._waits_since)
            self._waits_since = now

    @property
    def crowded(self) -> bool:
        """A sink that is up is so far behind that folding waits for it."""
        return any(sink.crowded for sink in self._sinks)

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
            position = await self.log.position(partition) if await self.pauses.load() else None
            if position is None:
                return None
            bounds, committed = position.bounds, position.committed
            store = self._table.store
            part = take_over(
                self.service, self._rules, store, partition, bounds.end, self._sinks, self._redaction
            )
            if part.fold.next_offset < bounds.begin:
                if part.fold.next_offset:
                    self._contiguity.check_begin(partition, part.fold.next_offset, bounds.begin)
                part.fold.next_offset = bounds.begin
            if committed is not None and part.fold.next_offset < committed:
                # Of another log, where not every broker sends the consumer back; or the changelog was lost.
                await self.log.seek(partition, part.fold.next_offset)
            self.parts[partition] = part
            self.pauses.open(part)
            self._republish(part)
            log.info(
                "partition %d: from offset %d of %d (committed %s), %d states",
                partition,
                part.fold.next_offset,
                bounds.end,
                committed,
                sum(1 for _ in part.fold.all_slots()),
                extra=self.log.about(partition, part.fold.next_offset),
            )
            return part

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Checkpoint if still possible, then forget all of it."""
        if any(tp.topic == self.log.topic for tp in tps):
            await self._checkpoint_within(REVOKE_CHECKPOINT_S)
            self.parts.clear()
            for sink in self._sinks:
                sink.forget()
            self.pauses.forget()
            self._contiguity.forget()

    # Publish clock --------------------------------------------------------------------------------

    async def publish(self, *, live_only: bool = False) -> None:
        """Hand what changed to the sinks, and write Redis; history too, or it comes with the index."""
        arrivals, self._arrivals = self._arrivals, []
        for part in self.parts.values():
            self._collect(part, live_only=True)
        await self.redis.check_alive()
        if await self.redis.flush(live_only=live_only):
            now_ms = time.time() * 1000
            self.ages_ms.extend(now_ms - at for at in arrivals)
        self.metrics.wrote(self.redis)
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

    async def index(self, over_s: float = 0.0) -> None:
        """Write what may lag, spread over `over_s`: Redis's history, and Elasticsearch."""
        for part in self.parts.values():
            self._collect(part)
        await self.elasticsearch.check_alive()
        await asyncio.gather(self.redis.flush(over_s=over_s), self.elasticsearch.flush(over_s=over_s))
        self.metrics.wrote(self.elasticsearch)
        if self.elasticsearch.take_returned():
            for part in self.parts.values():
                self.elasticsearch.offer(part.fold.all_slots(), part.origin)

    def _collect(self, part: OwnedPartition, *, live_only: bool = False) -> None:
        touched = part.fold.take_touched(live_only=live_only)
        if touched:
            part.mark(touched)
            self._offer(part, touched)

    def _republish(self, part: OwnedPartition) -> None:
        """The sinks may lack anything: they get every live state again."""
        self._offer(part, list(part.fold.all_slots()))

    def _offer(self, part: OwnedPartition, slots: list[Slot]) -> None:
        for sink in self._sinks:
            sink.offer(slots, part.origin)
        facts = PartitionFacts(
            part.generation, part.fold.next_offset, part.fold.watermark_ms, round(time.time() * 1000)
        )
        self.redis.note(part.number, facts)

    # Checkpoint clock -----------------------------------------------------------------------------

    def due(self) -> list[OwnedPartition]:
        """Partitions whose turn has come: each once in `checkpoint_ms`, spread over it."""
        now = time.monotonic() * 1000 / self.settings.checkpoint_ms
        return [part for part in self.parts.values() if part.take_turn(now)]

    async def checkpoint(self, due: Collection[OwnedPartition] | None = None) -> None:
        """Publish, so that Redis is never behind what is committed; then make it durable.

        `due`: only these, and of what readers watch live; else all of it.
        """
        async with self._checkpointing:
            asked = self.parts.values() if due is None else due
            for part in asked:
                self._collect(part)
            await self.publish(live_only=due is not None)
            unsaved = [part for part in asked if part.unsaved and self.parts.get(part.number) is part]
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
