"""Intervals hold what they promise, whatever the errors are like."""

import random

import pytest

from services.traffic.forecast.conformal_interval import ConformalInterval


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_they_hold_their_share_when_errors_grow_and_lean_to_one_side(coverage: float) -> None:
    chance = random.Random(3)
    interval = ConformalInterval(coverage)
    inside = []
    for step in range(6_000):
        told = interval.around(chance.uniform(30, 110))
        spread = 2.0 if step < 3_000 else 8.0
        speed = told.speed + spread * (chance.expovariate(1) - 0.5)
        inside.append(told.low <= speed <= told.high)
        interval.learn(told, speed)
    assert sum(inside) / len(inside) == pytest.approx(coverage, abs=0.02)
    assert sum(inside[3_500:]) / 2_500 == pytest.approx(coverage, abs=0.03)


def test_a_range_of_speeds_with_larger_errors_has_wider_intervals() -> None:
    chance = random.Random(3)
    interval = ConformalInterval(0.8)
    for step in range(2_000):
        jammed = step % 4 == 0
        told = interval.around(30.0 if jammed else 100.0)
        interval.learn(told, told.speed + chance.gauss(0, 10 if jammed else 2))
    in_jam, in_flow = interval.around(30.0), interval.around(100.0)
    assert in_jam.high - in_jam.low > 2 * (in_flow.high - in_flow.low)


def test_the_winkler_score_is_the_width_and_ten_times_what_lies_outside() -> None:
    told = ConformalInterval(0.8).around(50.0)
    width = told.high - told.low
    assert told.winkler(50.0, 0.8) == width
    assert told.winkler(told.high + 2.0, 0.8) == pytest.approx(width + 20.0)
    assert told.winkler(told.low - 3.0, 0.8) == pytest.approx(width + 30.0)
