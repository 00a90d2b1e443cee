"""Which letters stand in the dead letter topics, as `dlq list` has them."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.contracts import topics
from citystream.log.admin import list_topics
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

TIMEOUT_S = 30.0


async def count_dead_letters(settings: Settings, types: Iterable[str]) -> dict[str, int]:
    """Type -> dead letters that stand: one written twice is one, one that was re-submitted is none.

    Raises:
        TimeoutError: the topics could not be read to their ends within half a minute.
    """
    names = {topics.dead_letters(settings.namespace, type_): type_ for type_ in types}
    standing: dict[str, set[tuple[int, bytes]]] = {type_: set() for type_ in names.values()}
    async with (
        asyncio.timeout(TIMEOUT_S),
        AIOKafkaConsumer(**kafka_options(settings), enable_auto_commit=False) as consumer,
    ):
        consumer.assign(
            [
                TopicPartition(one.topic.name, partition)
                for one in await list_topics(settings, standing)
                if one.topic.name in names
                for partition in range(one.partitions)
            ]
        )
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(one) < end for one, end in ends.items()]):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                letters = standing[names[partition.topic]]
                for record in records:
                    # A tombstone ends a letter of its own partition.
                    change = letters.discard if record.value is None else letters.add
                    change((partition.partition, record.key))
    return {type_: len({key for _, key in letters}) for type_, letters in standing.items()}
