"""Windows of the city's days, out of the batch layer: what the days' manifests name, and nothing else."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from cachetools import LRUCache, TTLCache

from citystream.contracts import manifest as manifests
from citystream.contracts import s3_paths
from citystream.contracts.city_day import CityDay, day_at
from citystream.contracts.manifest import Manifest
from citystream.contracts.state import State
from gateway import days_process
from gateway.days import NO_DAYS, Days, days_of, extent_s
from gateway.days_reader import DaysReader

log = logging.getLogger(__name__)

S = TypeVar("S", bound=State)
K = TypeVar("K")
T = TypeVar("T")

UNREADABLE: Final = "unreadable"
Published = Manifest | Literal["unreadable"] | None
"""What lies where a day's manifest does; None if nothing does."""

# A day that is published anew is seen within this. An answer of a day touches two days: a process asks S3 for
# 2 / 3 s = 0.7 manifests a second for all who ask of the same days; of what is newest in 8 days, 2.7.
MANIFEST_S = 3.0
MOST_MANIFESTS = 400
# Of views. A road's day is 288 windows of 300 bytes, with what keeping them costs: 700 of them.
MOST_BYTES = 64_000_000
# What an entry costs beside its states.
ENTRY_BYTES = 200


class Views(NamedTuple, Generic[K, S]):
    """What the batch layer has of a range."""

    days: Days
    windows: dict[K, S]
    """By start or by key, of complete and of incomplete days."""


class ClosedDays:
    """The manifests and the views' objects, kept for a while."""

    def __init__(
        self, reader: DaysReader, namespace: str, zone: ZoneInfo, clock: Callable[[], float] = monotonic
    ) -> None:
        self.zone = zone
        self._reader = reader
        self._namespace = namespace
        self._manifests: TTLCache[CityDay, Published] = TTLCache(MOST_MANIFESTS, MANIFEST_S, clock)
        self._objects: LRUCache[tuple[str, Hashable], Mapping[Any, bytes]] = LRUCache(MOST_BYTES, _bytes)
        self._reading = asyncio.Lock()
        self._told: set[tuple[str, str]] = set()
        """Names of objects that can't be read, and why, as it was logged."""

    async def days(self, view: str, start_s: int, end_s: int) -> Days:
        """The days that a range of event time touches and that have a manifest; none while S3 is away."""
        known = await self.manifests(list(self._touched(start_s * 1000, end_s * 1000)))
        return NO_DAYS if known is None else days_of(readable(known), view)

    async def manifests(self, days: Sequence[CityDay]) -> dict[CityDay, Published] | None:
        """The manifest of each of these days, in their order; None while S3 is away."""
        # Who asks for the same days finds them kept.
        async with self._reading:
            # None ends between two looks at it.
            with self._manifests.timer:
                known = {day: self._manifests[day] for day in days if day in self._manifests}
            lacking = [day for day in days if day not in known]
            if lacking:
                names = [s3_paths.manifest(self._namespace, day.date.isoformat()) for day in lacking]
                bodies = await self._reader.ask(days_process.bodies, names)
                if bodies is None:
                    return None
                for day, name, body in zip(lacking, names, bodies, strict=True):
                    known[day] = self._manifests[day] = self._manifest(name, body)
        return {day: known[day] for day in days}

    async def objects(
        self,
        names: Sequence[str],
        wanted: Hashable,
        read: Callable[[Sequence[str]], list[dict[Any, bytes]]],
    ) -> list[Mapping[Any, bytes]] | None:
        """What is wanted of each object; None of what can't be read now."""
        async with self._reading:
            known = {name: self._objects[name, wanted] for name in names if (name, wanted) in self._objects}
            lacking = [name for name in names if name not in known]
            if lacking:
                found = await self.read(lacking, read)
                if found is None:
                    return None
                for name, one in zip(lacking, found, strict=True):
                    known[name] = self._objects[name, wanted] = one
            return [known[name] for name in names]

    async def read(self, names: Sequence[str], read: Callable[[Sequence[str]], list[T]]) -> list[T] | None:
        """What is made of each object, which nobody keeps; None if one can't be read now."""
        try:
            return await self._reader.ask(read, names)
        except FileNotFoundError as error:
            # The day was published anew, and what was replaced is gone.
            self._manifests.clear()
            self.tell(names[0], error)
        except ValueError as error:
            self.tell(names[0], error)
        return None

    def tell(self, name: str, error: Exception) -> None:
        """Log what can't be read, once."""
        reason = f"{type(error).__name__}: {error}"
        if (name, reason) not in self._told:
            self._told.add((name, reason))
            log.warning("%s can't be read: %s", name, reason)

    def close(self) -> None:
        """End the process that reads."""
        self._reader.close()

    def _touched(self, start_ms: int, end_ms: int) -> Iterable[CityDay]:
        while start_ms < end_ms:
            day = day_at(start_ms, self.zone)
            yield day
            start_ms = day.end_ms

    def _manifest(self, name: str, body: bytes | None) -> Published:
        if body is None:
            return None
        try:
            return manifests.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.tell(name, error)
            return UNREADABLE


class DayViews(Generic[S]):
    """One windows view of all days."""

    def __init__(self, closed: ClosedDays, type_: str, view: str, state: type[S], window_s: int) -> None:
        self.window_s = window_s
        self._closed = closed
        self._name = manifests.windows_view(type_, view)
        self._state = state
        self._decoder = msgspec.msgpack.Decoder(state)

    async def days(self, start_s: int, end_s: int) -> Days:
        """Those that windows lie in that begin in a range of event time, epoch seconds."""
        return await self._closed.days(self._name, *extent_s(start_s, end_s, self.window_s))

    async def of_key(self, key: str, start_s: int, end_s: int) -> Views[int, S]:
        """One key's windows that begin in a range, by their start."""
        days, names = await self._named(start_s, end_s)
        found = await self._closed.objects(names, ("key", key), partial(days_process.of_key, key))
        return self._views(days, names, found, range(start_s, end_s))

    async def summed(self, start_s: int, end_s: int) -> Views[int, S]:
        """The windows of all keys together that begin in a range, by their start."""
        days, names = await self._named(start_s, end_s)
        read = partial(days_process.summed, self._state)
        found: list[Mapping[int, bytes]] = []
        # Each takes a while: one at a time, so that others' questions come in between.
        for name in names:
            one = await self._closed.objects([name], "sum", read)
            if one is None:
                return Views(NO_DAYS, {})
            found += one
        return self._views(days, names, found, range(start_s, end_s))

    async def at(self, days: Days, start_s: int) -> Views[str, S]:
        """The window that begins then, by key; `days` are its own."""
        names = days.objects(start_s, start_s + self.window_s)
        found = await self._closed.objects(names, ("at", start_s), partial(days_process.at, start_s))
        return self._views(days, names, found)

    async def _named(self, start_s: int, end_s: int) -> tuple[Days, list[str]]:
        days = await self.days(start_s, end_s)
        return days, days.objects(*extent_s(start_s, end_s, self.window_s))

    def _views(
        self,
        days: Days,
        names: Sequence[str],
        found: Sequence[Mapping[K, bytes]] | None,
        starts: range | None = None,
    ) -> Views[K, S]:
        """The parts of all objects merged; no days where one can't be read."""
        windows: dict[K, S] = {}
        for name, parts in zip(names, found or (), strict=found is not None):
            for key, stored in parts.items():
                if starts is None or key in starts:
                    try:
                        state = self._decoder.decode(stored)
                    except (msgspec.DecodeError, UnicodeDecodeError) as error:
                        self._closed.tell(name, error)
                        return Views(NO_DAYS, {})
                    windows[key] = windows[key].merge(state) if key in windows else state
        return Views(NO_DAYS if found is None else days, windows)


def readable(published: Mapping[CityDay, Published]) -> list[tuple[CityDay, Manifest]]:
    """The days that have a manifest which can be read."""
    return [(day, found) for day, found in published.items() if isinstance(found, Manifest)]


def _bytes(parts: Mapping[Any, bytes]) -> int:
    return ENTRY_BYTES + sum(ENTRY_BYTES + len(state) for state in parts.values())
