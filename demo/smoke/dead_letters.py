"""What lies in the dead letter topics."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.admin import list_topics
from citystream.connections import kafka_options
from citystream.contracts import topics
from citystream.settings import Settings

TIMEOUT_S = 30.0


async def count_dead_letters(settings: Settings, types: Iterable[str]) -> dict[str, int]:
    """Type -> distinct dead letters: one that was sent again has the key of the first.

    Raises:
        TimeoutError: the topics could not be read to their ends within half a minute.
    """
    names = {topics.dead_letters(settings.namespace, type_): type_ for type_ in types}
    keys: dict[str, set[bytes]] = {type_: set() for type_ in names.values()}
    async with (
        asyncio.timeout(TIMEOUT_S),
        AIOKafkaConsumer(**kafka_options(settings), enable_auto_commit=False) as consumer,
    ):
        consumer.assign(
            [
                TopicPartition(one.topic.name, partition)
                for one in await list_topics(settings, keys)
                if one.topic.name in names
                for partition in range(one.partitions)
            ]
        )
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(one) < end for one, end in ends.items()]):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                keys[names[partition.topic]].update(record.key for record in records)
    return {type_: len(found) for type_, found in keys.items()}
