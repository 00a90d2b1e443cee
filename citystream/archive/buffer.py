"""What one partition has that is not archived yet."""

import time
from bisect import bisect_left
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

    def drop_to(self, offset: int) -> None:
        """Forget the records up to and including an offset: they are archived."""
        gone = self.records[: bisect_left(self.records, offset + 1, key=_offset)]
        del self.records[: len(gone)]
        self.bytes -= _bytes(gone)
        self.next_offset = max(self.next_offset, offset + 1)
        self.since = time.monotonic()


def _bytes(records: Sequence[Record]) -> int:
    return sum([len(record.value) for record in records if record.value])
