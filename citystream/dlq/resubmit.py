"""Dead letters sent to their topic again: those that are good by now, each in its own partition.

A letter is sent, awaited, and only then ended by a tombstone. A crash in between sends it twice at the
next try, and the fold drops the second by its event id.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from citystream.contracts import topics
from citystream.dlq.letters import DeadLetterError, Letter
from citystream.dlq.log import DeadLetterLog, Place
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.log.batches import PlainRecord
from citystream.log.source import partition_counts
from citystream.servers.connections import kafka_options
from citystream.service import Service
from citystream.settings import Settings
from citystream.stream import time_rules

BATCH = 200
# Room for key and headers beside the largest event.
OVERHEAD_BYTES = 4_096


@dataclass(slots=True)
class Resubmission:
    """What became of the letters."""

    sent: int = 0
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    """Origin, field and reason of those that can't be sent."""


def objection(service: Service[Any], rules: TimeRules, letter: Letter, now_ms: int) -> tuple[str, str] | None:
    """Field and reason for which the service would still refuse a letter; None of a good one."""
    if letter.cut:
        left = f"{len(letter.value)} of its {letter.length} bytes are left"
        return "$", f"was cut, {left}: send it from its source"
    if not letter.whole:
        return "$", "its key is too long to have been kept; send it from its source"
    # The service's own fold is asked: a view may refuse what decodes well.
    trial: PartitionFold[Any] = PartitionFold(service, rules, letter.partition)
    trial.fold([PlainRecord(0, now_ms, letter.key, letter.value)])
    return (trial.letters[0].field, trial.letters[0].reason) if trial.letters else None


async def resubmit(
    service: Service[Any], settings: Settings, log: DeadLetterLog, places: Iterable[Place]
) -> Resubmission:
    """Send the letters at these places again, and end those that were sent.

    Raises:
        DeadLetterError: Kafka refused one; what was sent before is ended, the rest stays.
    """
    result, rules = Resubmission(), time_rules(settings)
    source = topics.source(settings.shared, service.name)
    counts = await partition_counts(settings)
    if source not in counts:
        raise DeadLetterError(f"no topic {source} to send to; make it with: city topics create")
    producer = AIOKafkaProducer(
        **kafka_options(settings),
        acks="all",
        max_request_size=settings.max_event_bytes + OVERHEAD_BYTES,
    )
    await producer.start()
    try:
        batch: list[tuple[Place, Letter]] = []
        async for place, letter in log.read(places):
            refused = objection(service, rules, letter, round(time.time() * 1000))
            if refused is None and (letter.topic != source or letter.partition >= counts[source]):
                refused = "$", f"is of {letter.topic}, partition {letter.partition}, which {source} has not"
            if refused:
                result.kept.append((letter.origin, *refused))
                continue
            batch.append((place, letter))
            if len(batch) == BATCH:
                result.sent += await _send(producer, settings, service.name, batch)
                batch = []
        result.sent += await _send(producer, settings, service.name, batch)
    finally:
        await producer.stop()
    return result


async def _send(
    producer: AIOKafkaProducer, settings: Settings, service: str, batch: list[tuple[Place, Letter]]
) -> int:
    """Send letters, wait until Kafka has them, then end them."""
    error: BaseException | None = None
    sending: list[tuple[Place, Letter, asyncio.Future[Any]]] = []
    for place, letter in batch:
        try:
            future = await producer.send(
                letter.topic, value=letter.value, key=letter.key, partition=letter.partition
            )
        except KafkaError as refused:
            error = refused
            break
        sending.append((place, letter, future))
    answers = await asyncio.gather(*(future for _, _, future in sending), return_exceptions=True)
    done = []
    for (place, letter, _), answer in zip(sending, answers, strict=True):
        if isinstance(answer, BaseException):
            error = answer
        else:
            done.append((place, letter))
    topic = topics.dead_letters(settings.namespace, service)
    # Into the letter's own partition: only there does a tombstone end it.
    ended = [
        await producer.send(topic, value=None, key=letter.origin.encode(), partition=place.partition)
        for place, letter in done
    ]
    await asyncio.gather(*ended)
    if error:
        raise DeadLetterError(
            f"Kafka refused a letter: {str(error) or type(error).__name__}; those that were sent are ended, "
            "the rest stays: run the same command again"
        ) from error
    return len(done)
