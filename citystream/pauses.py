"""Notices of paused partitions in Kafka: what their owner says, what an operator answers, whoever owns them.

The control topic of a data type is compacted and has one partition; a key is a partition's number. Kafka
has the notices, so they outlive workers, rebalances and Redis.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from citystream.contracts import topics
from citystream.fold.dead_letter_limit import DeadLetterLimit, Notice
from citystream.log.batches import Record
from citystream.log.source import Log
from citystream.refusals import without_values
from citystream.servers.connections import kafka_options
from citystream.settings import Settings
from citystream.state.partition import OwnedPartition

log = logging.getLogger(__name__)

# How long an operator's answer may take to be seen.
LOOK_S = 1.0
ANSWER_S = 10.0

Notices = dict[int, Notice]


async def read_notices(settings: Settings, service: str) -> Notices:
    """What stands of each partition now.

    Raises:
        KafkaError, TimeoutError: no broker answers, or the topic is not there.
    """
    tp = TopicPartition(topics.control(settings.namespace, service), 0)
    consumer = AIOKafkaConsumer(**kafka_options(settings), enable_auto_commit=False)
    found: Notices = {}
    async with asyncio.timeout(ANSWER_S):
        try:
            await consumer.start()
            consumer.assign([tp])
            begin, end = await consumer.beginning_offsets([tp]), await consumer.end_offsets([tp])
            consumer.seek(tp, begin[tp])
            while await consumer.position(tp) < end[tp]:
                for records in (await consumer.getmany(tp, timeout_ms=200)).values():
                    for record in records:
                        _take(found, record)
        finally:
            await consumer.stop()
    return found


def _take(found: Notices, record: Any) -> None:
    found.pop(int(record.key), None)
    if record.value is not None:
        found[int(record.key)] = msgspec.json.decode(record.value, type=Notice)


async def write_notices(settings: Settings, service: str, notices: Mapping[int, Notice | None]) -> None:
    """Replace what stands of some partitions; None is nothing.

    Raises:
        KafkaError, TimeoutError: they may not all be written.
    """
    topic = topics.control(settings.namespace, service)
    producer = AIOKafkaProducer(**kafka_options(settings), acks="all")
    async with asyncio.timeout(ANSWER_S):
        try:
            await producer.start()
            for number, notice in notices.items():
                value = None if notice is None else msgspec.json.encode(notice)
                await producer.send_and_wait(topic, key=str(number).encode(), value=value, partition=0)
        finally:
            await producer.stop()


async def resume(settings: Settings, service: str, partition: int | None = None) -> Notices:
    """Ask the owners of paused partitions, or of one of them, to go on; returns what had paused them.

    Raises:
        KafkaError, TimeoutError: no broker answers, or the topic is not there.
    """
    standing = await read_notices(settings, service)
    paused = {
        number: notice
        for number, notice in standing.items()
        if notice.state == "paused" and partition in (None, number)
    }
    if paused:
        answers = {number: answer_to(notice) for number, notice in paused.items()}
        await write_notices(settings, service, answers)
    return paused


def answer_to(notice: Notice) -> Notice:
    """What lets a paused partition go on."""
    return msgspec.structs.replace(notice, state="resumed")


class Pauses:
    """The dead-letter limits of the partitions that this worker owns, and their notices."""

    def __init__(self, source: Log, service: str, settings: Settings) -> None:
        self._log = source
        self._service = service
        self._settings = settings
        self._limits: dict[int, DeadLetterLimit] = {}
        self._loaded: Notices | None = None
        self._standing: dict[int, Notice] = {}
        """What the control topic has of the limits."""
        self._attending: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Listen no longer."""
        if self._attending:
            self._attending.cancel()
            await asyncio.gather(self._attending, return_exceptions=True)

    async def load(self) -> bool:
        """Read what stands, once after each assignment; False while Kafka does not answer."""
        if self._loaded is None:
            try:
                self._loaded = await read_notices(self._settings, self._service)
            except (KafkaError, TimeoutError) as error:
                log.warning("partitions can't be opened yet, their notices can't be read: %s", error)
                return False
        return True

    def open(self, part: OwnedPartition) -> None:
        """Take up the limit of a partition just taken over; `load` comes before."""
        settings = self._settings
        limit = DeadLetterLimit(settings.dead_letter_share, settings.dead_letter_window, part.generation)
        notice = (self._loaded or {}).get(part.number)
        if notice:
            self._standing[part.number] = notice
            limit.adopt(notice, part.fold.next_offset)
        self._limits[part.number] = limit
        self._attend()

    def forget(self) -> None:
        """After a revocation: the next owner reads the notices."""
        self._limits.clear()
        self._standing.clear()
        self._loaded = None

    def fold(self, part: OwnedPartition, records: Sequence[Record]) -> None:
        """Fold a chunk as far as the limit lets it."""
        limit = self._limits[part.number]
        limit.fold(part.fold, records)
        if limit.paused:
            log.error(
                "partition %d: paused at offset %d: %s; go on with: city-%s resume",
                part.number,
                limit.paused.offset,
                without_values(str(limit.paused)),
                self._service,
                extra=self._log.about(part.number, limit.paused.offset),
            )
            self._log.pause([part.number])
        self._attend()

    def holds(self, partition: int) -> bool:
        """Whether a partition is paused."""
        limit = self._limits.get(partition)
        return limit is not None and limit.paused is not None

    @property
    def paused(self) -> Notices:
        """Why which partitions fold nothing."""
        return {number: limit.paused for number, limit in self._limits.items() if limit.paused}

    def _unsettled(self) -> dict[int, DeadLetterLimit]:
        """Limits that are reached, or armed again while a notice still stands."""
        return {
            number: limit
            for number, limit in self._limits.items()
            if limit.paused or (number in self._standing and limit.armed)
        }

    def _attend(self) -> None:
        """Say what has to be said and listen for answers, for as long as there is something unsettled."""
        if self._unsettled() and (self._attending is None or self._attending.done()):
            self._attending = asyncio.create_task(self._settle_all())

    async def _settle_all(self) -> None:
        while unsettled := self._unsettled():
            # A rebalance has Faust resume what was paused.
            self._log.pause(self.paused)
            try:
                await self._settle(unsettled)
            except (KafkaError, TimeoutError) as error:
                log.warning("notices of paused partitions can't be written or read: %s", error)
            await asyncio.sleep(LOOK_S)

    async def _settle(self, unsettled: dict[int, DeadLetterLimit]) -> None:
        news = {
            number: limit.paused
            for number, limit in unsettled.items()
            if limit.paused != self._standing.get(number)
        }
        if news:
            await write_notices(self._settings, self._service, news)
        standing = await read_notices(self._settings, self._service)
        for number, limit in unsettled.items():
            if self._limits.get(number) is not limit:
                continue
            self._standing.pop(number, None)
            if number in standing:
                self._standing[number] = standing[number]
            if limit.paused and standing.get(number) == answer_to(limit.paused):
                await self._log.seek(number, limit.paused.offset)
                offset = limit.paused.offset
                log.warning(
                    "partition %d: resumed at offset %d",
                    number,
                    offset,
                    extra=self._log.about(number, offset),
                )
                limit.resume()
                self._log.resume([number])
