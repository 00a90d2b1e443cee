"""The limit decides by the log: at the same record, however it is cut into chunks and whoever reads it."""

import random
from typing import Any

from citystream.fold.dead_letter_limit import DeadLetterLimit, Notice
from citystream.fold.fold import PartitionFold, TimeRules
from services.traffic.aggregate import service as traffic
from tests.citystream.records import FakeRecord, log, reading

RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000, window_s=10)
WINDOW = 40
GARBAGE = b"not an event"


class Partition:
    """A fold behind a limit."""

    def __init__(self, share: float = 0.5, notice: Notice | None = None, next_offset: int = 0) -> None:
        self.fold: PartitionFold[Any] = PartitionFold(traffic(None), RULES, 0)
        self.fold.next_offset = next_offset
        self.limit = DeadLetterLimit(share, WINDOW, 0)
        if notice:
            self.limit.adopt(notice, next_offset)

    def take(self, records: list[FakeRecord], size: int = 1000) -> None:
        for start in range(0, len(records), size):
            self.limit.fold(self.fold, records[start : start + size])

    @property
    def letters(self) -> int:
        return len(self.fold.letters)


def spoiled(start: int, end: int, good: int = 0, length: int = 400) -> list[FakeRecord]:
    """A log in which, from `start` to `end`, only one record in `good` can be read."""
    values = [
        GARBAGE if start <= number < end and not (good and number % good == 0) else reading(number / 10)
        for number in range(length)
    ]
    return log(*values)


def test_a_stream_that_turns_invalid_is_left_where_it_is() -> None:
    part = Partition()
    part.take(spoiled(100, 400, good=10))
    assert part.limit.paused
    assert part.fold.next_offset == part.limit.paused.offset < 100 + WINDOW
    assert part.letters <= WINDOW
    assert str(part.limit.paused).startswith(f"{part.limit.paused.refused} of the last {WINDOW} records")


def test_a_few_bad_records_do_not_pause() -> None:
    part = Partition()
    part.take(spoiled(100, 115))
    assert part.limit.armed
    assert (part.letters, part.fold.next_offset) == (15, 400)


def test_fewer_records_than_the_window_do_not_pause() -> None:
    part = Partition()
    part.take(spoiled(0, WINDOW, length=WINDOW))
    assert part.limit.armed


def test_a_share_of_one_never_pauses() -> None:
    part = Partition(share=1)
    part.take(spoiled(0, 400))
    assert (part.letters, part.limit.paused) == (400, None)


def test_it_pauses_at_the_same_record_however_the_log_is_cut() -> None:
    found = set()
    for size in (1, 3, 7, 10, 64, 1000):
        part = Partition()
        part.take(spoiled(123, 400, good=4), size)
        found.add(part.limit.paused)
    assert len(found) == 1


def test_a_paused_partition_folds_nothing_more() -> None:
    part = Partition()
    records = spoiled(100, 400)
    part.take(records)
    at, letters = part.fold.next_offset, part.letters
    part.limit.fold(part.fold, records[at:])
    assert (part.fold.next_offset, part.letters) == (at, letters)


def test_a_resumed_partition_goes_through_what_is_invalid_and_the_limit_holds_again_after() -> None:
    part = Partition()
    records = spoiled(100, 200) + log(*[GARBAGE] * 100, start=400)
    part.take(records)
    assert part.limit.paused
    part.limit.resume()
    part.take([record for record in records if 200 > record.offset >= part.fold.next_offset])
    assert part.limit.lifted
    part.take([record for record in records if 200 <= record.offset < 400])
    assert part.limit.armed
    assert part.fold.next_offset == 400
    part.take(records[400:])
    assert part.limit.paused


def test_the_next_owner_stops_where_the_one_before_did() -> None:
    records = spoiled(100, 400)
    first = Partition()
    first.take(records)
    notice = first.limit.paused
    assert notice
    for next_offset in (0, notice.offset - 3, notice.offset):
        second = Partition(notice=notice, next_offset=next_offset)
        second.take(records, size=7)
        assert second.limit.paused == notice
        assert second.fold.next_offset == notice.offset
    past = Partition(notice=notice, next_offset=notice.offset + 1)
    assert past.limit.armed


def test_the_next_owner_of_a_resumed_partition_goes_on() -> None:
    records = spoiled(100, 400)
    first = Partition()
    first.take(records)
    notice = first.limit.paused
    assert notice
    answer = Notice(**{**_fields(notice), "state": "resumed"})
    second = Partition(notice=answer, next_offset=notice.offset)
    second.take(records)
    assert (second.limit.lifted, second.fold.next_offset) == (True, 400)


def test_a_notice_of_another_log_means_nothing() -> None:
    notice = Notice(state="paused", generation=1, offset=5, refused=40, records=40, reason="$: x")
    part = Partition(notice=notice, next_offset=5)
    assert part.limit.armed


def test_gaps_in_the_log_move_no_count() -> None:
    rng = random.Random(3)
    records = [record for record in spoiled(100, 400) if rng.random() < 0.7]
    part = Partition()
    part.take(records, size=9)
    assert part.limit.paused
    assert part.letters == sum(
        record.value == GARBAGE for record in records if record.offset < part.fold.next_offset
    )


def _fields(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in notice.__struct_fields__}
