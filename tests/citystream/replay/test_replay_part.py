"""One partition of a replay: bounded in memory, and the same however often it was interrupted."""

from collections.abc import Iterator

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from citystream.fold.fold import Slot, TimeRules
from citystream.fold.updates import Update, updates
from citystream.replay.pace import Pace, due_count
from citystream.replay.part import Part, SavedPart
from citystream.replay.ranges import PartitionRange
from tests.citystream.live_run import START_MS, STEP_MS, stream
from tests.citystream.records import FakeRecord
from tests.services.descriptions import SERVICES

RULES = TimeRules(10_000, 20_000, 30_000, window_s=60)
SERVICE = SERVICES["traffic"]
MANY = 20_000


def records(length: int) -> list[FakeRecord]:
    return [
        FakeRecord(offset, value, at, key)
        for offset, (at, key, value) in enumerate(stream("traffic", 1, length))
    ]


def whole(log: list[FakeRecord], *, to_end: bool = True) -> PartitionRange:
    return PartitionRange(
        partition=0,
        read_from=0,
        before_ms=0,
        start=0,
        start_ms=START_MS,
        end=len(log),
        to_end=to_end,
        generation=0,
    )


def chunks(log: list[FakeRecord], size: int = 500) -> Iterator[list[FakeRecord]]:
    return (log[at : at + size] for at in range(0, len(log), size))


def made(part: Part, slots: list[Slot]) -> list[Update]:
    return updates((slot, part.origin) for slot in slots)


def final(written: list[Update]) -> dict[object, tuple[int, bytes]]:
    """What a sink keeps."""
    kept: dict[object, tuple[int, bytes]] = {}
    for one in written:
        if one.identity not in kept or kept[one.identity][0] <= one.offset:
            kept[one.identity] = one.offset, one.payload
    return kept


def test_closed_windows_are_dropped_as_the_fold_goes() -> None:
    log = records(MANY)
    part, published, most, ids, saved = Part(SERVICE, RULES, whole(log)), 0, 0, 0, 0
    for chunk in chunks(log):
        published += len(part.take(chunk))
        part.forget_growing()
        most = max(most, sum(1 for _ in part.fold.all_slots()))
        ids = max(ids, len(part.fold.seen))
        saved = max(saved, len(msgspec.msgpack.encode(part.save())))
        assert not part.fold.letters
        assert part.fold.touched == 0
    windows = MANY * STEP_MS // 60_000
    assert published > 15 * windows
    # Of 500 windows of 20 roads few are ever held, and ids for as long as a duplicate could count.
    assert most < 20 * 8
    assert ids < 300_000 / STEP_MS
    assert saved < 100_000


@given(cuts=st.sets(st.integers(1, 399), max_size=6))
def test_an_interruption_anywhere_changes_nothing(cuts: set[int]) -> None:
    log = records(400)
    straight = Part(SERVICE, RULES, whole(log))
    expected = made(straight, straight.take(log) + straight.rest())
    part, written = Part(SERVICE, RULES, whole(log)), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(log)], strict=True):
        written += made(part, part.take(log[start:end]))
        saved = msgspec.msgpack.decode(msgspec.msgpack.encode(part.save()), type=SavedPart)
        part = Part.restored(SERVICE, RULES, saved)
    written += made(part, part.rest())
    assert final(written) == final(expected)
    assert part.fold.counters == straight.fold.counters


@given(split=st.integers(1, 399))
def test_a_window_shown_while_it_grows_is_whole_in_the_end(split: int) -> None:
    log = records(400)
    part = Part(SERVICE, RULES, whole(log, to_end=False))
    part.expect(log[-1])
    shown: list[Update] = []
    for chunk in (log[:split], log[split:]):
        closed = part.take(chunk)
        shown += made(part, part.growing() + closed)
    straight = Part(SERVICE, RULES, whole(log, to_end=False))
    assert final(shown) == final(made(straight, straight.take(log)))
    assert part.rest() == []


def test_records_are_due_as_they_arrived() -> None:
    now = [100.0]
    pace = Pace(10, clock=lambda: now[0])
    log = records(100)
    assert pace.left_s(log[-1].timestamp) is None
    pace.begin(START_MS)
    assert due_count(log, pace.due_ms()) == sum(one.timestamp == START_MS for one in log)
    now[0] += 3
    due = due_count(log, pace.due_ms())
    assert log[due - 1].timestamp <= START_MS + 30_000 < log[due].timestamp
    assert pace.wait_s([START_MS + 40_000, START_MS + 35_000]) == 0.5
    assert pace.left_s(START_MS + 60_000) == 3
    now[0] += 1_000
    assert due_count(log, pace.due_ms()) == len(log)
    assert Pace(None).due_ms() == float("inf")
