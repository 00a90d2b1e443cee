"""Reads several topics as one log, without a group: whoever reads keeps its own positions."""

import asyncio
import time
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.log.kafka_time import KafkaTimeOrder, Ordered, Part
from citystream.log.source import partition_counts
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

# How long one look waits for records, and so how soon an end is seen.
LOOK_MS = 100
LOOK_RECORDS = 5_000
# Topics grow, and others appear.
LOOK_FOR_PARTS_S = 30.0


class MergedLog:
    """All partitions of these topics; of those that do not exist, once they do."""

    def __init__(self, settings: Settings, topics: Iterable[str], positions: Mapping[Part, int]) -> None:
        """`positions`: next offsets; a partition without one is read from its beginning."""
        self._settings = settings
        self._topics = frozenset(topics)
        self._positions = dict(positions)
        self._order = KafkaTimeOrder()
        self._looked_at = -LOOK_FOR_PARTS_S
        self._consumer = AIOKafkaConsumer(
            **kafka_options(settings), enable_auto_commit=False, auto_offset_reset="earliest"
        )

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: no broker answers.
        """
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    @property
    def parts(self) -> int:
        """How many partitions are read."""
        return len(list(self._order.parts))

    @property
    def lag(self) -> int:
        """Records between what was handed on and the logs' ends, as the last fetches saw them."""
        ends = {part: self._consumer.highwater(TopicPartition(*part)) for part in self._order.parts}
        return sum(max(0, end - self._positions.get(part, 0)) for part, end in ends.items() if end)

    def positions(self) -> dict[Part, int]:
        """Next offset of each partition: behind what was handed on."""
        return dict(self._positions)

    async def read(self) -> list[Ordered]:
        """What goes on next, in order; nothing after a while without.

        Raises:
            KafkaError: a broker refuses, or none answers.
        """
        await self._open_new()
        if not self.parts:
            await asyncio.sleep(LOOK_MS / 1000)
            return []
        fetched = await self._consumer.getmany(timeout_ms=LOOK_MS, max_records=LOOK_RECORDS)
        now_ms = round(time.time() * 1000)
        for tp, records in fetched.items():
            self._order.add(Part(tp.topic, tp.partition), records, now_ms)
        await self._look_for_ends()
        self._hold_back()
        return list(self._order.take())

    def passed(self, ordered: Ordered) -> None:
        """This was handed on: a position follows it."""
        self._positions[ordered.part] = ordered.record.offset + 1

    async def _look_for_ends(self) -> None:
        for part in self._order.parts:
            tp = TopicPartition(*part)
            end = self._consumer.highwater(tp)
            if end is not None and await self._consumer.position(tp) >= end:
                self._order.ended(part, self._consumer.last_poll_timestamp(tp) or 0)

    def _hold_back(self) -> None:
        """Do not fetch more of what is far ahead of the others."""
        full = {TopicPartition(*part) for part in self._order.parts if self._order.full(part)}
        paused = self._consumer.paused()
        if full - paused:
            self._consumer.pause(*(full - paused))
        if paused - full:
            self._consumer.resume(*(paused - full))

    async def _open_new(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_FOR_PARTS_S:
            return
        self._looked_at = time.monotonic()
        counts = await partition_counts(self._settings)
        there = {Part(topic, number) for topic in self._topics for number in range(counts.get(topic, 0))}
        known = set(self._order.parts)
        if not there - known:
            return
        places = {part: await self._consumer.position(TopicPartition(*part)) for part in known}
        self._consumer.assign([TopicPartition(*part) for part in known | there])
        for part in sorted(known | there):
            at = places.get(part, self._positions.get(part))
            if at is None:
                await self._consumer.seek_to_beginning(TopicPartition(*part))
            else:
                self._consumer.seek(TopicPartition(*part), at)
            if part not in known:
                self._order.open(part)
