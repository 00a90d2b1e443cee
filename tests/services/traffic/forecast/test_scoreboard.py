"""Scores of a day: sums by hour, horizon and regime."""

import math
import random

import pytest

from services.traffic.forecast.conformal_interval import Interval
from services.traffic.forecast.lead import Scored, Told
from services.traffic.forecast.scoreboard import HOUR_MS, HOURS, LABELS, Scoreboard
from tests.services.traffic.forecast.city import MONDAY_MS, STEP_MS


def scored(forecast: float, last: float, speed: float) -> Scored:
    around = Interval(forecast, forecast - 5, forecast + 5)
    return Scored(Told((), last, forecast, forecast, around, Interval(last, last - 8, last + 8)), speed)


def test_means_are_those_of_all_forecasts() -> None:
    chance = random.Random(4)
    board = Scoreboard()
    board.turn(MONDAY_MS)
    drawn = [(chance.uniform(0, 120), chance.uniform(0, 120), chance.uniform(1, 120)) for _ in range(200)]
    for forecast, last, speed in drawn:
        board.add(MONDAY_MS, 2, scored(forecast, last, speed))
    found = board.horizons()[2]
    off = [abs(forecast - speed) for forecast, _, speed in drawn]
    last_off = [abs(last - speed) for _, last, speed in drawn]
    assert found.all.scored == 200
    assert found.all.model.mae_kmh == pytest.approx(sum(off) / 200)
    assert found.all.model.rmse_kmh == pytest.approx(math.sqrt(sum(one * one for one in off) / 200))
    percent = [100 * one / speed for one, (_, _, speed) in zip(off, drawn, strict=True)]
    assert found.all.model.mape_pct == pytest.approx(sum(percent) / 200)
    assert found.all.last_value.mae_kmh == pytest.approx(sum(last_off) / 200)
    assert found.coverage_pct == pytest.approx(100 * sum(one <= 5 for one in off) / 200)
    assert found.winkler_kmh == pytest.approx(sum(10 + 10 * max(0, one - 5) for one in off) / 200)
    assert found.last_value_winkler_kmh == pytest.approx(
        sum(16 + 10 * max(0, one - 8) for one in last_off) / 200
    )


def test_regimes_go_by_what_was_read_and_0_has_no_percentage() -> None:
    board = Scoreboard()
    board.turn(MONDAY_MS)
    for speed in (0.0, 29.9, 30.0, 60.0, 95.0, 150.0):
        board.add(MONDAY_MS, 0, scored(50.0, 50.0, speed))
    regimes = board.horizons()[0].regimes
    assert list(regimes) == list(LABELS) == ["0-30", "30-60", "60-90", "90+"]
    assert [of.scored for of in regimes.values()] == [2, 1, 1, 2]
    assert regimes["0-30"].model.mape_pct == pytest.approx(100 * 20.1 / 29.9)


def test_only_the_last_day_counts() -> None:
    board = Scoreboard()
    for step in range(1, 3 * 288 + 1):
        end_ms = MONDAY_MS + step * STEP_MS
        board.turn(end_ms)
        board.add(end_ms, 0, scored(50.0, 50.0, 50.0))
    assert board.horizons()[0].all.scored == 288
    assert board.since_ms() == end_ms - HOURS * HOUR_MS + STEP_MS


def test_nothing_scored_is_none() -> None:
    found = Scoreboard().horizons()[0]
    assert found.all.scored == 0
    assert found.all.model.mae_kmh is found.coverage_pct is found.winkler_kmh is None
