"""What is learned beats what is assumed, and a new road has it from the others."""

import pytest

from citystream.contracts.forecast import HORIZONS_MIN, ModelReport
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.forecaster import Forecaster
from tests.services.traffic.forecast.city import DAY_STEPS, NEIGHBOURS, ROADS, ZONE, end_ms, speeds, stepped

DAYS = 3


def known(score: float | None) -> float:
    assert score is not None
    return score


@pytest.fixture(scope="module")
def report() -> ModelReport:
    """Of the last day."""
    forecaster = Forecaster(NEIGHBOURS, ZONE)
    stepped(forecaster, DAYS * DAY_STEPS)
    return forecaster.report()


def test_rush_hours_are_forecast_better_than_by_the_last_value(report: ModelReport) -> None:
    for of in report.horizons:
        assert known(of.all.model.mae_kmh) < 0.9 * known(of.all.last_value.mae_kmh)
        assert known(of.winkler_kmh) < known(of.last_value_winkler_kmh)
    jams = report.horizons[-1].regimes["30-60"]
    assert known(jams.model.mae_kmh) < 0.8 * known(jams.last_value.mae_kmh)


def test_intervals_hold_eighty_percent(report: ModelReport) -> None:
    for of in report.horizons:
        assert of.coverage_pct == pytest.approx(80, abs=4)


def test_all_windows_of_a_day_are_scored_at_each_horizon(report: ModelReport) -> None:
    assert [of.minutes for of in report.horizons] == list(HORIZONS_MIN)
    assert {of.all.scored for of in report.horizons} == {DAY_STEPS * len(ROADS)}
    assert report.roads == len(ROADS)
    assert report.as_of_ms == end_ms(DAYS * DAY_STEPS - 1)
    assert report.since_ms == end_ms((DAYS - 1) * DAY_STEPS)
    for of in report.horizons:
        assert sum(scores.scored for scores in of.regimes.values()) == of.all.scored


def test_a_new_road_is_forecast_as_the_others_taught() -> None:
    forecaster = Forecaster({}, ZONE)
    steps = DAY_STEPS + 100
    for step, read in enumerate(speeds(steps)):
        if step == steps - 1:
            read["new"] = read[ROADS[0]]
        forecasts = {one.road_id: one for one in forecaster.step(ClosedWindow(end_ms(step), read))}
    untaught = {
        one.road_id: one
        for one in Forecaster({}, ZONE).step(ClosedWindow(end_ms(steps - 1), {"new": read["new"]}))
    }
    last = forecasts["new"].last_speed_kmh
    assert [ahead.speed_kmh for ahead in untaught["new"].ahead] == [last] * 4
    assert all(ahead.speed_kmh != last for ahead in forecasts["new"].ahead)
    # In a jam that dissolves the others taught that speeds rise.
    assert last is not None
    assert last < 80
    assert forecasts["new"].ahead[-1].speed_kmh > last + 5
