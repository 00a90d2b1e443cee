"""What one partition has that is not archived yet."""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from operator import attrgetter

from citystream.log.batches import Record

_offset = attrgetter("offset")


class Buffer:
    """Records of one partition that are not archived yet."""

    def __init__(self, number: int, next_offset: int) -> None:
        self.number = number
        self.records: list[Record] = []
        self.bytes = 0
        self.next_offset = next_offset
        self.follows = next_offset
        """The offset that the archive goes on from with the next object."""
        self._begins: deque[int] = deque()
        """Where the log goes on after what retention took among what is buffered."""
        self.since = time.monotonic()
        self.generation = 0
        self.paused = False

    def add(self, records: Sequence[Record]) -> None:
        """Take the records that follow."""
        fresh = records[bisect_left(records, self.next_offset, key=_offset) :]
        if not fresh:
            return
        if not self.records:
            self.since = time.monotonic()
        self.records += fresh
        self.bytes += _bytes(fresh)
        self.next_offset = fresh[-1].offset + 1

    def lose_to(self, begin: int) -> None:
        """Go on from the log's beginning: retention took what lies before it."""
        if self.records:
            self._begins.append(begin)
        else:
            self.follows = begin
        self.next_offset = begin

    def next_cut(self, limit: int) -> Sequence[Record]:
        """Records of the next object, at most so many: none spans what is lost, or nobody could see it."""
        until = bisect_left(self.records, self._begins[0], key=_offset) if self._begins else limit
        return self.records[: min(until, limit)]

    def drop_to(self, offset: int) -> None:
        """Forget the records up to and including an offset: they are archived."""
        gone = self.records[: bisect_left(self.records, offset + 1, key=_offset)]
        del self.records[: len(gone)]
        self.bytes -= _bytes(gone)
        self.next_offset = max(self.next_offset, offset + 1)
        self.follows = offset + 1
        while self._begins and (not self.records or self.records[0].offset >= self._begins[0]):
            self.follows = max(self.follows, self._begins.popleft())
        self.since = time.monotonic()


def _bytes(records: Sequence[Record]) -> int:
    return sum([len(record.value) for record in records if record.value])
