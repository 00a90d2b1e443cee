from pathlib import Path

import pytest
from click.testing import CliRunner

from citystream.contracts.city_model import load
from simulator.cli import main


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def test_a_model_is_written_and_can_be_loaded(tmp_path: Path) -> None:
    out = tmp_path / "new" / "city.geojson"
    code, text = call("model", "--out", str(out), "--roads", "60", "--hospitals", "3")
    assert code == 0
    assert "60 roads, 3 hospitals, 60 sensors, 20 cameras, 6 weather stations" in text
    assert len(load(out).roads) == 60
    assert load(out).timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("run", "--misbehave", "late,drunk"), "no drunk; there are late, duplicate, malformed, field, skew"),
        (("run", "--start", "monday"), "'monday' is not a time like 2026-03-02T06:30:00Z"),
        (("run", "--start", "2026-03-02T06:30:00"), "has no zone; write 2026-03-02T06:30:00Z for UTC"),
        (("run", "--rate", "0"), "0.0 is not in the range"),
        (
            ("feed", "--dataset", "los-loop", "x", "--speed", "fast"),
            "neither a positive number like 60x nor max",
        ),
        (
            ("feed", "--dataset", "los-loop", "x", "--speed", "-1x"),
            "neither a positive number like 60x nor max",
        ),
        (
            ("feed", "--dataset", "los-loop", "x", "--namespace", "No Spaces"),
            "--namespace: String should match",
        ),
        (("feed", "--dataset", "paris", "x"), "'paris' is not one of"),
        (("model", "--out", "x", "--roads", "3"), "3 is not in the range 40<=x<=5000"),
    ],
)
def test_wrong_usage_is_refused_with_its_reason(arguments: tuple[str, ...], reason: str) -> None:
    code, text = call(*arguments)
    assert code == 2
    assert reason in " ".join(text.replace("\n", " ").split())


def test_a_city_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    code, text = call("run", "--model", str(tmp_path / "city.geojson"))
    assert code == 1
    assert "No such file or directory; write one with: city-simulator model --out" in text


def test_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, text = call("feed", "--dataset", "los-loop", str(tmp_path), "--model-out", str(tmp_path / "m"))
    assert code == 1
    assert f"{tmp_path}/los_speed.csv: No such file or directory; give the folder that holds" in text


def test_a_count_file_that_cannot_be_written_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, text = call("run", "--count-file", str(tmp_path / "file" / "counts.json"))
    assert code == 1
    assert f"{tmp_path}/file" in text


@pytest.mark.parametrize("command", ["model", "run", "feed"])
def test_help_shows_examples(command: str) -> None:
    code, text = call(command, "--help")
    assert code == 0
    assert "Examples:" in text
