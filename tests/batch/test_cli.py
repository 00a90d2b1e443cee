"""`city-batch` as a person uses it."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from batch.cli import main
from citystream.contracts import reconciliation
from citystream.contracts.city_day import city_day
from citystream.contracts.daily import ROADS, USUAL
from citystream.contracts.daily_view import batch_view
from citystream.contracts.daily_views import DAILY
from citystream.contracts.quality import REPORT
from citystream.contracts.trends import RELIABILITY
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.process import installed
from tests.batch import published
from tests.batch.archive import put
from tests.batch.test_archives import AFTER, records

DAY = city_day(date(2026, 7, 1), ZoneInfo("UTC"))
Invoke = Callable[..., Result]


@pytest.fixture
def batch(archive_settings: Settings) -> Invoke:
    """The command, run with these settings."""

    def invoke(*arguments: str, **environment: str) -> Result:
        runner = CliRunner(env={**city_environment(archive_settings), **environment})
        return runner.invoke(main, arguments)

    return invoke


def test_each_command_says_what_it_does_with_an_example(batch: Invoke) -> None:
    told = batch("--help").output
    names = re.findall(r"^  ([a-z]+)  ", told.split("Commands:")[1], re.M)
    assert names == [
        "backfill", "columns", "compact", "daily", "paths", "quality", "reconcile", "retain", "run", "trends",
        "windows",
    ]  # fmt: skip
    for name in names:
        said = batch(name, "--help").output
        assert f"city-batch {name}" in said.split("Example")[1]


def test_a_day_is_made_and_its_places_are_told(batch: Invoke, archive_settings: Settings) -> None:
    put(archive_settings, "traffic", records(DAY, 0, range(30)))
    put(archive_settings, "traffic", records(DAY, 30, AFTER))
    result = batch("run", "--date", "2026-07-01", "--threads", "1", "--json")
    assert result.exit_code == 0, result.output
    assert "30 rows: complete" in result.stderr
    assert "nothing is archived from its day on" in result.stderr
    told = dict(line.split("\t") for line in batch("paths", "--date", "2026-07-01").output.splitlines())
    # The first day has no weeks behind it, and nobody has asked the speed layer.
    later = {USUAL, RELIABILITY, *reconciliation.VIEWS}
    made = {f"views/{batch_view(view)}" for view in DAILY.values() if view not in later}
    assert set(told) == {"compacted/traffic", "views/windows.traffic.road", f"views/{REPORT}", *made}
    assert "7 days with readings are needed; of the last 28 1 have any" in result.stderr
    manifest = published.the_manifest(archive_settings, "2026-07-01")
    for pattern, objects in (
        (told["compacted/traffic"], manifest.compacted["traffic"].objects),
        (told["views/windows.traffic.road"], manifest.views["windows.traffic.road"].objects),
        (told["views/daily.roads"], manifest.views["daily.roads"].objects),
    ):
        matching = re.compile(re.escape(pattern).replace(r"\*", "[^/]*"))
        root = f"s3://{archive_settings.s3_bucket}/"
        keys = [key for key in published.keys(archive_settings, "") if matching.fullmatch(root + key)]
        assert keys == [one.key for one in objects]
    whole = json.loads(batch("paths", "--date", "2026-07-01", "--json").output)
    assert whole["compacted"]["traffic"]["rows"] == 30
    (line,) = result.stdout.splitlines()
    assert json.loads(line) == whole


def test_a_day_that_is_not_over_is_made_as_far_as_it_is(batch: Invoke, archive_settings: Settings) -> None:
    today = datetime.now(UTC).date()
    put(archive_settings, "traffic", records(city_day(today, ZoneInfo("UTC")), 0, range(30)))
    result = batch("run", "--date", str(today), "--partial", "--threads", "1")
    assert result.exit_code == 0, result.output
    assert "the day is not over: it can be complete from" in result.stderr
    manifest = published.the_manifest(archive_settings, str(today))
    (road,) = published.daily(archive_settings, manifest, ROADS)
    assert road["readings"] == 30
    (reason,) = manifest.views[batch_view(ROADS)].reasons
    assert reason.startswith("the day is not over")


def test_the_page_of_columns_is_what_the_command_prints(batch: Invoke) -> None:
    assert batch("columns").output == Path("docs/daily-views.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "--date", "1st of May"],
            "'1st of May' is neither a date (2026-11-27) nor",
        ),
        (["run", "--date", f"{datetime.now(UTC).date() + timedelta(days=2)}"], "has not begun in UTC"),
        (["run", "--date", "today"], "today is not over in UTC; --partial makes what there is of it"),
        (["compact", "--date", "today"], "--partial makes"),
        (["backfill", "--from", "2026-05-01", "--to", "today"], "--partial makes"),
        (["backfill"], "give --from and --to, or --arrival-from and --arrival-to"),
        (["backfill", "--from", "2026-05-01"], "give --from and --to"),
        (["backfill", "--from", "2026-05-02", "--to", "2026-05-01"], "--to is before --from"),
        (
            ["backfill", "--arrival-from", "2026-05-02T00:00:00Z", "--arrival-to", "2026-05-01T00:00:00Z"],
            "--arrival-to must be after --arrival-from",
        ),
        (["backfill", "--arrival-from", "2026-05-02T00:00:00", "--arrival-to", "x"], "has no zone"),
        (["run", "--threads", "0"], "'--threads'"),
        (["run", "--memory", "lots"], "'lots' is no size such as 2GB or 512MiB"),
    ],
)
def test_what_cant_be_meant_is_a_usage_error(batch: Invoke, arguments: list[str], said: str) -> None:
    result = batch(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["paths", "--date", "2020-01-01"], {}, "nothing is published of 2020-01-01; city-batch run"),
        (["windows", "--date", "2020-01-01"], {}, "2020-01-01 is not compacted; city-batch run"),
        (["daily", "--date", "2020-01-01"], {}, "2020-01-01 is not compacted; city-batch run"),
        (["reconcile", "--date", "2020-01-01"], {}, "2020-01-01 is not compacted; city-batch run"),
        (["paths"], {"CITY_S3": "http://127.0.0.1:1"}, "CITY_S3"),
        (["run"], {"CITY_S3_BUCKET": "no-such-bucket"}, "CITY_S3_BUCKET"),
    ],
)
def test_what_goes_wrong_is_told_in_a_line(
    batch: Invoke, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    result = batch(*arguments, **environment)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.real
def test_it_ends_in_order_each_time(archive_settings: Settings) -> None:
    """What a library leaves running may abort the process at its very end, once in a while."""
    environment = {**os.environ, **city_environment(archive_settings)}
    command = [installed("city-batch"), "paths", "--date", "2020-01-01"]
    codes = [subprocess.run(command, env=environment, check=False).returncode for _ in range(30)]
    assert set(codes) == {1}
