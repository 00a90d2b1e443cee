"""bench.forecast: forecasts and baselines know nothing of what comes, and bad files are told by name."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bench.forecast.__main__ import main
from bench.forecast.baselines import (
    autoregression,
    carried,
    historical_average,
    last_value,
    last_value_intervals,
)
from bench.forecast.gaps import OUTAGE_MIN, OUTAGES, with_gaps
from bench.forecast.scoring import coverage, errors, winkler
from bench.forecast.speeds import Floats, read
from bench.forecast.told import Told

SENSORS = ("101", "102", "103", "104")
STEPS = 420
DAY = 96


def recorded() -> Floats:
    chance = random.Random(2)
    waves = [
        [60 + 20 * math.sin(2 * math.pi * (step - 3 * at) / DAY) for at in range(4)] for step in range(STEPS)
    ]
    return np.array([[speed + chance.gauss(0, 2) for speed in wave] for wave in waves])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [",".join(SENSORS), *(",".join(f"{speed:.3f}" for speed in step) for step in recorded())]
    (tmp_path / "speeds.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "near.csv").write_text("1,0.9,0,0\n0.9,1,0.5,0\n0,0.5,1,0.7\n0,0,0.7,1\n")
    return tmp_path


def run(folder: Path, *options: str) -> Result:
    files = ["--speeds", "speeds.csv", "--adjacency", "near.csv", "--roads", "5"]
    return CliRunner().invoke(main, [str(folder), *files, *options])


def test_the_last_line_is_json_with_every_forecaster_at_every_horizon(folder: Path) -> None:
    found = json.loads(run(folder, "--json").stdout.splitlines()[-1])
    assert found["steps"] == [336, 420]
    for horizons in (found["horizons"], found["gaps"]["horizons"]):
        assert list(horizons) == ["5", "15", "30", "60"]
        for scores in horizons.values():
            for name in ("river", "last_value", "historical_average", "ar12"):
                assert 0 < scores[name]["mae"] <= scores[name]["rmse"]
            assert 50 < scores["coverage80_pct"] <= 100
            assert 0 <= scores["least_sensor_coverage_pct"] <= scores["coverage80_pct"]
            for by in ("regimes", "regimes_when_told"):
                assert sum(of["scored"] for of in scores[by].values()) == scores["scored"]
    assert found["horizons"]["60"]["scored"] == 84 * len(SENSORS)
    assert found["horizons"]["60"]["river"]["mae"] < found["horizons"]["60"]["last_value"]["mae"]
    assert found["gaps"]["horizons"]["60"]["scored_pct"] < 100
    assert found["us_per_step"] > 0
    assert found["close"]["roads"] == 5
    assert found["machine"]["cores"] >= 1


def test_lines_that_are_nearer_in_time_become_means_of_five_minutes(folder: Path) -> None:
    fine = read(folder, "speeds.csv", "near.csv", step_s=150)
    whole = read(folder, "speeds.csv", "near.csv", step_s=300)
    assert fine.values == pytest.approx((whole.values[::2] + whole.values[1::2]) / 2)
    assert whole.neighbours == {"101": ["102"], "102": ["101", "103"], "103": ["104", "102"], "104": ["103"]}


def test_zeros_and_what_is_no_number_are_missing(folder: Path) -> None:
    lines = (folder / "speeds.csv").read_text().splitlines()
    lines[1] = "0,,nan,55"
    (folder / "speeds.csv").write_text("\n".join(lines))
    values = read(folder, "speeds.csv", "near.csv", step_s=300).values
    assert np.isnan(values[0]).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("speeds.csv", None, "speeds.csv: No such file or directory"),
        ("speeds.csv", "101,101\n1,2\n", "speeds.csv: its first line must name each sensor once"),
        ("speeds.csv", "101,102,103,104\n1,2\n", "speeds.csv, line 2: 2 columns, not 4"),
        ("speeds.csv", "101,102,103,104\n1,2,3,4\n", "speeds.csv: 1 windows"),
        ("near.csv", "1,0\n0,1\n", "near.csv: 2 lines for 4 sensors"),
        ("near.csv", "1,0,0,0\n0,1,x,0\n0,0,1,0\n0,0,0,1\n", "near.csv, line 2: could not convert"),
    ],
)
def test_a_bad_file_is_told_by_name(folder: Path, name: str, text: str | None, message: str) -> None:
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    result = run(folder)
    assert result.exit_code == 1
    assert message in result.output


def test_a_call_that_names_no_files_says_what_to_give(tmp_path: Path) -> None:
    assert "--dataset" in CliRunner().invoke(main, [str(tmp_path)]).output
    assert "los_speed.csv" in CliRunner().invoke(main, [str(tmp_path), "--dataset", "los-loop"]).output
    assert (
        "do not divide"
        in CliRunner().invoke(main, [str(tmp_path), "--dataset", "los-loop", "--step", "7"]).output
    )


@pytest.mark.parametrize("ahead", [1, 12])
def test_no_baseline_knows_what_comes(ahead: int) -> None:
    values = with_gaps(recorded(), range(288, 360))
    other = values.copy()
    changed = 200
    other[changed:] += 7.0
    for told, of_other in (
        (last_value(values, ahead), last_value(other, ahead)),
        (historical_average(values, ahead, DAY), historical_average(other, ahead, DAY)),
        (autoregression(values, ahead), autoregression(other, ahead)),
        (last_value_intervals(values, ahead, 1.0).high, last_value_intervals(other, ahead, 1.0).high),
    ):
        known = changed + ahead
        assert np.array_equal(told[:known], of_other[:known], equal_nan=True)
        assert not np.array_equal(told[known:], of_other[known:], equal_nan=True)


def test_baselines_tell_what_they_say() -> None:
    values = recorded()
    assert np.array_equal(last_value(values, 3)[3:], values[:-3])
    assert historical_average(values, 1, DAY)[2 * DAY + 5] == pytest.approx((values[5] + values[DAY + 5]) / 2)
    # A sine is an autoregression: after two days it is known but for the noise.
    off = autoregression(values, 12)[200:] - values[200:]
    assert np.abs(off).mean() < 4.0


def test_gaps_are_the_same_each_time_and_as_long_as_they_say() -> None:
    values = recorded()
    holey = with_gaps(values, range(200, 360))
    assert np.array_equal(holey, with_gaps(values, range(200, 360)), equal_nan=True)
    silent = np.isnan(holey[200:]).all(axis=1)
    assert silent.sum() == OUTAGES * OUTAGE_MIN // 5
    assert np.isnan(holey[:200]).mean() == pytest.approx(0.05, abs=0.02)


def test_scores_are_those_of_the_definition() -> None:
    told = Told(np.array([[50.0], [60.0]]), np.array([[45.0], [55.0]]), np.array([[55.0], [65.0]]))
    values = np.array([[40.0], [60.0]])
    which = np.ones((2, 1), bool)
    assert errors(told.speed[which], values[which]) == {"mae": 5.0, "rmse": 7.071, "mape_pct": 12.5}
    assert coverage(told, values, which) == (50.0, 50.0)
    assert winkler(told, values, which) == 10 + 10 * 5 / 2


def test_a_reading_holds_until_the_next_one() -> None:
    values = np.array([[np.nan], [1.0], [np.nan], [np.nan], [2.0]])
    assert carried(values)[:, 0].tolist()[1:] == [1.0, 1.0, 1.0, 2.0]
    assert math.isnan(carried(values)[0, 0])
