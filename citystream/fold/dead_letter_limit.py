"""The dead-letter limit: a partition whose stream turned invalid stops, and does not drain into dead letters.

Records are counted in steps aligned to the log's offsets, and the share of refused ones over the last
`STEPS` of them decides. No clock has a say: the same log stops at the same record.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

import msgspec

from citystream.fold.fold import PartitionFold
from citystream.log.batches import Record

STEPS = 4
"""Parts of the window; the limit is looked at after each."""

offset_of = attrgetter("offset")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What stands of one partition in the control topic; nothing stands there while the limit is armed.

    `paused` is said by the owner, `resumed` by whoever answers it, about the same place in the log.
    """

    state: Literal["paused", "resumed"]
    generation: int
    offset: int
    """The first record that is not folded."""
    refused: int
    records: int
    """Of so many records so many were refused."""
    reason: str
    """Field and reason of the last dead letter."""

    def __str__(self) -> str:
        return f"{self.refused} of the last {self.records} records were refused, the last one: {self.reason}"


@dataclass(slots=True)
class _Step:
    number: int
    records: int = 0
    refused: int = 0


class DeadLetterLimit:
    """One partition's limit: armed, reached (it is paused), or lifted until its stream recovers."""

    def __init__(self, share: float, window: int, generation: int) -> None:
        """Reached where more than `share` of the last `window` records are refused; 1 is never reached."""
        self._share = share
        self._size = max(1, window // STEPS)
        self._generation = generation
        self._done: deque[_Step] = deque(maxlen=STEPS)
        self._step = _Step(-1)
        self._reason = ""
        self._stop: Notice | None = None
        self.paused: Notice | None = None
        """Why nothing is folded; None while something is."""
        self.lifted = False
        """Resumed, and the stream has not recovered yet."""

    def adopt(self, notice: Notice, next_offset: int) -> None:
        """Take over what an owner before said of the partition, which is folded up to `next_offset`."""
        if notice.generation != self._generation:
            return
        if notice.state == "resumed":
            self.lifted = True
        elif next_offset == notice.offset:
            self.paused = notice
        elif next_offset < notice.offset:
            self._stop = notice

    @property
    def armed(self) -> bool:
        """Neither reached, nor lifted, nor about to stop where an owner before did."""
        return self.paused is None and not self.lifted and self._stop is None

    def resume(self) -> None:
        """Go on through what is invalid; armed again when less than half of the limit is refused."""
        self.paused, self.lifted = None, True

    def fold(self, fold: PartitionFold[Any], records: Sequence[Record]) -> None:
        """Fold records until the limit is reached; the rest is left to Kafka."""
        at = bisect_left(records, fold.next_offset, key=offset_of)
        while at < len(records):
            offset = records[at].offset
            self._advance(offset // self._size, fold, offset)
            if self.paused:
                return
            end = (self._step.number + 1) * self._size
            if self._stop:
                end = min(end, self._stop.offset)
            until = bisect_left(records, end, at, min(len(records), at + end - offset), key=offset_of)
            before = fold.counters.refused
            fold.fold(records[at:until])
            self._step.records += until - at
            self._step.refused += fold.counters.refused - before
            if fold.letters:
                self._reason = f"{fold.letters[-1].field}: {fold.letters[-1].reason}"
            at = until

    def _advance(self, number: int, fold: PartitionFold[Any], offset: int) -> None:
        """Look at the limit before the record at `offset`, if it begins a step."""
        if self._stop and offset >= self._stop.offset:
            self.paused, self._stop = self._stop, None
        elif number != self._step.number:
            if self._step.records:
                self._done.append(self._step)
            self._step = _Step(number)
            if len(self._done) == STEPS and not self._stop:
                self._judge(fold.next_offset)

    def _judge(self, next_offset: int) -> None:
        records = sum(step.records for step in self._done)
        refused = sum(step.refused for step in self._done)
        if self.lifted:
            self.lifted = refused > self._share / 2 * records
        elif refused > self._share * records:
            self.paused = Notice(
                state="paused",
                generation=self._generation,
                offset=next_offset,
                refused=refused,
                records=records,
                reason=self._reason,
            )
