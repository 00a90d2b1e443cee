"""One partition that this worker owns: its fold, and what of it is not durable yet."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from citystream.deadletters import DeadLetter
from citystream.fold import PartitionFold, Slot
from citystream.producer import Row
from citystream.rows import (
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
from citystream.updates import Identity, identity

# 8 bytes an id: a row of packed ids stays under half a batch of the producer.
IDS_PER_ROW_BYTES = 8 * 32_768


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


class OwnedPartition:
    """State and bookkeeping of one partition, from its assignment to its revocation."""

    def __init__(
        self,
        number: int,
        fold: PartitionFold[Any],
        generation: int,
        held: Callable[[Identity], bool],
    ) -> None:
        """`held` tells whether a sink has yet to write a state."""
        self.number = number
        self._held = held
        self.fold = fold
        self.generation = generation
        self.committed = -1
        """Next offset that is durable and committed."""
        self.progressed_at = time.monotonic()
        self._dirty: dict[bytes, Slot] = {}
        self._tombstones: dict[bytes, bytes] = {}
        self._leaving: dict[bytes, Identity] = {}
        """Rows of expired states, which leave the table when the sinks have their last values."""
        self._ids: dict[bytes, bytes] = {}
        self._ids_keys: dict[int, list[bytes]] = {}

    def adopt_ids(self, restored: Restored) -> None:
        """Rows of packed ids that the table holds already."""
        for key in restored.ids:
            self._ids_keys.setdefault(ids_bucket(key), []).append(key)
        self.bury(restored.stale)

    def bury(self, keys: list[bytes]) -> None:
        """Have rows deleted by the next checkpoint."""
        gone = version(self.generation, self.fold.next_offset - 1)
        for key in keys:
            self._dirty.pop(key, None)
            self._tombstones[key] = gone

    def mark(self, slots: list[Slot]) -> None:
        """Have states written by the next checkpoint."""
        for slot in slots:
            key = slot_key(slot)
            self._dirty[key] = slot
            self._tombstones.pop(key, None)

    @property
    def unsaved(self) -> bool:
        """Whether a checkpoint has anything to do."""
        return bool(
            self.fold.next_offset != self.committed
            or self._dirty
            or self._tombstones
            or self._leaving
            or self._ids
            or self.fold.letters
        )

    def snapshot(self) -> Snapshot:
        """Everything unsaved, encoded now, so that folding may go on."""
        self._expire()
        fold, generation = self.fold, self.generation
        facts = Facts(generation, fold.next_offset, fold.newest_ms)
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

    def _expire(self) -> None:
        for slot in self.fold.expire():
            self._leaving[slot_key(slot)] = identity(slot, self.generation, self.number)
        free = [key for key, one in self._leaving.items() if not self._held(one)]
        for key in free:
            del self._leaving[key]
        self.bury(free)
        pruned, self.fold.pruned_ids = self.fold.pruned_ids, []
        for bucket in pruned:
            keys = self._ids_keys.pop(bucket, [])
            for key in keys:
                self._ids.pop(key, None)
            self.bury(keys)
