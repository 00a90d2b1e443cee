"""One partition's objects in the archive, walked from the end of a range to before its start.

In one log each object begins where the one before it ended. One that ends after the next began is of an
older topic of the same name.
"""

from dataclasses import dataclass, field
from datetime import datetime

from citystream.replay.catalogue import ArchivedObject, Catalogue
from citystream.replay.ranges import Bound, ReplayRange, milliseconds


@dataclass(slots=True)
class Chain:
    """What is found of one partition; objects are to be taken youngest first."""

    partition: int
    wanted: ReplayRange
    margin_ms: int
    oldest: ArchivedObject | None = None
    """The object that the range is read from."""
    youngest: ArchivedObject | None = None
    """The object that the range ends in."""
    start: int = 0
    start_ms: int | None = None
    """The range's start; None while it was not come by."""
    end: int = 0
    after: int | None = None
    """Offset of the first object after the range."""
    gaps: list[tuple[int, int]] = field(default_factory=list)
    """Offsets that no object has, from and up to."""
    anew_ms: int | None = None
    """When this log began, if the archive has an older one."""
    done: bool = False

    async def take(self, one: ArchivedObject, catalogue: Catalogue) -> None:
        """Go one object further back."""
        if self.oldest is None:
            if await self._begin(one, catalogue):
                await self._look_for_start(one, catalogue)
            return
        if one.last >= self.oldest.name.first:
            self.anew_ms, self.done = self.oldest.first_ms, True
            return
        if one.last + 1 < self.oldest.name.first:
            self.gaps.append((one.last + 1, self.oldest.name.first))
        self.oldest = one
        await self._look_for_start(one, catalogue)

    async def _begin(self, one: ArchivedObject, catalogue: Catalogue) -> bool:
        """Whether the range ends in this object, or after it."""
        end, first = self.wanted.end, one.name.first
        if isinstance(end, datetime):
            after = one.first_ms >= milliseconds(end)
        else:
            after = end is not None and first >= end
        if after:
            self.after = first
            return False
        self.oldest = self.youngest = one
        self.end = await _offset_at(catalogue, one, end)
        return True

    async def _look_for_start(self, one: ArchivedObject, catalogue: Catalogue) -> None:
        """Find where the range starts, then stop far enough before it."""
        start = self.wanted.start
        if self.start_ms is None and start is not None:
            if isinstance(start, datetime):
                if one.first_ms < milliseconds(start):
                    self.start = await _offset_at(catalogue, one, start)
                    self.start_ms = milliseconds(start)
            elif one.name.first <= start:
                self.start = start
                self.start_ms = await _timestamp_at(catalogue, one, start)
        early = self.start_ms is not None and one.first_ms <= self.start_ms - self.margin_ms
        # Where a log's beginning is before the range's, an older log is still to be told of.
        self.done = early or (one.name.first == 0 and self.start_ms is not None)

    def conclude(self) -> None:
        """The walk is over: a start that was not come by lies before what is archived."""
        if self.oldest and self.start_ms is None:
            self.start, self.start_ms = self.oldest.name.first, self.oldest.first_ms
            if isinstance(self.wanted.start, datetime):
                self.start_ms = milliseconds(self.wanted.start)


async def _offset_at(catalogue: Catalogue, one: ArchivedObject, bound: Bound) -> int:
    """Offset of an object's first record at or after a bound; after its last, the next one."""
    if bound is None:
        return one.last + 1
    if isinstance(bound, int):
        return min(bound, one.last + 1)
    at_ms, contents = milliseconds(bound), await catalogue.open(one)
    while records := await contents.read():
        for record in records:
            if record.timestamp >= at_ms:
                return record.offset
    return one.last + 1


async def _timestamp_at(catalogue: Catalogue, one: ArchivedObject, offset: int) -> int:
    """Kafka timestamp of an object's first record from an offset on, or of its last."""
    timestamp, contents = one.first_ms, await catalogue.open(one)
    while records := await contents.read():
        for record in records:
            timestamp = record.timestamp
            if record.offset >= offset:
                return timestamp
    return timestamp
