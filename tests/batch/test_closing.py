"""When a day is complete: the objects' offsets chain past its end."""

import pytest

from batch.closing import SILENT_MS, Closing, Run, overlap, why_gaps, why_open

START_MS, END_MS = 1_000_000_000, 1_086_400_000
SETTLED_MS = END_MS + 70_000
NEXT_DAY = Closing(START_MS, SETTLED_MS, END_MS, END_MS + 3 * 3_600_000)
LATER = NEXT_DAY._replace(now_ms=END_MS + SILENT_MS)


def run(first: int, last: int, first_ms: int, last_ms: int, follows: int | None = None, of: int = 0) -> Run:
    return Run(of, first, last, first_ms, last_ms, follows)


def chain(of: int = 0, upto_ms: int = SETTLED_MS, steps: int = 4) -> list[Run]:
    """Objects of a partition from the log's beginning on."""
    length_ms = (upto_ms - START_MS) // steps
    return [
        run(10 * n, 10 * n + 9, START_MS + n * length_ms, START_MS + (n + 1) * length_ms, of=of)
        for n in range(steps)
    ]


def test_a_chain_past_its_end_closes_a_day() -> None:
    assert why_open([*chain(), *chain(of=1)], NEXT_DAY) == []


def test_a_day_is_open_until_what_may_be_late_has_come() -> None:
    (reason,) = why_open(chain(), NEXT_DAY._replace(now_ms=SETTLED_MS - 1))
    assert "not over" in reason


def test_a_missing_object_is_named() -> None:
    runs = chain()
    del runs[1]
    assert why_open(runs, NEXT_DAY) == ["partition 0: offsets 10 to 19 are not in the archive"]


def test_what_transactions_took_is_no_gap() -> None:
    runs = chain()
    runs[1] = runs[1]._replace(first=15, follows=10)
    assert why_open(runs, NEXT_DAY) == []


def test_what_retention_took_is_a_gap() -> None:
    runs = chain()
    runs[1] = runs[1]._replace(first=15, follows=15)
    assert why_open(runs, NEXT_DAY) == ["partition 0: offsets 10 to 14 are not in the archive"]


def test_a_gap_after_the_day_or_before_it_is_of_no_interest() -> None:
    after = run(90, 99, SETTLED_MS + 500, SETTLED_MS + 600)
    before = run(0, 3, START_MS - 3_600_000, START_MS - 3_500_000)
    moved = [one._replace(first=one.first + 20, last=one.last + 20) for one in chain()]
    inside = [before, moved[0]._replace(first_ms=START_MS - 10_000), *moved[1:], after]
    assert why_open(inside, NEXT_DAY) == []


def test_an_archive_that_begins_in_the_middle_of_a_day_says_so() -> None:
    late = [one for one in chain() if one.first >= 20]
    (reason,) = why_open(late, NEXT_DAY)
    assert reason.startswith("partition 0: the archive has nothing before offset 20 of ")
    assert why_open([one._replace(first=one.first - 20, last=one.last - 20) for one in late], NEXT_DAY) == []


def test_a_partition_behind_the_others_is_waited_for_and_after_six_hours_is_idle() -> None:
    behind = chain(of=1, upto_ms=START_MS + 1_000)
    (reason,) = why_open([*chain(), *behind], NEXT_DAY)
    assert reason.startswith("partition 1: nothing is archived after offset 39 of ")
    assert why_open([*chain(), *behind], LATER) == []


def test_silence_everywhere_closes_nothing() -> None:
    reasons = why_open([*chain(upto_ms=END_MS), *chain(of=1, upto_ms=END_MS)], LATER)
    assert [reason.split(":")[0] for reason in reasons] == ["partition 0", "partition 1"]
    assert why_open([], LATER) == ["nothing is archived from its day on"]


def test_a_topic_made_anew_closes_by_its_newest_log() -> None:
    old = chain(upto_ms=START_MS + 40_000_000)
    new = [
        run(0, 9, START_MS + 50_000_000, START_MS + 60_000_000),
        run(10, 30, START_MS + 60_000_000, SETTLED_MS),
    ]
    assert why_open([*old, *new], NEXT_DAY) == []
    assert why_open([*old, *new[:1]], NEXT_DAY) != []
    # The older one's own gaps count too.
    assert why_open([*old[:1], *old[2:], *new], NEXT_DAY) == [
        "partition 0: offsets 10 to 19 are not in the archive"
    ]


def test_of_what_arrived_in_a_span_only_gaps_count() -> None:
    runs = [one._replace(first=one.first + 500, last=one.last + 500) for one in chain(upto_ms=START_MS + 100)]
    assert why_gaps(runs) == []
    assert why_gaps([runs[0], *runs[2:]]) == ["partition 0: offsets 510 to 519 are not in the archive"]


@pytest.mark.parametrize(
    "twice", [run(10, 19, START_MS + 1, START_MS + 2), run(5, 14, START_MS + 1, START_MS + 2)]
)
def test_records_in_two_objects_are_seen(twice: Run) -> None:
    once = [run(0, 9, START_MS, START_MS + 1), run(10, 19, START_MS + 1, START_MS + 2)]
    assert not overlap(once)
    assert overlap([*once, twice])


def test_the_same_offsets_of_a_topic_made_anew_are_other_records() -> None:
    assert not overlap([run(0, 9, START_MS, START_MS + 1), run(0, 9, START_MS + 5, START_MS + 6)])
