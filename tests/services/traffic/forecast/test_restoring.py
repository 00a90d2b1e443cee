"""A forecaster restored from its rows goes on as if it had never stopped."""

import random

import pytest

from citystream.contracts.forecast import ModelReport, RoadForecast
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.forecaster import Forecaster
from services.traffic.forecast.rows import FormatError
from tests.services.traffic.forecast.city import NEIGHBOURS, ROADS, ZONE, end_ms, holey, stepped

MOST_BYTES = 16_000
STEPS = 150
Told = tuple[list[RoadForecast], ModelReport, list[tuple[str, bytes]]]


def fresh() -> Forecaster:
    return Forecaster(NEIGHBOURS, ZONE)


def test_forecasts_reports_and_rows_are_the_same_to_the_last_bit_wherever_it_stopped() -> None:
    stops = {1, 2, *random.Random(5).sample(range(3, STEPS), 20)}
    table: dict[str, bytes] = {}
    unbroken, broken = fresh(), fresh()
    outages = 0
    for step, window in enumerate(holey(STEPS)):
        if step in stops:
            rows = list(table.items())
            random.Random(step).shuffle(rows)
            broken = fresh()
            broken.restore(rows)
            assert broken.report() == unbroken.report()
        expected: Told = (unbroken.step(window), unbroken.report(), unbroken.changed())
        found: Told = (broken.step(window), broken.report(), broken.changed())
        assert found == expected
        outages += step in stops and any(one.reason == "outage" for one in expected[0])
        table |= dict(found[2])
    assert outages > 2
    assert max(len(value) for value in table.values()) < MOST_BYTES


def test_no_row_is_too_long_with_every_forecast_waiting() -> None:
    forecaster = Forecaster(dict.fromkeys(ROADS, ROADS), ZONE)
    stepped(forecaster, 60)
    rows = dict(forecaster.changed())
    of_roads = {f"{of}/{road}" for of in ("road", "model") for road in ROADS}
    assert rows.keys() == {"city", "scores/04", *of_roads}
    assert max(len(value) for value in rows.values()) < MOST_BYTES


def test_a_road_in_an_outage_writes_nothing() -> None:
    forecaster = fresh()
    stepped(forecaster, 20)
    for step in range(20, 40):
        forecaster.step(ClosedWindow(end_ms(step), {}))
    assert [key for key, _ in forecaster.changed()] == ["city", "scores/03"]


def test_rows_of_another_version_are_refused_by_name() -> None:
    forecaster = fresh()
    stepped(forecaster, 3)
    key, value = next((key, value) for key, value in forecaster.changed() if key.startswith("road/"))
    rows = [*forecaster.changed(), (key, value[:1] + b"\x63" + value[2:])]
    with pytest.raises(FormatError, match=f"{key}: format 99 instead of"):
        fresh().restore(rows)
    with pytest.raises(FormatError, match=key):
        fresh().restore([*forecaster.changed(), (key, value[:-10])])


def test_a_road_without_its_models_is_refused_by_name() -> None:
    forecaster = fresh()
    stepped(forecaster, 3)
    rows = [(key, value) for key, value in forecaster.changed() if key != "model/road-3"]
    with pytest.raises(FormatError, match="model/road-3: missing"):
        fresh().restore(rows)


def test_no_rows_are_a_fresh_start() -> None:
    restored = fresh()
    restored.restore([])
    assert stepped(restored, 30) == stepped(fresh(), 30)
