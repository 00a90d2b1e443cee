"""A rate is of seconds, not of the moment between two looks."""

from citystream.rate import LEAST_S, Rate


def test_a_rate_is_that_of_the_last_seconds() -> None:
    now = 0.0
    rate = Rate(lambda: now)
    now = LEAST_S
    assert rate.per_s(10) == 10 / LEAST_S
    now = 2 * LEAST_S
    assert rate.per_s(30) == 20 / LEAST_S


def test_a_look_just_after_another_tells_the_same() -> None:
    now = LEAST_S
    rate = Rate(lambda: now)
    now = 2 * LEAST_S
    first = rate.per_s(10)
    for count in (10, 11, 50):
        now += 0.01
        assert rate.per_s(count) == first
    now = 3 * LEAST_S
    assert rate.per_s(50) == 40 / LEAST_S


def test_a_count_that_begins_anew_has_no_rate_below_nothing() -> None:
    now = 0.0
    rate = Rate(lambda: now)
    now = LEAST_S
    rate.per_s(10)
    now = 2 * LEAST_S
    assert rate.per_s(3) == 0
