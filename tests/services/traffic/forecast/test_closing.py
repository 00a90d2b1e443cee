"""When five minutes of the city are over, by the changelogs of all partitions."""

import msgspec
import pytest

from citystream.contracts.state import MICRO
from citystream.contracts.traffic import TrafficWindow
from citystream.fold.fold import Slot
from citystream.fold.rows import FACTS_KEY, Facts, facts_value, slot_key, slot_value
from services.traffic.aggregate import service
from services.traffic.forecast.closing import (
    GAP_MS,
    GAP_STEPS,
    SILENT_MS,
    STEP_MS,
    CityWindows,
    PartitionWindows,
)
from tests.citystream.records import FakeRecord

VIEW = service(None).windows[0]
DISORDER_MS = 10_000
START_MS = 1_790_000_100_000 - 1_790_000_100_000 % STEP_MS
"""Of a window, as all below are told by their number from there."""

Told = list[tuple[int, dict[str, float]]]


class Log:
    """Changelogs of several partitions, read in the order that they are written in."""

    def __init__(self) -> None:
        self.windows = CityWindows(VIEW, DISORDER_MS)
        self.now_ms = 0
        self.offsets = dict.fromkeys(range(9), 0)

    def window(
        self,
        partition: int,
        number: int,
        speed: float,
        road: str = "r",
        *,
        counted: bool = True,
        offset: int | None = None,
    ) -> Told:
        """A road's window, of one reading."""
        state = TrafficWindow(1, int(counted), round(speed * MICRO), without_count=int(not counted))
        slot = Slot(VIEW, road, (START_MS + number * STEP_MS) // 1000, state)
        slot.offset = self._next(partition) if offset is None else offset
        return self._take(partition, slot_key(slot), slot_value(slot, 0))

    def until(self, partition: int, number: float) -> Told:
        """The partition says that its watermark is there."""
        newest_ms = round(START_MS + number * STEP_MS) + DISORDER_MS
        return self._take(partition, FACTS_KEY, facts_value(Facts(0, self._next(partition), newest_ms)))

    def _next(self, partition: int) -> int:
        self.offsets[partition] += 1
        return self.offsets[partition]

    def _take(self, partition: int, key: bytes, value: bytes) -> Told:
        record = FakeRecord(0, value, self.now_ms, key)
        self.windows.take(partition, self.now_ms, record)
        return [
            ((end_ms - START_MS) // STEP_MS, dict(speeds))
            for end_ms, speeds in self.windows.over(self.now_ms)
        ]


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_window_is_over_when_the_last_partition_has_passed_its_end(log: Log) -> None:
    assert not log.window(0, 0, 40)
    assert not log.window(1, 0, 60, "s")
    assert not log.until(0, 1)
    assert not log.until(1, 0.99)
    assert log.until(1, 1) == [(1, {"r": 40, "s": 60})]


def test_a_roads_readings_in_several_partitions_are_one_mean(log: Log) -> None:
    log.window(0, 0, 40)
    log.window(1, 0, 60)
    log.until(0, 1)
    assert log.until(1, 1) == [(1, {"r": 50})]


def test_only_the_newest_state_of_a_window_counts_whoever_wrote_last(log: Log) -> None:
    log.window(0, 0, 50, offset=7)
    log.window(0, 0, 40, offset=3)
    assert log.until(0, 1) == [(1, {"r": 50})]


def test_what_comes_after_its_window_was_over_is_not_in_it(log: Log) -> None:
    log.window(0, 0, 50)
    log.until(0, 1)
    log.window(0, 0, 90)
    log.window(0, 1, 60)
    assert log.until(0, 2) == [(2, {"r": 60})]


def test_a_partition_ahead_is_as_it_was_when_it_passed(log: Log) -> None:
    log.window(0, 0, 50)
    log.window(1, 0, 50, "s")
    log.until(0, 1)
    # Late there, while partition 1 is still waited for.
    log.window(0, 0, 90)
    log.window(0, 1, 70)
    assert log.until(1, 1) == [(1, {"r": 50, "s": 50})]


def test_a_partition_that_is_silent_for_two_windows_holds_nothing_up(log: Log) -> None:
    log.window(0, 0, 40)
    log.window(1, 0, 60, "s")
    log.now_ms = SILENT_MS
    assert not log.until(0, 2)
    log.now_ms += 1
    assert log.until(0, 2.1) == [(1, {"r": 40}), (2, {})]


def test_a_partition_that_comes_back_is_waited_for_again_and_what_it_missed_is_gone(log: Log) -> None:
    log.window(0, 0, 40)
    log.window(1, 0, 60, "s")
    log.now_ms = SILENT_MS + 1
    log.until(0, 1)
    assert not log.until(1, 1)
    assert not log.until(0, 2)
    assert log.until(1, 2) == [(2, {})]


def test_windows_without_readings_are_told_too(log: Log) -> None:
    log.window(0, 0, 40)
    log.until(0, 1)
    log.window(0, 4, 50)
    assert log.until(0, 5) == [(2, {}), (3, {}), (4, {}), (5, {"r": 50})]


def test_a_long_time_without_any_is_left_out_but_for_its_beginning(log: Log) -> None:
    log.window(0, 0, 40)
    log.until(0, 1)
    far = GAP_MS // STEP_MS + 50
    log.window(0, far, 50)
    told = log.until(0, far + 1)
    assert told == [*((number, {}) for number in range(2, GAP_STEPS + 2)), (far + 1, {"r": 50})]


def test_zero_is_missing_where_nobody_counts_and_a_jam_where_vehicles_stand(log: Log) -> None:
    log.window(0, 0, 0, "uncounted", counted=False)
    log.window(0, 0, 0, "jammed")
    assert log.until(0, 1) == [(1, {"jammed": 0})]


def test_shorter_windows_of_the_service_make_up_five_minutes(log: Log) -> None:
    for minute, speed in enumerate((10, 20, 30, 40, 50)):
        state = TrafficWindow(1, 1, speed * MICRO)
        slot = Slot(VIEW, "r", START_MS // 1000 + 60 * minute, state)
        slot.offset = minute
        log._take(0, slot_key(slot), slot_value(slot, 0))
    assert log.until(0, 1) == [(1, {"r": 30})]


def test_a_partition_is_kept_and_taken_back_as_it_was(log: Log) -> None:
    log.window(0, 0, 50)
    log.window(0, 1, 60)
    log.until(0, 1.5)
    for part in log.windows.parts.values():
        kept = msgspec.msgpack.encode(part)
        assert msgspec.msgpack.decode(kept, type=PartitionWindows) == part
