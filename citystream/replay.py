"""Replay: fold a range of a topic again, with its own state and watermark, and publish whole windows.

A replay reads from before its range, since a duplicate is known only by what came before it, and since a
sender's clock may be ahead. It publishes the windows that begin in the range and are complete by its end;
things that live longer than a window only where the range begins with the log. Results are upserts: each
carries the offset it was folded to, and the sinks keep the higher one.
"""

import contextlib
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from redis.exceptions import RedisError
from rich.progress import Progress

from citystream.connections import kafka_options, redis_client
from citystream.contracts import redis_keys, topics
from citystream.fold import PartitionFold, Slot
from citystream.log import partition_counts
from citystream.service import Service, Windows
from citystream.settings import Settings
from citystream.sinks.elasticsearch import ElasticsearchSink
from citystream.sinks.redis import RedisSink
from citystream.stream import time_rules
from citystream.updates import updates

FETCH_RECORDS = 10_000
FETCH_MS = 1_000
Bound = int | datetime | None


class ReplayError(Exception):
    """The replay can't be done; the message says why."""


@dataclass(frozen=True, slots=True)
class ReplayRange:
    """Offsets of each partition, or Kafka times; None is the log's beginning or end."""

    start: Bound
    end: Bound


class ReplayReport(msgspec.Struct):
    """What a replay did."""

    records: int = 0
    folded: int = 0
    late: int = 0
    duplicates: int = 0
    refused: int = 0
    states: int = 0
    """States of which the range has every record."""
    written: int = 0


@dataclass(slots=True)
class _Part:
    """One partition's range."""

    fold: PartitionFold[Any]
    start: int
    """First offset read."""
    end: int
    whole_log: bool
    """Read from the log's beginning."""
    to_end: bool
    """Read to the log's end: what is open there is open in the live run too."""
    from_ms: int
    """Windows that begin before this event time may be incomplete."""
    generation: int

    def complete(self, slot: Slot) -> bool:
        """Whether the range has every record of a state that the live run has."""
        if not isinstance(slot.view, Windows):
            return self.whole_log and self.to_end
        if not self.whole_log and slot.start_s * 1000 < self.from_ms:
            return False
        rules = self.fold.rules
        closed_ms = (slot.start_s + rules.window_of(slot.view)) * 1000 + rules.lateness_ms
        return self.to_end or closed_ms <= self.fold.watermark_ms


async def replay(
    service: Service[Any], settings: Settings, wanted: ReplayRange, *, write: bool
) -> ReplayReport:
    """Fold the range; write its windows unless told not to.

    Raises:
        ReplayError: no such topic, an empty range, or a server that does not take the results.
    """
    topic = topics.source(settings.namespace, service.name)
    report = ReplayReport()
    try:
        counts = await partition_counts(settings)
        if topic not in counts:
            raise ReplayError(f"no topic {topic}; is CITY_NAMESPACE right?")
        tps = [TopicPartition(topic, number) for number in range(counts[topic])]
        async with _consumer(settings) as consumer:
            parts = await _parts(consumer, tps, service, settings, wanted)
            await _fold(consumer, service, parts, report)
    except (KafkaError, OSError) as error:
        raise ReplayError(f"Kafka at {settings.kafka} does not answer: {error}") from error
    for part in parts.values():
        counters = part.fold.counters
        report.folded += counters.folded
        report.late += counters.late
        report.duplicates += counters.duplicates
        report.refused += counters.refused
    await _publish(service, settings, parts, report, write=write)
    return report


@contextlib.asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **kafka_options(settings), enable_auto_commit=False, max_poll_records=FETCH_RECORDS
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _fold(
    consumer: AIOKafkaConsumer,
    service: Service[Any],
    parts: dict[TopicPartition, _Part],
    report: ReplayReport,
) -> None:
    total = sum(part.end - part.start for part in parts.values())
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(f"replay {service.name}", total=total)
        async for tp, records in _records(consumer, parts):
            parts[tp].fold.fold(records)
            report.records += len(records)
            progress.update(task, advance=len(records))


async def _parts(
    consumer: AIOKafkaConsumer,
    tps: list[TopicPartition],
    service: Service[Any],
    settings: Settings,
    wanted: ReplayRange,
) -> dict[TopicPartition, _Part]:
    consumer.assign(tps)
    begins, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
    starts = await _resolve(consumer, wanted.start, begins, ends, begins)
    stops = await _resolve(consumer, wanted.end, begins, ends, ends)
    rules, generations = time_rules(settings), await _generations(settings, service)
    parts = {}
    for tp in tps:
        fold: PartitionFold[Any] = PartitionFold(service, rules, tp.partition)
        start, end, from_ms = starts[tp], max(starts[tp], stops[tp]), 0
        if begins[tp] < start < end:
            from_ms = await _timestamp(consumer, tp, start)
            early = from_ms - fold.horizon_ms - rules.future_ms
            found = await consumer.offsets_for_times({tp: early})
            start = min(found[tp].offset, start) if found[tp] else start
        fold.next_offset = start
        parts[tp] = _Part(
            fold, start, end, start == begins[tp], end == ends[tp], from_ms, generations.get(tp.partition, 0)
        )
        consumer.seek(tp, start)
    if all(starts[tp] >= part.end for tp, part in parts.items()):
        raise ReplayError(f"{tps[0].topic} has no records in that range")
    return parts


async def _generations(settings: Settings, service: Service[Any]) -> dict[int, int]:
    """Which making of the topic each partition's live states belong to."""
    client = redis_client(settings)
    try:
        found: Any = await client.hgetall(redis_keys.partitions(settings.namespace, service.name))
    except (RedisError, OSError):
        return {}
    finally:
        await client.aclose()
    decode = msgspec.msgpack.Decoder(redis_keys.PartitionFacts).decode
    return {int(number): decode(facts).generation for number, facts in found.items()}


async def _timestamp(consumer: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> int:
    """Kafka timestamp of one record."""
    consumer.seek(tp, offset)
    record = await consumer.getone(tp)
    return int(record.timestamp)


async def _resolve(
    consumer: AIOKafkaConsumer,
    bound: Bound,
    begins: dict[TopicPartition, int],
    ends: dict[TopicPartition, int],
    default: dict[TopicPartition, int],
) -> dict[TopicPartition, int]:
    if bound is None:
        return default
    if isinstance(bound, int):
        return {tp: min(max(bound, begins[tp]), ends[tp]) for tp in begins}
    at_ms = round(bound.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(begins, at_ms))
    return {tp: found[tp].offset if found[tp] else ends[tp] for tp in begins}


async def _records(
    consumer: AIOKafkaConsumer, parts: dict[TopicPartition, _Part]
) -> AsyncIterator[tuple[TopicPartition, list[Any]]]:
    open_ = {tp for tp, part in parts.items() if part.start < part.end}
    idle_since = time.monotonic()
    while open_:
        fetched = await consumer.getmany(*open_, timeout_ms=FETCH_MS)
        for tp, records in fetched.items():
            idle_since = time.monotonic()
            end = parts[tp].end
            inside = [record for record in records if record.offset < end]
            if inside:
                yield tp, inside
            if records and records[-1].offset + 1 >= end:
                open_.discard(tp)
        # Transaction markers may end a range: nothing comes, though the end was not reached.
        if time.monotonic() - idle_since > 10 * FETCH_MS / 1000:
            raise ReplayError("Kafka stopped sending before the end of the range")


async def _publish(
    service: Service[Any],
    settings: Settings,
    parts: dict[TopicPartition, _Part],
    report: ReplayReport,
    *,
    write: bool,
) -> None:
    sinks = (RedisSink(settings, service.name), ElasticsearchSink(settings, service.name))
    try:
        for part in parts.values():
            made = updates(
                part.fold, part.generation, [slot for slot in part.fold.all_slots() if part.complete(slot)]
            )
            report.states += len(made)
            if not write:
                continue
            for sink in sinks:
                sink.offer(made)
                if not await sink.flush():
                    raise ReplayError(f"{sink.name} does not take the results: {sink.breaker.error}")
            report.written += len(made)
    finally:
        for sink in sinks:
            await sink.close()
