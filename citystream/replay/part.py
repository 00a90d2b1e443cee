"""One partition of a replay: its fold, its range, and which of its states are whole."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from citystream.fold.fold import Counters, PartitionFold, Slot, TimeRules
from citystream.fold.rows import (
    FACTS_KEY,
    Facts,
    facts_value,
    ids_bucket,
    ids_key,
    restore,
    slot_key,
    slot_value,
    version,
)
from citystream.fold.updates import origin
from citystream.log.batches import Record
from citystream.replay.ranges import PartitionRange, margin_ms
from citystream.service import Service, Windows

Rows = list[tuple[bytes, bytes]]


class SavedPart(msgspec.Struct):
    """A partition as of one offset: what it takes to fold on as if nothing had happened."""

    range: PartitionRange
    rows: Rows
    counters: Counters
    incomplete: int


class Part:
    """Folds, and hands out what is to be published. Knows no server."""

    def __init__(self, service: Service[Any], rules: TimeRules, range_: PartitionRange) -> None:
        self.range = range_
        self.fold: PartitionFold[Any] = PartitionFold(service, rules, range_.partition)
        self.fold.next_offset = range_.read_from
        self.origin = origin(self.fold, range_.generation)
        self.incomplete = 0
        """Windows that closed without having been whole."""
        self._whole_from_ms = range_.whole_from_ms(margin_ms(self.fold))
        self._sure_ms = -1
        """The watermark will come at least this far."""
        self._ids: dict[bytes, bytes] = {}
        """Rows of the packed ids that are known."""

    def expect(self, last: Record) -> None:
        """Be told the range's last record: how far the watermark will come at least."""
        try:
            _, time_ms = self.fold.reader.read(last.value, last.timestamp)
        except (ValueError, RecursionError):
            return
        self._sure_ms = min(time_ms, last.timestamp) - self.fold.rules.disorder_ms

    def take(self, records: Sequence[Record]) -> list[Slot]:
        """Fold records; the windows that closed by it and are whole."""
        fold = self.fold
        fold.fold(records)
        # They were sent when the live run met them.
        fold.letters.clear()
        closed = [slot for slot in fold.expire() if isinstance(slot.view, Windows)]
        whole = [slot for slot in closed if self._begins_inside(slot)]
        self.incomplete += len(closed) - len(whole)
        return _states(whole)

    def growing(self) -> list[Slot]:
        """What changed since this was asked last, and will be whole by the range's end."""
        return _states(slot for slot in self.fold.take_touched() if self._will_be_whole(slot))

    def forget_growing(self) -> None:
        """Nobody will ask what changed."""
        self.fold.take_touched()

    def rest(self) -> list[Slot]:
        """At the end of the range: what is open there, if the live run has no more of it."""
        if self.range.to_end:
            whole = [slot for slot in self.fold.all_slots() if self._will_be_whole(slot)]
        else:
            whole = []
        windows = sum(1 for slot in self.fold.all_slots() if isinstance(slot.view, Windows))
        self.incomplete += windows - sum(1 for slot in whole if isinstance(slot.view, Windows))
        return _states(whole)

    def _begins_inside(self, slot: Slot) -> bool:
        return slot.start_s * 1000 >= self._whole_from_ms

    def _will_be_whole(self, slot: Slot) -> bool:
        if not isinstance(slot.view, Windows):
            # It may be older than any range: only the whole log has all of it.
            return self.range.origin and self.range.to_end
        if not self._begins_inside(slot):
            return False
        rules = self.fold.rules
        closes_ms = (slot.start_s + rules.window_of(slot.view)) * 1000 + rules.lateness_ms
        return self.range.to_end or closes_ms <= self._sure_ms

    # Kept across an interruption -------------------------------------------------------------------

    def save(self) -> SavedPart:
        """Everything, as rows of a table."""
        return SavedPart(self.range, list(self._rows()), self.fold.counters, self.incomplete)

    def _rows(self) -> Iterator[tuple[bytes, bytes]]:
        fold, generation = self.fold, self.range.generation
        at = version(generation, fold.next_offset - 1)
        pruned, fold.pruned_ids = set(fold.pruned_ids), []
        self._ids = {key: row for key, row in self._ids.items() if ids_bucket(key) not in pruned}
        for bucket, position, packed in fold.seen.pack_new():
            self._ids[ids_key(bucket, position, fold.next_offset)] = at + packed
        yield (
            FACTS_KEY,
            facts_value(Facts(generation, fold.next_offset, fold.newest_ms, fold.service.state_version)),
        )
        yield from self._ids.items()
        for slot in fold.all_slots():
            if slot.state is not None:
                yield slot_key(slot), slot_value(slot, generation)

    @classmethod
    def restored(cls, service: Service[Any], rules: TimeRules, saved: SavedPart) -> "Part":
        """The partition as it was saved."""
        part = cls(service, rules, saved.range)
        known = set(restore(part.fold, iter(saved.rows)).ids)
        part._ids = {key: row for key, row in saved.rows if key in known}
        part.fold.counters = saved.counters
        part.incomplete = saved.incomplete
        return part


def _states(slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.state is not None]
