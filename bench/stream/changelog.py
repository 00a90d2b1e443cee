"""A kit table's windows, read from its changelog as Kafka has it."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.stream.job import Window
from citystream.contracts import topics
from citystream.contracts.state import MICRO
from citystream.contracts.traffic import TrafficWindow
from citystream.fold.fold import PartitionFold
from citystream.fold.rows import VERSION_BYTES, restore
from citystream.servers.connections import kafka_options
from citystream.service import Service
from citystream.settings import Settings
from citystream.state.table import record_version
from citystream.stream import time_rules


async def windows(settings: Settings, service: Service[Any]) -> list[Window]:
    """Every window that was ever saved, at its highest version; one that has expired since, too."""
    topic = topics.changelog(settings.namespace, service.name)
    found: list[Window] = []
    for partition in range(settings.partitions):
        fold = PartitionFold(service, time_rules(settings), partition)
        restore(fold, iter((await _rows(settings, TopicPartition(topic, partition))).items()))
        found += [_window(slot.key, slot.start_s, slot.state) for slot in fold.all_slots()]
    return found


async def _rows(settings: Settings, tp: TopicPartition) -> dict[bytes, bytes]:
    """Newest value of each key."""
    newest: dict[bytes, bytes] = {}
    consumer = AIOKafkaConsumer(**kafka_options(settings), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([tp])
        consumer.seek(tp, 0)
        end = (await consumer.end_offsets([tp]))[tp]
        while await consumer.position(tp) < end:
            for record in (await consumer.getmany(tp, timeout_ms=500)).get(tp, ()):
                if record.value and record_version(record) >= newest.get(record.key, b"")[:VERSION_BYTES]:
                    newest[record.key] = record.value
    finally:
        await consumer.stop()
    return newest


def _window(key: str, start_s: int, state: Any) -> Window:
    total = state.speed_sum / MICRO if isinstance(state, TrafficWindow) else state.speed_sum
    return Window(key, start_s, state.readings, total, state.speed_min, state.speed_max)
