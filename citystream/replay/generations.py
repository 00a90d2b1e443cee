"""Which making of its topic a partition's live states belong to, as the changelog's newest facts say."""

from collections.abc import Collection
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.contracts import topics
from citystream.fold.rows import FACTS_KEY, VERSION_BYTES, Facts
from citystream.log.source import partition_counts
from citystream.service import Service
from citystream.settings import Settings

# A checkpoint writes its facts near its end; a look back that finds none looks further.
LOOK_BACK = 2_000
FURTHER = 8


async def generations(
    consumer: AIOKafkaConsumer, settings: Settings, service: Service[Any], partitions: Collection[int]
) -> dict[int, int]:
    """Generation of the log that each of these partitions of the source has now.

    Args:
        consumer: any; it is assigned to the changelog.
    """
    changelog = topics.changelog(settings.namespace, service.name)
    tps = [TopicPartition(changelog, n) for n in range((await partition_counts(settings)).get(changelog, 0))]
    found = dict.fromkeys(partitions, 0)
    if not tps:
        return found
    begins, changelog_ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
    known = {tp.partition: await _newest_facts(consumer, tp, begins[tp], changelog_ends[tp]) for tp in tps}
    source = topics.source(settings.shared, service.name)
    # Asked after the facts: workers go on meanwhile, and their facts may be beyond any earlier end.
    ends = await consumer.end_offsets([TopicPartition(source, number) for number in partitions])
    for tp, end in ends.items():
        facts = known.get(tp.partition)
        if facts:
            # Facts beyond the end are of the log before this one.
            found[tp.partition] = facts.generation + (facts.next_offset > end)
    return found


async def _newest_facts(consumer: AIOKafkaConsumer, tp: TopicPartition, begin: int, end: int) -> Facts | None:
    back = LOOK_BACK
    while True:
        start = max(begin, end - back)
        facts = await _facts(consumer, tp, start, end)
        if facts or start == begin:
            return facts
        back *= FURTHER


async def _facts(consumer: AIOKafkaConsumer, tp: TopicPartition, start: int, end: int) -> Facts | None:
    consumer.assign([tp])
    consumer.seek(tp, start)
    newest: Facts | None = None
    while await consumer.position(tp) < end:
        for records in (await consumer.getmany(tp, timeout_ms=500)).values():
            for record in records:
                if record.key == FACTS_KEY and record.value:
                    facts = msgspec.msgpack.decode(record.value[VERSION_BYTES:], type=Facts)
                    # A worker that slept writes old facts after its successor's.
                    if newest is None or (facts.generation, facts.next_offset) > (
                        newest.generation,
                        newest.next_offset,
                    ):
                        newest = facts
    return newest
