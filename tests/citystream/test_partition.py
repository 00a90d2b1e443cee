"""Checkpoints: wherever a crash falls, the states are exact, and nothing is forgotten before it is saved."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts.views import TrafficWindow
from citystream.fold import PartitionFold
from citystream.partition import OwnedPartition, Snapshot
from citystream.rows import restore
from services.traffic.aggregate import service as traffic
from tests.citystream.records import FakeRecord, log, reading
from tests.citystream.test_fold import RULES, a_stream
from tests.harness import recount

Rows = dict[bytes, bytes]


def owned(rows: Rows) -> OwnedPartition:
    """A partition as its next owner finds it."""
    fold: PartitionFold[Any] = PartitionFold(traffic(None), RULES, 0)
    restored = restore(fold, iter(rows.items()))
    part = OwnedPartition(0, fold, 0, lambda _: False)
    part.adopt_ids(restored)
    return part


def save(part: OwnedPartition, rows: Rows, limit: int | None = None) -> Snapshot:
    """Write a checkpoint, or only its first rows: a crash came before the rest."""
    part.mark(part.fold.take_touched())
    snapshot = part.snapshot()
    written = [*snapshot.rows, snapshot.facts_row, *snapshot.deletions]
    for row in written[:limit]:
        if row.value is None:
            rows.pop(row.key, None)
        else:
            rows[row.key] = row.value
    return snapshot


class Sink:
    """Keeps what every sink keeps: of two versions of a state the one of the higher offset."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], tuple[int, bytes]] = {}

    def publish(self, part: OwnedPartition) -> None:
        for slot in part.fold.all_slots():
            new = slot.offset, msgspec.msgpack.encode(slot.state)
            old = self.kept.get((slot.key, slot.start_s), (-1, b""))
            assert old[0] != new[0] or old == new
            self.kept[slot.key, slot.start_s] = max(old, new)

    def windows(self) -> dict[tuple[str, int], TrafficWindow]:
        decode = msgspec.msgpack.Decoder(TrafficWindow).decode
        return {window: decode(state) for window, (_, state) in self.kept.items()}


@given(seed=st.integers(0, 2**32), length=st.integers(1, 150), data=st.data())
def test_crashes_at_any_point_leave_the_windows_exact(seed: int, length: int, data: st.DataObject) -> None:
    records: list[FakeRecord] = a_stream(seed, length)
    rows: Rows = {}
    part = owned(rows)
    sink = Sink()
    refused: set[tuple[int, int]] = set()
    while part.fold.next_offset < len(records):
        at = part.fold.next_offset
        part.fold.fold(records[at : at + data.draw(st.integers(1, 40))])
        sink.publish(part)
        refused |= {(0, letter.offset) for letter in part.fold.letters}
        match data.draw(st.sampled_from(["go on", "save", "crash", "crash in a checkpoint"])):
            case "save":
                save(part, rows)
            case "crash":
                part = owned(rows)
            case "crash in a checkpoint":
                save(part, rows, limit=data.draw(st.integers(0, 8)))
                part = owned(rows)
    sink.publish(part)
    (view,) = part.fold.service.windows
    assert sink.windows() == recount.windows(part.fold.service, view, {0: records}, RULES)
    assert refused == recount.refused(part.fold.service, {0: records}, RULES)


def test_a_failed_checkpoint_is_tried_again_with_all_it_had() -> None:
    part = owned({})
    part.fold.fold(log(reading(1), b"{"))
    first = save(part, {}, limit=0)
    part.take_back(first)
    part.fold.fold(log(reading(2, road="road-2"), start=2))
    second = save(part, {})
    assert {row.key for row in first.rows} < {row.key for row in second.rows}
    assert [letter.offset for letter in second.letters] == [1]
    assert second.facts.next_offset == 3


def test_an_expired_row_stays_until_the_sinks_have_it() -> None:
    held = True
    part = owned({})
    part._held = lambda _: held
    rows: Rows = {}
    part.fold.fold(log(reading(1), reading(40)))
    save(part, rows)
    window = [key for key in rows if b"\x00road-1" in key]
    assert len(window) == 2
    held = False
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
