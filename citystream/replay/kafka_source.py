"""A replay's records from the log itself."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.contracts import topics
from citystream.log.batches import Record
from citystream.log.source import Bounds, partition_counts
from citystream.replay.generations import generations
from citystream.replay.ranges import Bound, PartitionRange, ReplayError, ReplayRange, milliseconds
from citystream.service import Service
from citystream.settings import Settings

FETCH_RECORDS = 10_000
FETCH_MS = 1_000
FETCH_WAIT_MS = 50
# A broker that restarts is back within this.
SILENCE_S = 60.0


class KafkaSource:
    """One service's source topic."""

    def __init__(self, consumer: AIOKafkaConsumer, service: Service[Any], settings: Settings) -> None:
        """`consumer` is started and in no group; it is assigned here."""
        self.notices: list[str] = []
        self._consumer = consumer
        self._service = service
        self._settings = settings
        self._topic = topics.source(settings.shared, service.name)
        self._ends: dict[int, int] = {}
        self._heard_at = time.monotonic()

    async def bounds(self) -> dict[int, Bounds]:
        """What each partition of the topic holds.

        Raises:
            ReplayError: there is no such topic.
        """
        counts = await partition_counts(self._settings)
        if self._topic not in counts:
            raise ReplayError(f"no topic {self._topic}; is CITY_NAMESPACE right?")
        tps = [self._tp(number) for number in range(counts[self._topic])]
        begins, ends = await self._consumer.beginning_offsets(tps), await self._consumer.end_offsets(tps)
        return {tp.partition: Bounds(begins[tp], ends[tp]) for tp in tps}

    async def generations(self, partitions: Collection[int]) -> dict[int, int]:
        """Which making of the topic each of these is."""
        return await generations(self._consumer, self._settings, self._service, partitions)

    async def plan(self, wanted: ReplayRange, margin_ms: int) -> list[PartitionRange]:
        bounds = await self.bounds()
        made = await self.generations(bounds)
        ranges = []
        for number, each in bounds.items():
            start = await self.offset_at(number, wanted.start, each, each.begin)
            end = await self.offset_at(number, wanted.end, each, each.end)
            if start >= end:
                continue
            if isinstance(wanted.start, datetime):
                start_ms = milliseconds(wanted.start)
            else:
                start_ms = await self.timestamp(number, start)
            read_from, before_ms = each.begin, start_ms
            if each.begin < start:
                before_ms = max(0, start_ms - margin_ms)
                read_from = await self._first_at(number, before_ms, each)
            if read_from == each.begin > 0:
                before_ms = await self.timestamp(number, read_from)
                self.notices.append(
                    f"partition {number}: the log begins at offset {each.begin}; "
                    "windows that reach before it are left out"
                )
            ranges.append(
                PartitionRange(
                    partition=number,
                    read_from=min(read_from, start),
                    before_ms=before_ms,
                    start=start,
                    start_ms=start_ms,
                    end=end,
                    to_end=end == each.end,
                    generation=made[number],
                )
            )
        return ranges

    async def seek(self, ranges: Sequence[PartitionRange], positions: Mapping[int, int]) -> None:
        self._ends = {one.partition: one.end for one in ranges}
        bounds = await self.bounds()
        for one in ranges:
            number = one.partition
            if positions[number] < bounds[number].begin or one.end > bounds[number].end:
                raise ReplayError(
                    f"partition {number}: the log holds offsets {bounds[number].begin} to "
                    f"{bounds[number].end} now, without all of {positions[number]} to {one.end}: "
                    "begin anew with --restart, or with --source s3"
                )
        self._consumer.assign([self._tp(number) for number in self._ends])
        for number in self._ends:
            self._consumer.seek(self._tp(number), positions[number])
        self._heard_at = time.monotonic()

    async def fetch(self, wanted: Collection[int]) -> dict[int, Sequence[Record]]:
        tps = [self._tp(number) for number in wanted]
        fetched = await self._consumer.getmany(*tps, timeout_ms=FETCH_MS)
        found: dict[int, Sequence[Record]] = {}
        for tp, records in fetched.items():
            end = self._ends[tp.partition]
            inside = [record for record in records if record.offset < end]
            if inside:
                found[tp.partition] = inside
        for tp in tps:
            # Transaction markers may end a range: no record comes of them.
            if tp.partition not in found and await self._consumer.position(tp) >= self._ends[tp.partition]:
                found[tp.partition] = ()
        if found:
            self._heard_at = time.monotonic()
        elif time.monotonic() - self._heard_at > SILENCE_S:
            raise ReplayError(f"{self._topic}: Kafka sent nothing for {SILENCE_S:.0f} s; is it well?")
        return found

    async def offset_at(self, number: int, bound: Bound, bounds: Bounds, default: int) -> int:
        """Offset of the first record at or after a bound."""
        if bound is None:
            return default
        if isinstance(bound, int):
            return min(max(bound, bounds.begin), bounds.end)
        return await self._first_at(number, milliseconds(bound), bounds)

    async def _first_at(self, number: int, at_ms: int, bounds: Bounds) -> int:
        tp = self._tp(number)
        found = (await self._consumer.offsets_for_times({tp: at_ms}))[tp]
        # Some brokers answer -1 where others answer nothing.
        offset = bounds.end if found is None or found.offset < 0 else found.offset
        return min(max(offset, bounds.begin), bounds.end)

    async def timestamp(self, number: int, offset: int) -> int:
        """Kafka timestamp of the first record from an offset on; leaves that partition assigned alone."""
        tp = self._tp(number)
        # One at a time: aiokafka can't be closed while a partition is assigned that was never sought.
        self._consumer.assign([tp])
        self._consumer.seek(tp, offset)
        try:
            async with asyncio.timeout(SILENCE_S):
                record = await self._consumer.getone(tp)
        except TimeoutError as error:
            raise ReplayError(f"partition {number}: Kafka does not send offset {offset}") from error
        return int(record.timestamp)

    def _tp(self, number: int) -> TopicPartition:
        return TopicPartition(self._topic, number)
