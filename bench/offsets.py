"""A consumer group against the log's end, in records and in seconds."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from citystream.servers.connections import kafka_options
from citystream.settings import Settings

SAMPLE_S = 0.2


@dataclass(frozen=True)
class Offsets:
    """What one topic's partitions hold, and how far one group has committed them."""

    ends: Mapping[int, int]
    committed: Mapping[int, int]

    @property
    def lag(self) -> int:
        """Records not committed."""
        return sum(end - self.committed.get(partition, 0) for partition, end in self.ends.items())


class OffsetReader:
    """Asks for the offsets of one topic and one group, over connections kept open."""

    def __init__(
        self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, topic: str, group: str, partitions: int
    ) -> None:
        self._admin = admin
        self._consumer = consumer
        self._group = group
        self._tps = [TopicPartition(topic, number) for number in range(partitions)]

    async def read(self) -> Offsets:
        """The offsets as they are now; the log's end is asked for last, so that lag is never understated."""
        committed = await self._admin.list_consumer_group_offsets(self._group, partitions=self._tps)
        # -1 of a partition that the group never committed.
        positions = {tp.partition: max(0, at.offset) for tp, at in committed.items()}
        return Offsets(await self.ends(), positions)

    async def ends(self) -> dict[int, int]:
        """The log's end of each partition."""
        ends = await self._consumer.end_offsets(self._tps)
        return {tp.partition: ends[tp] for tp in self._tps}


@asynccontextmanager
async def offset_reader(settings: Settings, topic: str, group: str) -> AsyncIterator[OffsetReader]:
    """A reader of the first `settings.partitions` of a topic, for as long as it is needed."""
    admin = AIOKafkaAdminClient(**kafka_options(settings))
    consumer = AIOKafkaConsumer(**kafka_options(settings), enable_auto_commit=False)
    await admin.start()
    try:
        await consumer.start()
        try:
            yield OffsetReader(admin, consumer, topic, group, settings.partitions)
        finally:
            await consumer.stop()
    finally:
        await admin.close()


class LagSeconds:
    """How long ago the oldest record that is not committed was appended, from samples of the log's end."""

    def __init__(self) -> None:
        self._ends: dict[int, list[tuple[float, int]]] = {}
        self._max_s = 0.0

    @property
    def max_s(self) -> float:
        """The longest lag since the last `start_over`, s."""
        return self._max_s

    def start_over(self) -> None:
        """Forget the longest lag, as when a warm-up ends; the log's past stays known."""
        self._max_s = 0.0

    def add(self, at_s: float, offsets: Offsets) -> None:
        """Take one sample; `at_s` on any clock that does not go back."""
        for partition, end in offsets.ends.items():
            samples = self._ends.setdefault(partition, [])
            samples.append((at_s, end))
            committed = offsets.committed.get(partition, 0)
            if committed < end:
                # Appended by then at the latest: the last sample whose end it had not reached yet is older.
                while len(samples) > 1 and samples[1][1] <= committed:
                    samples.pop(0)
                self._max_s = max(self._max_s, at_s - samples[0][0])
            else:
                del samples[:-1]


async def watch_lag(reader: OffsetReader, lag: LagSeconds) -> None:
    """Sample until cancelled."""
    while True:
        offsets = await reader.read()
        lag.add(time.monotonic(), offsets)
        await asyncio.sleep(SAMPLE_S)
