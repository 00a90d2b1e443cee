"""Checkpoints: nothing is forgotten before it is saved, and what has expired leaves."""

import random
from collections.abc import Iterable
from typing import Any

from citystream.fold.fold import PartitionFold, Slot
from citystream.fold.rows import IDS_PREFIX, restore
from citystream.state.partition import OwnedPartition, Snapshot
from services.traffic.aggregate import service as traffic
from tests.citystream.fold.test_fold import RULES
from tests.citystream.records import NOW_MS, FakeRecord, log, reading
from tests.harness.events import encode, fields
from tests.services.descriptions import SERVICES

GPS = SERVICES["gps"]

Rows = dict[bytes, bytes]


def owned(rows: Rows) -> OwnedPartition:
    """A partition as its next owner finds it."""
    fold: PartitionFold[Any] = PartitionFold(traffic(None), RULES, 0)
    restored = restore(fold, iter(rows.items()))
    part = OwnedPartition(0, fold, 0, ())
    part.adopt_ids(restored)
    return part


def save(part: OwnedPartition, rows: Rows) -> Snapshot:
    """Write a checkpoint."""
    part.mark(part.fold.take_touched())
    snapshot = part.snapshot()
    for row in (*snapshot.rows, snapshot.facts_row, *snapshot.deletions):
        if row.value is None:
            rows.pop(row.key, None)
        else:
            rows[row.key] = row.value
    return snapshot


def test_each_partition_has_its_turn_once_an_interval_and_they_do_not_come_together() -> None:
    parts = [
        OwnedPartition(number, PartitionFold(traffic(None), RULES, number), 0, ()) for number in range(12)
    ]
    for part in parts:
        assert part.take_turn(7.0)
    ticks = [sum(part.take_turn(7 + (tick + 1) / 10) for part in parts) for tick in range(10)]
    assert sum(ticks) == 12
    assert max(ticks) <= 2
    # A tick that comes late finds all who are due, each once.
    assert sum(part.take_turn(19.5) for part in parts) == 12


def test_a_failed_checkpoint_is_tried_again_with_all_it_had() -> None:
    part = owned({})
    part.fold.fold(log(reading(1), b"{"))
    first = save(part, {})
    part.take_back(first)
    part.fold.fold(log(reading(2, road="road-2"), start=2))
    second = save(part, {})
    assert {row.key for row in first.rows} < {row.key for row in second.rows}
    assert [letter.offset for letter in second.letters] == [1]
    assert second.facts.next_offset == 3


class Slow:
    """A sink that has not written what expires."""

    def __init__(self) -> None:
        self.waiting: list[Slot] = []

    def expire(self, slots: Iterable[Slot]) -> None:
        self.waiting += slots

    def holds(self, slot: Slot) -> bool:
        return slot in self.waiting


def test_an_expired_row_stays_until_the_sinks_have_it() -> None:
    sink = Slow()
    part = owned({})
    part._sinks = (sink,)
    rows: Rows = {}
    part.fold.fold(log(reading(1), reading(40)))
    save(part, rows)
    window = [key for key in rows if b"\x00road-1" in key]
    assert len(window) == 2
    assert [slot.key for slot in sink.waiting] == ["road-1"]
    sink.waiting.clear()
    assert part.unsaved
    save(part, rows)
    assert len([key for key in rows if b"\x00road-1" in key]) == 1
    assert len(window) == 2


def test_rows_of_expired_ids_leave() -> None:
    rows: Rows = {}
    part = owned(rows)
    for second in range(0, 200, 10):
        part.fold.fold(log(reading(second), start=part.fold.next_offset))
        save(part, rows)
    assert len([key for key in rows if key.startswith(b"\x00ids")]) < 6


def test_expired_ids_that_a_sleeper_wrote_again_leave_though_no_event_comes() -> None:
    rows: Rows = {}
    part = owned(rows)
    part.fold.fold(log(reading(0)))
    save(part, rows)
    old = {key: value for key, value in rows.items() if key.startswith(IDS_PREFIX)}
    part.fold.fold(log(reading(200), start=1))
    save(part, rows)
    save(owned(rows | old), rows := rows | old)
    left = [key for key in rows if key.startswith(IDS_PREFIX)]
    assert left
    assert not set(left) & set(old)


def test_a_thing_that_is_there_again_keeps_its_row_when_the_sinks_have_its_old_state() -> None:
    fold: PartitionFold[Any] = PartitionFold(GPS, RULES, 0)
    sink = Slow()
    part = OwnedPartition(0, fold, 0, (sink,))
    rows: Rows = {}
    day_s = 86_400
    for number, (second, vehicle) in enumerate(((0, "back"), (2 * day_s, "other"), (2 * day_s + 1, "back"))):
        event = {**fields("gps", random.Random(1), number, NOW_MS + second * 1000), "vehicle_id": vehicle}
        record = FakeRecord(fold.next_offset, encode(event), NOW_MS + second * 1000)
        fold.fold([record])
        save(part, rows)
    assert [slot.key for slot in sink.waiting if slot.start_s == 0] == ["back"]
    sink.waiting.clear()
    save(part, rows)
    restored: PartitionFold[Any] = PartitionFold(GPS, RULES, 0)
    restore(restored, iter(rows.items()))
    assert {slot.key for slot in restored.all_slots() if slot.start_s == 0} == {"back", "other"}
