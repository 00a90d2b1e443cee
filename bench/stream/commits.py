"""What consumer groups have committed of a topic, and when: the one clock that all peers are held against."""

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from citystream.servers.connections import kafka_options
from citystream.settings import Settings

# A run lasts seconds; a look costs the broker some tenths of a millisecond.
LOOK_S = 0.05


class Commits:
    """Looks at the groups' positions until cancelled. What all of them have committed counts."""

    def __init__(self, settings: Settings, topic: str, groups: Sequence[str]) -> None:
        self._options = kafka_options(settings)
        self._tps = [TopicPartition(topic, number) for number in range(settings.partitions)]
        self._groups = groups
        self.positions: dict[int, int] = dict.fromkeys(range(settings.partitions), 0)
        """Partition -> next offset."""
        self.changed_at = time.monotonic()

    @property
    def records(self) -> int:
        """Committed by all groups."""
        return sum(self.positions.values())

    async def watch(self) -> None:
        """Look until cancelled, and a last time then."""
        admin = AIOKafkaAdminClient(**self._options)
        await admin.start()
        try:
            while True:
                await self._look(admin)
                await asyncio.sleep(LOOK_S)
        except asyncio.CancelledError:
            await self._look(admin)
        finally:
            await admin.close()

    async def _look(self, admin: AIOKafkaAdminClient) -> None:
        try:
            found = [
                await admin.list_consumer_group_offsets(group, partitions=self._tps) for group in self._groups
            ]
        except KafkaError:
            return  # the group's first member is yet to come
        at = time.monotonic()
        positions = {
            # -1 of a partition, or nothing at all, until the group has committed it.
            tp.partition: max(0, min(one[tp].offset if tp in one else 0 for one in found))
            for tp in self._tps
        }
        if positions != self.positions:
            self.positions, self.changed_at = positions, at


async def forget(settings: Settings, topic: str, group: str) -> None:
    """Have a group without members begin at the topic's start."""
    consumer = AIOKafkaConsumer(**kafka_options(settings), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        tps = [TopicPartition(topic, number) for number in range(settings.partitions)]
        consumer.assign(tps)
        await consumer.commit(dict.fromkeys(tps, 0))
    finally:
        await consumer.stop()
