"""The windows of the last hours and the newest states, folded from the archive's raw records as they come in.

The fold is the live one, so a window that is whole here equals the one that was live. What lies before the
first object read is made up for by a margin, as in a replay.
"""

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from citystream.contracts.city_day import HOUR_MS
from citystream.fold.fold import TimeRules
from citystream.fold.rows import encode
from citystream.replay.archived_states import ArchivedState, ArchivedStates
from citystream.replay.catalogue import WIDE, ArchivedObject, Catalogue
from citystream.replay.part import Part
from citystream.replay.ranges import PartitionRange, margin_ms
from citystream.servers.connections import s3_client
from citystream.service import Service
from citystream.settings import Settings

# A partition that had nothing for so much of Kafka's time while another had is idle: it holds no window back.
IDLE_MS = 300_000


@dataclass(frozen=True, slots=True)
class ArchivedWindow:
    """One partition's part of a window that has closed for good."""

    view: str
    key: str
    start_s: int
    log: tuple[int, int]
    """Partition, and which of the logs of this name, counted from the first that was read."""
    state: bytes
    """msgpack, as in Redis."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the archive brought."""

    windows: list[ArchivedWindow]
    states: list[ArchivedState]
    """The newest states, of what has changed since the look before."""
    whole_from_ms: int
    """Windows that begin at this event time or later lack nothing."""
    closed_ms: int
    """The watermark of the partition that is furthest behind."""


@dataclass(slots=True)
class _Log:
    part: Part
    number: int
    first_ms: int
    """Kafka timestamp of the youngest object's first record."""
    last_ms: int = -1
    """Kafka timestamp of the last record read."""


class ArchivedWindows:
    """One type's archive, followed from some hours ago."""

    def __init__(
        self,
        service: Service[Any],
        rules: TimeRules,
        settings: Settings,
        hours: int,
        windows: Collection[str],
        states: Collection[str],
    ) -> None:
        """`hours`: how far back, in Kafka's time, objects are read.

        `windows`: names of the views whose closed windows are wanted; `states`: of those whose newest
        states are.
        """
        self._service = service
        self._rules = rules
        self._settings = settings
        self._hours = hours
        self._logs: dict[int, _Log] = {}
        self._read: dict[str, set[str]] = {}
        """hour -> names of its objects that were read"""
        self._windows: list[ArchivedWindow] = []
        self._wanted = frozenset(windows)
        self._states = ArchivedStates(states)

    async def look(self) -> Found | None:
        """Read what is new; None while there is nothing at all.

        Raises:
            BotoCoreError, ClientError, OSError: S3 does not answer; the next look goes on from here.
            ReplayError: an object is not what the archive writes.
        """
        async with s3_client(self._settings) as s3:
            catalogue = Catalogue(s3, self._settings, self._service.name)
            now_ms = round(time.time() * 1000)
            # A broker's clock may be ahead; an hour gets objects for as long as its records wait.
            wanted = range(now_ms - self._hours * HOUR_MS, now_ms + 2 * HOUR_MS, HOUR_MS)
            self._read = {hour: self._read.get(hour, set()) for hour in map(catalogue.hour_of, wanted)}
            for hour, done in self._read.items():
                for one in await self._new_objects(catalogue, hour, done):
                    await self._take(catalogue, one)
                    done.add(one.name.key)
        return self._found()

    async def _new_objects(self, catalogue: Catalogue, hour: str, done: set[str]) -> list[ArchivedObject]:
        names = [name for name in await catalogue.names(hour) if name.key not in done]
        objects: list[ArchivedObject] = []
        for at in range(0, len(names), WIDE):
            objects += await asyncio.gather(*(catalogue.describe(name) for name in names[at : at + WIDE]))
        return sorted(objects, key=lambda one: (one.first_ms, one.name.first))

    async def _take(self, catalogue: Catalogue, one: ArchivedObject) -> None:
        log = self._log_of(one)
        contents = await catalogue.open(one)
        while records := await contents.read():
            self._windows += [
                ArchivedWindow(
                    slot.view.name,
                    slot.key,
                    slot.start_s,
                    (one.name.partition, log.number),
                    encode(slot.state),
                )
                for slot in log.part.take(records)
                if slot.view.name in self._wanted
            ]
            self._states.take(log.part.fold.take_touched(), log.part.origin)
            log.last_ms = records[-1].timestamp

    def _log_of(self, one: ArchivedObject) -> _Log:
        """The log that an object goes on with; a new one after a gap, or where the topic was made anew."""
        number, first = one.name.partition, one.name.first
        log = self._logs.get(number)
        # An object that was read in part is read again.
        if log and (first == log.part.fold.next_offset or one.first_ms == log.first_ms):
            log.first_ms = one.first_ms
            return log
        range_ = PartitionRange(
            partition=number,
            read_from=first,
            before_ms=one.first_ms,
            start=first,
            start_ms=one.first_ms,
            end=first,
            to_end=False,
            generation=log.number + 1 if log else 0,
        )
        part = Part(self._service, self._rules, range_)
        self._logs[number] = _Log(part, range_.generation, one.first_ms)
        return self._logs[number]

    def _found(self) -> Found | None:
        logs = list(self._logs.values())
        if not logs:
            return None
        windows, self._windows = self._windows, []
        newest_ms = max(log.last_ms for log in logs)
        return Found(
            windows,
            self._states.changed(),
            max(log.part.range.whole_from_ms(margin_ms(log.part.fold)) for log in logs),
            min(log.part.fold.watermark_ms for log in logs if log.last_ms >= newest_ms - IDLE_MS),
        )
