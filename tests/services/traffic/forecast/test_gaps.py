"""What is missing is neither scored nor learned, and a road that was not heard lately is not forecast."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from citystream.contracts.forecast import HORIZONS_MIN, OUTAGE_MS, RoadForecast
from services.traffic.forecast.closed import ClosedWindow, Surroundings
from services.traffic.forecast.closing import GAP_STEPS
from services.traffic.forecast.conformal_interval import MOST_KMH
from services.traffic.forecast.forecaster import Forecaster
from tests.services.traffic.forecast.city import ROADS, STEP_MS, ZONE, end_ms

ROAD = ROADS[0]


def of(road: str, forecasts: list[RoadForecast]) -> RoadForecast:
    return next(one for one in forecasts if one.road_id == road)


def test_a_road_that_was_never_read_says_so() -> None:
    forecasts = Forecaster({"silent": []}, ZONE).step(ClosedWindow(end_ms(0), {ROAD: 50.0}))
    assert of("silent", forecasts) == RoadForecast("silent", end_ms(0), reason="never_read")
    assert of(ROAD, forecasts).reason is None


def test_forecasts_end_with_an_outage_of_fifteen_minutes_and_begin_anew_after_it() -> None:
    forecaster = Forecaster({}, ZONE)
    for step in range(20):
        forecaster.step(ClosedWindow(end_ms(step), {ROAD: 50.0}))
    reasons = [of(ROAD, forecaster.step(ClosedWindow(end_ms(step), {}))).reason for step in range(20, 30)]
    still = OUTAGE_MS // STEP_MS
    assert reasons == [None] * still + ["outage"] * (10 - still)
    found = of(ROAD, forecaster.step(ClosedWindow(end_ms(30), {ROAD: 20.0})))
    assert found.reason is None
    assert found.last_speed_kmh == 20.0
    assert found.last_read_ms == end_ms(30)
    assert [ahead.minutes for ahead in found.ahead] == list(HORIZONS_MIN)


def test_an_outage_says_what_was_read_last_and_when() -> None:
    forecaster = Forecaster({}, ZONE)
    forecaster.step(ClosedWindow(end_ms(0), {ROAD: 50.0}))
    for step in range(1, 6):
        found = of(ROAD, forecaster.step(ClosedWindow(end_ms(step), {})))
    assert found == RoadForecast(ROAD, end_ms(5), 50.0, end_ms(0), reason="outage")


def test_missing_readings_are_not_scored() -> None:
    forecaster = Forecaster({}, ZONE)
    for step in range(40):
        forecaster.step(ClosedWindow(end_ms(step), {ROAD: 50.0} if step % 2 == 0 else {}))
    five, fifteen, *_ = forecaster.report().horizons
    # Every reading but the first ones had been forecast, across the holes too.
    assert five.all.scored == 19
    assert fifteen.all.scored == 18


def test_missing_readings_are_not_learned_from() -> None:
    forecaster = Forecaster({}, ZONE)
    forecaster.step(ClosedWindow(end_ms(0), {ROAD: 50.0, "other": 40.0}))
    forecaster.step(ClosedWindow(end_ms(1), {"other": 40.0}))
    keys = {key for key, _ in forecaster.changed()}
    assert "model/other" in keys
    assert f"model/{ROAD}" not in keys


def test_a_speed_of_0_is_learned_as_one() -> None:
    forecaster = Forecaster({}, ZONE)
    for step in range(60):
        forecasts = forecaster.step(ClosedWindow(end_ms(step), {ROAD: 0.0}))
    found = of(ROAD, forecasts)
    assert found.last_speed_kmh == 0.0
    assert [ahead.speed_kmh for ahead in found.ahead] == pytest.approx([0.0] * 4, abs=1.0)
    report = forecaster.report().horizons[0].all
    assert report.scored == 59
    assert report.model.mape_pct is None


def test_a_window_that_does_not_end_after_the_last_is_refused() -> None:
    forecaster = Forecaster({}, ZONE)
    forecaster.step(ClosedWindow(end_ms(1), {}))
    for refused_ms in (end_ms(0), end_ms(1), end_ms(2) + 1):
        with pytest.raises(ValueError, match="end_ms"):
            forecaster.step(ClosedWindow(refused_ms, {}))


def test_after_a_time_that_was_left_out_a_road_is_forecast_from_what_is_read_then() -> None:
    forecaster = Forecaster({}, ZONE)
    for step in range(60):
        forecaster.step(ClosedWindow(end_ms(step), {ROAD: 80.0}))
    for step in range(60, 60 + GAP_STEPS):
        forecaster.step(ClosedWindow(end_ms(step), {}))
    scored = forecaster.report().horizons[-1].all.scored
    found = of(ROAD, forecaster.step(ClosedWindow(end_ms(5_000), {ROAD: 20.0})))
    assert found.last_speed_kmh == 20.0
    assert all(ahead.speed_kmh < 50 for ahead in found.ahead)
    # What was forecast before it is never held against what came after.
    assert forecaster.report().horizons[-1].all.scored <= scored


READ = st.one_of(st.none(), st.sampled_from([0.0, 400.0]), st.floats(0, 400))


@settings(max_examples=20)
@given(st.lists(READ, min_size=30, max_size=50))
def test_forecasts_stay_possible_whatever_is_read(read: list[float | None]) -> None:
    forecaster = Forecaster({ROAD: ["other"], "other": [ROAD]}, ZONE)
    for step, speed in enumerate(read):
        told = {} if speed is None else {ROAD: speed, "other": 400.0 - speed}
        forecasts = forecaster.step(ClosedWindow(end_ms(step), told))
        for one in forecasts:
            for ahead in one.ahead:
                assert 0.0 <= ahead.low_kmh <= ahead.speed_kmh <= ahead.high_kmh <= MOST_KMH


def test_numbers_stay_finite_when_calm_days_ends_in_chaos() -> None:
    forecaster = Forecaster({ROAD: ["other"], "other": [ROAD]}, ZONE)
    calm, steps = 1_200, 1_400
    for step in range(steps):
        wild = step >= calm
        read = {ROAD: 400.0 * (step % 2), "other": 0.0} if wild else {ROAD: 60.0, "other": 60.0}
        weather = Surroundings(1e6 if wild else 0.0, 0.0, {"other": 5} if wild else {})
        forecasts = forecaster.step(ClosedWindow(end_ms(step), read, weather))
        for one in forecasts:
            assert len(one.ahead) == 4
            assert all(math.isfinite(number) for ahead in one.ahead for number in astuple(ahead))
