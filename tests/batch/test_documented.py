"""What docs/batch.md shows of other tools, run as it stands there on a small published day."""

from collections.abc import Iterable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from batch.cli import main
from batch.object_store import object_store
from batch.publish import publish
from citystream.contracts.city_day import HOUR_MS, city_day
from citystream.contracts.traffic import Traffic
from citystream.settings import Settings
from demo.environment import city_environment
from tests.batch.compacted import compacted, time_ms
from tests.conftest import make_bucket
from tests.services.documented import BLOCK

BLOCKS: dict[str, str] = dict(BLOCK.findall(Path("docs/batch.md").read_text()))
"""Title -> text."""

DAY = city_day(date(2026, 11, 27), ZoneInfo("Europe/Berlin"))
VERSION = f"{DAY.date}.20261128T063002418137-9f3c"
OLDER = f"{DAY.date}.20261128T001500000000-0b7e"
EIGHT_MS = DAY.start_ms + 8 * HOUR_MS
READINGS = [
    Traffic(
        timestamp=EIGHT_MS + after_ms, sensor_id="s-1", road_id=road, speed_kmh=speed_kmh, vehicle_count=2
    )
    for after_ms, road, speed_kmh in (
        (1_000, "ring", 40.0),
        (2_000, "ring", 50.0),
        (3_000, "mole", 30.0),
        (HOUR_MS, "ring", None),
    )
]
EXTENSION = resources.files("duckdb_extension_httpfs") / f"extensions/v{duckdb.__version__}"


@pytest.fixture(scope="module")
async def own(s3_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The page's bucket and namespace, with its day published, and what an earlier run left of it."""
    own = Settings(
        s3=s3_endpoint, s3_access_key="test", s3_secret_key=SecretStr("test"), timezone=DAY.timezone
    )
    make_bucket(s3_endpoint, own.s3_bucket)
    compacted(own, "traffic", OLDER, READINGS, tmp_path_factory.mktemp("older"))
    made = compacted(own, "traffic", VERSION, READINGS, tmp_path_factory.mktemp("made"))
    await publish(object_store(own), own.namespace, DAY, {"traffic": made}, {})
    return own


def here(title: str, changes: Iterable[tuple[str, str]]) -> str:
    """A block of the page, with the test's server for the page's."""
    text = BLOCKS[title]
    for there, instead in changes:
        assert text.count(there) == 1
        text = text.replace(there, instead)
    return text


def address(own: Settings) -> str:
    assert own.s3
    return own.s3.removeprefix("http://")


def test_paths_are_printed_as_the_page_shows_them(own: Settings) -> None:
    said = CliRunner(env=city_environment(own)).invoke(main, ["paths", "--date", str(DAY.date)])
    assert said.exit_code == 0, said.output
    (line,) = said.stdout.splitlines()
    assert line in BLOCKS["paths"].splitlines()


def test_duckdb_reads_the_day_each_event_once_by_the_citys_hours(own: Settings) -> None:
    query = here(
        "duckdb.sql",
        [
            ("INSTALL httpfs; LOAD httpfs;", f"LOAD '{EXTENSION / 'httpfs.duckdb_extension'}';"),
            ("'s3.example'", f"'{address(own)}'"),
            ("USE_SSL true", "USE_SSL false"),
        ],
    )
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchall()
    assert found == [("mole", 8, 1, 30.0), ("ring", 8, 2, 45.0), ("ring", 9, 1, None)]


def test_pyarrow_reads_the_day_by_its_manifest(own: Settings) -> None:
    program = here("by_pyarrow.py", [('"s3.example"', f'"{address(own)}", scheme="http"')])
    names: dict[str, Any] = {}
    exec(program, names)
    found = [
        (row["road_id"], round(row["event_time"].timestamp() * 1000), row["speed_kmh"])
        for row in names["readings"].to_pylist()
    ]
    assert sorted(found) == sorted((one.road_id, time_ms(one), one.speed_kmh) for one in READINGS)
