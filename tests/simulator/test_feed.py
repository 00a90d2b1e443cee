from simulator.feed import CHUNK, Pace, chunks
from simulator.record import Record

RECORD = Record("traffic", b"key", b"value")


def sizes(paced: bool) -> list[tuple[int, int]]:
    records = iter([(1, RECORD), (1, RECORD), *[(2, RECORD)] * (CHUNK + 1)])
    return [(time_ms, len(chunk)) for time_ms, chunk in chunks(records, paced=paced)]


def test_paced_chunks_are_of_one_moment_and_bounded() -> None:
    assert sizes(paced=True) == [(1, 2), (2, CHUNK), (2, 1)]


def test_without_a_pace_chunks_are_as_large_as_they_may_be() -> None:
    assert sizes(paced=False) == [(1, CHUNK), (2, 3)]
    assert list(chunks(iter([]), paced=False)) == []


def test_sixty_times_as_fast_sends_a_five_minute_step_every_five_seconds() -> None:
    pace = Pace(60, 300)
    assert pace.seconds_until(0, 100.0) == 0
    assert pace.seconds_until(300_000, 100.5) == 4.5
    # A second late: it is sent at once, and the next one keeps to the plan.
    assert pace.seconds_until(600_000, 111.0) == 0
    assert pace.seconds_until(900_000, 111.0) == 4.0


def test_a_gap_of_months_is_waited_for_as_one_step() -> None:
    pace = Pace(3_600, 3_600)
    pace.seconds_until(0, 0.0)
    assert pace.seconds_until(300 * 86_400_000, 0.0) == 1.0


def test_as_fast_as_possible_never_waits() -> None:
    pace = Pace(float("inf"), 300)
    assert [pace.seconds_until(time_ms, 0.0) for time_ms in (0, 300_000, 10**12)] == [0, 0, 0]
