"""Fills Redis by the services' own fold and the kit's own sink, without Kafka."""

from collections.abc import Iterable
from typing import Any

from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.updates import origin
from citystream.service import Service
from citystream.settings import Settings
from citystream.sinks.redis import RedisSink
from citystream.stream import time_rules
from tests.citystream.records import FakeRecord
from tests.gateway.speed_layer import now_ms
from tests.harness.events import Message

CHUNK = 500

Log = dict[int, list[FakeRecord]]
"""Partition -> its records."""


def log_of(messages: Iterable[tuple[int, Message]], partitions: int) -> Log:
    """Messages dealt out to partitions one by one, each with the time at which Kafka got it."""
    log: Log = {number: [] for number in range(partitions)}
    for number, (at_ms, (key, value)) in enumerate(messages):
        records = log[number % partitions]
        records.append(FakeRecord(len(records), value, at_ms, key, partition=number % partitions))
    return log


async def put(settings: Settings, service: Service[Any], log: Log) -> TimeRules:
    """Have all of it folded and written, chunk by chunk as a worker does; by these rules."""
    rules = time_rules(settings)
    sink = RedisSink(settings, service.name)
    for partition, records in log.items():
        fold: PartitionFold[Any] = PartitionFold(service, rules, partition)
        for first in range(0, len(records), CHUNK):
            fold.fold(records[first : first + CHUNK])
            sink.offer(fold.take_touched(), origin(fold, 0))
            fold.expire()
            facts = PartitionFacts(0, fold.next_offset, fold.watermark_ms, now_ms())
            sink.note(partition, facts)
            assert await sink.flush()
    await sink.close()
    return rules
