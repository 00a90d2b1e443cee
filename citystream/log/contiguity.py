"""Contiguity: no record of a partition is passed over, whatever is delivered.

After rebalances Faust delivers chunks beyond the committed position. Such a chunk is refused and the
partition seeks back to the offset it expects. A gap that the broker itself confirms is a legal one:
compaction, transaction markers, or a beginning that retention moved, which is counted as lost.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from citystream.log.source import Log

log = logging.getLogger(__name__)

# Chunks already on their way when a partition seeks arrive within this.
PATIENCE_S = 1.0


@dataclass(slots=True)
class _Gap:
    expected: int
    first: int
    sought_at: float


class Contiguity:
    """Judges the chunks of one topic."""

    def __init__(self, source: Log, on_lost: Callable[[int], None]) -> None:
        self._log = source
        self._on_lost = on_lost
        self._gaps: dict[int, _Gap] = {}

    def forget(self) -> None:
        """After a revocation: positions start over."""
        self._gaps.clear()

    async def next_offset(self, partition: int, expected: int, first: int) -> int | None:
        """The offset that a chunk which begins at `first` goes on from; None refuses the chunk.

        It is the expected one, or the log's beginning if retention moved that beyond it.
        """
        if first <= expected:
            self._gaps.pop(partition, None)
            return expected
        gap = self._gaps.get(partition)
        now = time.monotonic()
        if gap is not None and gap.expected == expected:
            if first > gap.first and now - gap.sought_at < PATIENCE_S:
                return None
            # The same again after the seek: Kafka may have nothing in between.
            actual = await self._log.first_at_or_after(partition, expected)
            if actual is not None and actual >= first:
                begin = min(first, (await self._log.bounds(partition)).begin)
                self.check_begin(partition, expected, begin)
                self._gaps.pop(partition, None)
                return max(expected, begin)
        self._gaps[partition] = _Gap(expected, first, now)
        await self._log.seek(partition, expected)
        return None

    def check_begin(self, partition: int, expected: int, begin: int) -> None:
        """Count what retention took between the expected offset and the log's beginning."""
        if begin <= expected:
            return
        self._on_lost(begin - expected)
        log.error(
            "partition %d: the log begins at %d, %d records after what was read: retention took them",
            partition,
            begin,
            begin - expected,
            extra=self._log.about(partition, expected),
        )
