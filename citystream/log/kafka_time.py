"""Several partitions as one log, in the order of Kafka time: the same order each time it is read.

A record goes on when no other partition can have one that belongs before it: each has a later one here, or
was seen to have no more by an answer that came after the record did. Brokers stamp records as they append
them (`LogAppendTime`), so what comes later is stamped later.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import repeat
from typing import NamedTuple

from citystream.log.batches import Record

# Clocks of brokers, and answers under way: an end was seen after a record when it was seen so much later.
SKEW_MS = 250
# Of a partition that is ahead; as many as two fetches of a service's changelog.
BUFFERED = 10_000


class Part(NamedTuple):
    """One partition of one topic; parts that were stamped alike come in this order."""

    topic: str
    partition: int


class Ordered(NamedTuple):
    """A record in its place."""

    part: Part
    time_ms: int
    """Kafka time; never before that of an earlier record of the partition."""
    record: Record


class KafkaTimeOrder:
    """Knows no Kafka and no clock: it is told what came, and when."""

    def __init__(self) -> None:
        self._waiting: dict[Part, deque[tuple[int, Record]]] = {}
        """Records that came, and when, epoch ms."""
        self._ended_ms: dict[Part, int] = {}
        """When a partition was last seen to have no more."""
        self._newest_ms: dict[Part, int] = {}
        self._heads: list[tuple[int, Part]] = []
        """Kafka times of the first that wait; a heap."""

    @property
    def parts(self) -> Iterable[Part]:
        return self._waiting

    def open(self, part: Part) -> None:
        """Wait for one more partition from now on."""
        self._waiting[part] = deque()

    def add(self, part: Part, records: Sequence[Record], now_ms: int) -> None:
        """Records that came of one partition, in its order."""
        waiting = self._waiting[part]
        idle = not waiting
        waiting.extend(zip(repeat(now_ms), records))
        if idle and waiting:
            self._show(part)

    def ended(self, part: Part, at_ms: int) -> None:
        """All of a partition has come that it had at that time."""
        self._ended_ms[part] = max(at_ms, self._ended_ms.get(part, 0))

    def full(self, part: Part) -> bool:
        """Whether more of this one should not be fetched yet."""
        return len(self._waiting[part]) >= BUFFERED

    def take(self) -> Iterator[Ordered]:
        """What can go on."""
        while self._heads:
            time_ms, part = self._heads[0]
            came_ms, record = self._waiting[part][0]
            if came_ms + SKEW_MS > self._all_known_ms():
                return
            heappop(self._heads)
            self._waiting[part].popleft()
            if self._waiting[part]:
                self._show(part)
            yield Ordered(part, time_ms, record)

    def _show(self, part: Part) -> None:
        _, record = self._waiting[part][0]
        time_ms = max(record.timestamp, self._newest_ms.get(part, 0))
        self._newest_ms[part] = time_ms
        heappush(self._heads, (time_ms, part))

    def _all_known_ms(self) -> float:
        """Up to when it is known what came of the partitions of which nothing waits."""
        idle = (self._ended_ms.get(part, 0) for part, waiting in self._waiting.items() if not waiting)
        return min(idle, default=float("inf"))
