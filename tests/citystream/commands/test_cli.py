"""The `city` command: what it prints, where, and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from citystream.commands.city import main
from demo.environment import city_environment
from tests.conftest import MakeSettings

Run = Callable[..., Result]


@pytest.fixture
def run(settings: MakeSettings) -> Run:
    """Runs `city` with the test's settings; keyword arguments go before them."""

    def city(*arguments: str, **changes: str) -> Result:
        environment = city_environment(settings()) | changes
        return CliRunner().invoke(main, arguments, env=environment)

    return city


def commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(command, click.Group):
        return [
            path,
            *(one for name, sub in command.commands.items() for one in commands(sub, (*path, name))),
        ]
    return [path]


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_helps(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    if len(path) == 2:
        assert "Example" in result.output


@pytest.mark.parametrize("arguments", [("topics",), ("topics", "make"), ("model", "check"), ("--loud",)])
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_topics_are_made_then_listed(run: Run, namespace: str) -> None:
    missing = run("topics", "list", "--type", "gps", "--type", "parking")
    assert missing.exit_code == 1
    assert missing.stdout.count("missing") == 8
    assert "city topics create" in missing.stderr
    made = run("topics", "create", "--type", "gps", "--type", "parking")
    assert made.exit_code == 0
    assert made.stdout.count("created") == 8
    listed = run("topics", "list", "--type", "gps", "--type", "parking")
    assert listed.exit_code == 0
    assert f"exists   {namespace}.parking" in listed.stdout
    assert listed.stderr == ""


def test_all_five_types_are_the_default(run: Run, namespace: str) -> None:
    result = run("topics", "create", CITY_PARTITIONS="1")
    assert result.exit_code == 0
    for type_ in ("gps", "traffic", "emergency", "weather", "camera"):
        assert f"{namespace}.{type_} " in result.stdout
    assert result.stdout.count("created") == 22


def test_what_differs_is_told_on_stderr(run: Run, namespace: str) -> None:
    run("topics", "create", "--type", "gps")
    result = run("topics", "create", "--type", "gps", CITY_PARTITIONS="6", CITY_RETENTION_HOURS="1")
    assert result.exit_code == 0
    assert f"differs: {namespace}.gps: partitions: 4, should be 6" in result.stderr
    assert f"differs: {namespace}.gps: retention.ms: 604800000, should be 3600000" in result.stderr


def test_a_broker_that_is_away_is_1_with_a_remedy(run: Run) -> None:
    result = run("topics", "create", CITY_KAFKA="127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Kafka at 127.0.0.1:1 (PLAINTEXT): ")
    assert result.stdout == ""


def test_a_setting_that_can_not_be_used_is_named(run: Run) -> None:
    result = run("topics", "create", CITY_PARTITIONS="many")
    assert result.exit_code == 1
    assert "CITY_PARTITIONS" in result.stderr


def test_the_bucket_is_made_once(run: Run, namespace: str) -> None:
    bucket = f"{namespace}-new"[:63].rstrip("-")
    assert run("bucket", "create", CITY_S3_BUCKET=bucket).stdout == f"created  {bucket}\n"
    assert run("bucket", "create", CITY_S3_BUCKET=bucket).stdout == f"exists  {bucket}\n"


def test_a_store_that_is_away_is_1_with_a_remedy(run: Run) -> None:
    result = run("bucket", "create", CITY_S3="http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "http://127.0.0.1:1" in result.stderr
    assert "CITY_S3" in result.stderr


def test_schemas_are_written_and_checked(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "schemas"
    assert run("schemas", "export", "--out", str(out), "--check").exit_code == 1
    assert run("schemas", "export", "--out", str(out)).exit_code == 0
    assert run("schemas", "export", "--out", str(out), "--check").exit_code == 0
    (out / "gps.schema.json").write_text("{}")
    stale = run("schemas", "export", "--out", str(out), "--check")
    assert stale.exit_code == 1
    assert "gps.schema.json" in stale.stderr
    assert "traffic" not in stale.stderr


def test_a_city_model_is_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "city.geojson"
    road = {
        "type": "Feature",
        "id": "r1",
        "geometry": {"type": "LineString", "coordinates": [[0, 0], [0, 1]]},
        "properties": {"kind": "road", "length_m": 10, "free_flow_kmh": 50, "neighbours": []},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    good = run("model", "check", str(file))
    assert good.exit_code == 0
    assert "1 roads" in good.stdout
    road["id"] = ""
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    bad = run("model", "check", str(file))
    assert bad.exit_code == 1
    assert "city.geojson: feature 0:" in bad.stderr
