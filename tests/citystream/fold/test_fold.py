"""What counts, what is late, twice or refused: by the log alone."""

import itertools
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts.traffic import TrafficWindow
from citystream.fold.fold import PartitionFold, Slot, TimeRules
from services.traffic.aggregate import service as traffic
from tests.citystream.records import NOW_MS, FakeRecord, log, reading
from tests.harness import events, recount

RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000, window_s=10)
START_S = NOW_MS // 1000


def fold_of(*chunks: list[FakeRecord], rules: TimeRules = RULES) -> PartitionFold[Any]:
    fold: PartitionFold[Any] = PartitionFold(traffic(None), rules, 0)
    for chunk in chunks:
        fold.fold(chunk)
    return fold


def windows(fold: PartitionFold[Any]) -> dict[tuple[str, int], TrafficWindow]:
    return {(slot.key, slot.start_s - START_S): slot.state for slot in fold.all_slots()}


def test_readings_count_in_the_window_of_their_event_time() -> None:
    found = windows(fold_of(log(reading(0.0, 40), reading(9.999, 60), reading(10.0, 80))))
    assert {key: state.readings for key, state in found.items()} == {("road-1", 0): 2, ("road-1", 10): 1}
    assert found["road-1", 0].mean_speed_kmh == 50
    assert (found["road-1", 0].speed_min, found["road-1", 0].speed_max) == (40, 60)


def test_a_late_event_updates_its_closed_window() -> None:
    fold = fold_of(log(reading(1, 40), reading(20, 80)))
    fold.take_touched()
    fold.fold(log(reading(2, 60), start=2))
    assert [(slot.key, slot.start_s - START_S) for slot in fold.take_touched()] == [("road-1", 0)]
    assert windows(fold)["road-1", 0].readings == 2
    assert fold.counters.late == 0


def test_an_event_beyond_the_allowed_lateness_is_counted_and_dropped() -> None:
    fold = fold_of(log(reading(1), reading(25), reading(2)))
    assert fold.counters.late == 1
    assert windows(fold)["road-1", 0].readings == 1


def test_lateness_ends_exactly_at_its_bound() -> None:
    # The window 0-10 s closes for good at a watermark of 20 s: 25 s less 5 s of disorder.
    assert fold_of(log(reading(1), reading(24.999), reading(2))).counters.late == 0
    assert fold_of(log(reading(1), reading(25.0), reading(2))).counters.late == 1


def test_a_duplicate_is_dropped() -> None:
    fold = fold_of(log(reading(1), reading(3), reading(1)))
    assert fold.counters.duplicates == 1
    assert windows(fold)["road-1", 0].readings == 2


def test_duplicates_count_where_they_are_not_looked_for() -> None:
    rules = TimeRules(5_000, 10_000, 60_000, 10, deduplicate=False)
    assert windows(fold_of(log(reading(1), reading(1)), rules=rules))["road-1", 0].readings == 2


def test_the_future_is_judged_by_the_kafka_timestamp() -> None:
    ahead = reading(0)
    ahead["timestamp"] = NOW_MS + 60_001
    record = FakeRecord(0, events.encode(ahead), timestamp=NOW_MS)
    fold = fold_of([record, FakeRecord(1, events.encode(ahead), timestamp=NOW_MS + 1)])
    (letter,) = fold.letters
    assert (letter.offset, letter.field) == (0, "timestamp")
    assert fold.counters.folded == 1


def test_a_refused_record_keeps_its_bytes_and_its_reason() -> None:
    fast = reading(0, 1e308)
    (letter,) = fold_of(log(reading(0), fast, reading(1))).letters
    assert (letter.offset, letter.field, letter.value) == (1, "speed_kmh", events.encode(fast))
    assert "400" in letter.reason


def test_records_folded_already_are_passed_over() -> None:
    records = log(reading(1), b"{", reading(3))
    once, again = fold_of(records), fold_of(records, records[1:])
    assert windows(again) == windows(once)
    assert again.next_offset == 3
    assert again.counters == once.counters
    assert len(again.letters) == 1


def test_a_state_ahead_of_the_facts_is_not_folded_twice() -> None:
    records = log(reading(1), reading(2))
    done = fold_of(records)
    again: PartitionFold[Any] = PartitionFold(traffic(None), RULES, 0)
    for slot in done.all_slots():
        # The table kept states the facts do not speak of yet.
        adopted = Slot(again.service.windows[0], slot.key, slot.start_s, slot.state)
        adopted.offset, adopted.time_ms = slot.offset, slot.time_ms
        again.adopt(adopted)
    again.fold(records)
    assert windows(again)["road-1", 0].readings == 2
    assert again.take_touched()


def test_expired_windows_leave() -> None:
    fold = fold_of(log(reading(1), reading(25)))
    assert [slot.start_s - START_S for slot in fold.expire()] == [0]
    assert list(windows(fold)) == [("road-1", 20)]


def test_an_idle_partition_keeps_its_windows() -> None:
    fold = fold_of(log(reading(1)))
    assert not fold.expire()
    assert windows(fold)


def a_stream(seed: int, length: int) -> list[FakeRecord]:
    rng = random.Random(seed)
    values: list[Any] = []
    for number in range(length):
        second = number * rng.choice([0.1, 0.1, 0.5, 2.0]) - rng.random() * rng.choice([2, 2, 30])
        values.append(
            reading(round(second, 3), round(rng.uniform(0, 120), 1), f"road-{rng.randrange(4)}", f"{number}")
        )
        if rng.random() < 0.1:
            values.append(rng.choice(values))
        if rng.random() < 0.05:
            values.append(b"{")
    return log(*values)


@given(seed=st.integers(0, 2**32), length=st.integers(1, 200), data=st.data())
def test_any_cut_into_chunks_gives_what_a_plain_recount_gives(
    seed: int, length: int, data: st.DataObject
) -> None:
    records = a_stream(seed, length)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(records)), max_size=6)))
    bounds = [0, *cuts, len(records)]
    fold: PartitionFold[Any] = PartitionFold(traffic(None), RULES, 0)
    kept: dict[tuple[str, int], TrafficWindow] = {}
    for start, end in itertools.pairwise(bounds):
        fold.fold(records[start:end])
        kept |= {(slot.key, slot.start_s): slot.state for slot in fold.all_slots()}
        fold.expire()
    (view,) = fold.service.windows
    assert kept == recount.windows(fold.service, view, {0: records}, RULES)
    refused = recount.refused(fold.service, {0: records}, RULES)
    assert {(0, letter.offset) for letter in fold.letters} == refused
