"""One partition that this worker owns: its fold, and what of it is not durable yet."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from citystream.fold.dead_letters import DeadLetter
from citystream.fold.fold import PartitionFold, Slot
from citystream.fold.rows import (
    FACTS_KEY,
    Facts,
    Restored,
    facts_value,
    ids_bucket,
    ids_key,
    slot_key,
    slot_value,
    version,
)
from citystream.fold.updates import origin
from citystream.state.producer import Row

# 8 bytes an id: a row of packed ids stays under half a batch of the producer.
IDS_PER_ROW_BYTES = 8 * 32_768
# Its multiples spread evenly over a unit interval, however many there are.
GOLDEN_RATIO = 0.618034


@dataclass(slots=True)
class Snapshot:
    """What one checkpoint makes durable, as of `facts.next_offset`, in the order of its fields.

    Facts come after the states and ids that they speak of. Deletions come after the facts: without the
    watermark that allows them, a record that comes again would find its window empty.
    """

    facts: Facts
    rows: list[Row]
    facts_row: Row
    deletions: list[Row]
    letters: list[DeadLetter]
    slots: dict[bytes, Slot]
    tombstones: dict[bytes, bytes]
    ids: dict[bytes, bytes]


class Holder(Protocol):
    """What may still have to write a state."""

    def expire(self, slots: Iterable[Slot]) -> None:
        """Be told that the fold has let states go."""
        ...

    def holds(self, slot: Slot) -> bool:
        """Whether a state is not written yet."""
        ...


class OwnedPartition:
    """State and bookkeeping of one partition, from its assignment to its revocation."""

    def __init__(
        self,
        number: int,
        fold: PartitionFold[Any],
        generation: int,
        sinks: Sequence[Holder],
    ) -> None:
        self.number = number
        self._sinks = sinks
        self.fold = fold
        self.generation = generation
        self.origin = origin(fold, generation)
        self.committed = -1
        """Next offset that this owner saved and committed; its first checkpoint writes the facts in any case,
        as a sleeper may have written older ones last."""
        self.progressed_at = time.monotonic()
        self._turn = -1
        """Its last checkpoint that was due."""
        self._marked: dict[Slot, None] = {}
        """To be saved; their keys are made once a checkpoint, not once a publish."""
        self._dirty: dict[bytes, Slot] = {}
        self._tombstones: dict[bytes, bytes] = {}
        self._leaving: dict[bytes, Slot] = {}
        """Rows of expired states, which leave the table when the sinks have their last values."""
        self._ids: dict[bytes, bytes] = {}
        self._ids_keys: dict[int, list[bytes]] = {}

    def take_turn(self, now: float) -> bool:
        """Whether its next checkpoint is due: partitions take turns. `now` counts checkpoint intervals."""
        before, self._turn = self._turn, int(now + self.number * GOLDEN_RATIO)
        return self._turn != before

    def adopt_ids(self, restored: Restored) -> None:
        """Rows of packed ids that the table holds already."""
        for key in restored.ids:
            self._ids_keys.setdefault(ids_bucket(key), []).append(key)
        self.bury(restored.stale)

    def bury(self, keys: list[bytes]) -> None:
        """Have rows deleted by the next checkpoint."""
        self._key_marked()
        gone = version(self.generation, self.fold.next_offset - 1)
        for key in keys:
            self._dirty.pop(key, None)
            self._tombstones[key] = gone

    def mark(self, slots: list[Slot]) -> None:
        """Have states written by the next checkpoint."""
        self._marked.update(dict.fromkeys(slots))

    def _key_marked(self) -> None:
        marked, self._marked = self._marked, {}
        for slot in marked:
            key = slot_key(slot)
            self._dirty[key] = slot
            self._tombstones.pop(key, None)
            # A thing that expired and is there again.
            self._leaving.pop(key, None)

    def let_go(self) -> None:
        """Hand what has expired over to the sinks; whatever of it changed must have been offered to them."""
        self._key_marked()
        expired = self.fold.expire()
        for sink in self._sinks:
            sink.expire(expired)
        self._leaving.update((slot_key(slot), slot) for slot in expired)

    @property
    def unsaved(self) -> bool:
        """Whether a checkpoint has anything to do."""
        return bool(
            self.fold.next_offset != self.committed
            or self._marked
            or self._dirty
            or self._tombstones
            or self._leaving
            or self._ids
            or self.fold.letters
        )

    def snapshot(self) -> Snapshot:
        """Everything unsaved, encoded now, so that folding may go on."""
        self.let_go()
        self._free()
        fold, generation = self.fold, self.generation
        facts = Facts(generation, fold.next_offset, fold.newest_ms, fold.service.state_version)
        at = version(generation, fold.next_offset - 1)
        for bucket, position, packed in fold.seen.pack_new():
            for start in range(0, len(packed), IDS_PER_ROW_BYTES):
                key = ids_key(bucket, position + start // 8, fold.next_offset)
                self._ids[key] = packed[start : start + IDS_PER_ROW_BYTES]
                self._tombstones.pop(key, None)
                self._ids_keys.setdefault(bucket, []).append(key)
        slots, self._dirty = self._dirty, {}
        tombstones, self._tombstones = self._tombstones, {}
        ids, self._ids = self._ids, {}
        letters, fold.letters = fold.letters, []
        rows = [Row(key, slot_value(slot, generation), b"") for key, slot in slots.items()]
        rows += [Row(key, at + packed, at) for key, packed in ids.items()]
        deletions = [Row(key, None, gone) for key, gone in tombstones.items()]
        facts_row = Row(FACTS_KEY, facts_value(facts), at)
        return Snapshot(facts, rows, facts_row, deletions, letters, slots, tombstones, ids)

    def take_back(self, snapshot: Snapshot) -> None:
        """The checkpoint failed: nothing is forgotten before it succeeded."""
        self._dirty = snapshot.slots | self._dirty
        self._tombstones = {
            key: gone for key, gone in snapshot.tombstones.items() if key not in self._dirty
        } | self._tombstones
        self._ids = snapshot.ids | self._ids
        self.fold.letters = snapshot.letters + self.fold.letters

    def _free(self) -> None:
        """Have the rows deleted of expired states that the sinks have, and of forgotten ids."""
        free = [
            key for key, slot in self._leaving.items() if not any(sink.holds(slot) for sink in self._sinks)
        ]
        for key in free:
            del self._leaving[key]
        self.bury(free)
        pruned, self.fold.pruned_ids = self.fold.pruned_ids, []
        for bucket in pruned:
            keys = self._ids_keys.pop(bucket, [])
            for key in keys:
                self._ids.pop(key, None)
            self.bury(keys)
