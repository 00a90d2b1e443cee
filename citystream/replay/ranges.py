"""What a replay reads, and from which event time on its windows are whole.

It reads from before its range: a duplicate is known only by what came before it, and a sender's clock may
be ahead. What lies before the first record read is bounded by Kafka's timestamps, since an event further
ahead of its own than the future bound is a dead letter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from citystream.fold.dedupe import BUCKET_MS
from citystream.fold.fold import PartitionFold

Bound = int | datetime | None


class ReplayError(Exception):
    """The replay can't be done, or not now; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class ReplayRange:
    """Offsets of each partition, or Kafka times; None is the log's beginning or end."""

    start: Bound
    end: Bound


class PartitionRange(msgspec.Struct, frozen=True, kw_only=True):
    """One partition's range; offsets, and Kafka timestamps in ms."""

    partition: int
    read_from: int
    before_ms: int
    """No record before `read_from` is younger; without meaning where `read_from` is 0."""
    start: int
    start_ms: int
    end: int
    to_end: bool
    """It reaches the log's end: what is open there is open in the live run too."""
    generation: int
    until_ms: int = 0
    """Archived objects that begin later are of another log; of no use where Kafka is read."""

    @property
    def origin(self) -> bool:
        """Nothing was ever in the log before the range."""
        return self.start == 0

    def whole_from_ms(self, margin_ms: int) -> int:
        """Windows that begin at this event time or later lack nothing that came before the range."""
        if self.origin:
            return 0
        if self.read_from == 0:
            return self.start_ms
        return max(self.start_ms, self.before_ms + margin_ms)


def margin_ms(fold: PartitionFold[Any]) -> int:
    """How far before its range a replay reads: as long as an id is known, and as clocks may be ahead."""
    rules = fold.rules
    return fold.horizon_ms + rules.disorder_ms + rules.future_ms + BUCKET_MS


def milliseconds(bound: datetime) -> int:
    """A time as Kafka has it."""
    return round(bound.timestamp() * 1000)
