"""The dead letter topic read: which letters still stand, then those that were asked for.

The newest record of a key counts, and a tombstone ends a letter, as compaction will have it one day.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from citystream.contracts import topics
from citystream.dlq.letters import DeadLetterError, Letter, Wanted, parse
from citystream.log.source import partition_counts
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

FETCH_MS = 1_000
FETCH_WAIT_MS = 50
SILENCE_S = 30.0
# A letter is younger than what it tells of; clocks of workers and brokers may differ by less than this.
SKEW_MS = 3_600_000


class Place(NamedTuple):
    """Where a letter stands in the dead letter topic."""

    timestamp_ms: int
    """Of the refused record: the order in which letters are told."""
    source: tuple[int, int]
    """Partition and offset of the refused record."""
    partition: int
    offset: int


class DeadLetterLog:
    """One service's dead letters."""

    def __init__(self, consumer: AIOKafkaConsumer, tps: list[TopicPartition]) -> None:
        self._consumer = consumer
        self._tps = tps
        self.foreign = 0
        """Records that are no letters of ours."""

    async def find(self, wanted: Wanted) -> dict[str, Place]:
        """Places of the letters that stand and are wanted, by origin."""
        begins = await self._consumer.beginning_offsets(self._tps)
        if wanted.since:
            at_ms = max(0, round(wanted.since.timestamp() * 1000) - SKEW_MS)
            found = await self._consumer.offsets_for_times(dict.fromkeys(self._tps, at_ms))
            for tp, at in found.items():
                if at and at.offset >= 0:
                    begins[tp] = max(begins[tp], at.offset)
        ends = await self._consumer.end_offsets(self._tps)
        standing: dict[tuple[int, bytes | None], tuple[str, Place]] = {}
        async for tp, records in self._read(begins, ends):
            for record in records:
                key = tp.partition, record.key
                standing.pop(key, None)
                if record.value is None:
                    continue
                letter = parse(record)
                if letter is None:
                    self.foreign += 1
                elif letter.matches(wanted):
                    source = letter.partition, letter.offset
                    place = Place(letter.timestamp_ms, source, tp.partition, record.offset)
                    standing[key] = letter.origin, place
        return dict(standing.values())

    async def read(self, places: Iterable[Place]) -> AsyncIterator[tuple[Place, Letter]]:
        """The letters at these places, in the order of the topic's partitions and offsets."""
        offsets: dict[TopicPartition, dict[int, Place]] = defaultdict(dict)
        for place in places:
            offsets[TopicPartition(self._tps[0].topic, place.partition)][place.offset] = place
        for tp, wanted in offsets.items():
            async for _, records in self._read({tp: min(wanted)}, {tp: max(wanted) + 1}):
                for record in records:
                    place_, letter = wanted.get(record.offset), parse(record)
                    if place_ and letter:
                        yield place_, letter

    async def _read(
        self, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> AsyncIterator[tuple[TopicPartition, list[Any]]]:
        self._consumer.assign(list(begins))
        for tp, begin in begins.items():
            self._consumer.seek(tp, begin)
        open_, heard_at = {tp for tp, begin in begins.items() if begin < ends[tp]}, time.monotonic()
        while open_:
            fetched = await self._consumer.getmany(*open_, timeout_ms=FETCH_MS)
            for tp, records in fetched.items():
                yield tp, [record for record in records if record.offset < ends[tp]]
            done = {tp for tp in open_ if await self._consumer.position(tp) >= ends[tp]}
            if fetched or done:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > SILENCE_S:
                raise DeadLetterError(f"{self._tps[0].topic}: Kafka sent nothing for {SILENCE_S:.0f} s")
            open_ -= done


@contextlib.asynccontextmanager
async def dead_letter_log(settings: Settings, service: str) -> AsyncIterator[DeadLetterLog]:
    """The log of one service; every failure of Kafka's becomes a `DeadLetterError`."""
    topic = topics.dead_letters(settings.namespace, service)
    consumer = AIOKafkaConsumer(
        **kafka_options(settings), enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAIT_MS
    )
    try:
        try:
            await consumer.start()
            counts = await partition_counts(settings)
            if topic not in counts:
                raise DeadLetterError(f"no topic {topic}; is CITY_NAMESPACE right?")
            yield DeadLetterLog(consumer, [TopicPartition(topic, n) for n in range(counts[topic])])
        finally:
            await consumer.stop()
    except (KafkaError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise DeadLetterError(
            f"Kafka at {settings.kafka}: {reason}\nIs it running, and is CITY_KAFKA right?"
        ) from error
