"""A day by a real scheduler: the chain by its assets, tries and alerts, the pool, and twenty forced days."""

import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from batch.object_store import object_store
from batch.publish import load
from citystream.contracts.city_day import CityDay, city_day
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.process import installed
from tests.airflow.running import Airflow, airflow, at, seconds
from tests.airflow.webhook import Receiver
from tests.batch import archive
from tests.batch.conftest import settings_of
from tests.batch.simulated import simulated
from tests.citystream.records import FakeRecord
from tests.compose.files import BASE, read
from tests.gateway import folded
from tests.services.descriptions import SERVICES

pytestmark = [pytest.mark.real, pytest.mark.timeout(5400)]

DAY = city_day(date(2026, 11, 25), ZoneInfo("Europe/Berlin"))
CHAIN = ("compact_archive", "data_quality", "daily_analytics", "trends", "reconcile")
DAGS = {*CHAIN, "late_data", "retain"}
FORCED = 20
JOBS = {"compact", "windows", "quality", "daily", "trends", "reconcile"}


@pytest.fixture(scope="module")
async def own(s3_endpoint: str, redis_url: str) -> Settings:
    """An archive with a small day and those before it, and the day's windows in Redis."""
    own = settings_of(s3_endpoint).model_copy(update={"redis": redis_url, "timezone": DAY.timezone})
    for ago in range(4):
        await put(own, city_day(DAY.date - timedelta(days=ago), ZoneInfo(DAY.timezone)), ago)
    return own


async def put(own: Settings, day: CityDay, number: int) -> None:
    for type_, service in SERVICES.items():
        records = [
            FakeRecord(offset, value, at_ms, key)
            for offset, (at_ms, key, value) in enumerate(simulated(type_, day, number).messages)
        ]
        archive.put(own, type_, records, generation=number)
        if day == DAY:
            await folded.put(own, service, {0: records})


@pytest.fixture(scope="module")
def webhook() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def city(
    own: Settings, webhook: Receiver, airflow_python: Path, request: pytest.FixtureRequest
) -> Iterator[Airflow]:
    """A running Airflow; its runs are printed when it ends."""
    # PostgreSQL runs as another user, who can't look into pytest's folders.
    directory = Path(tempfile.mkdtemp(prefix="city-airflow-"))
    directory.chmod(0o755)
    environment = {
        **city_environment(own),
        "CITY_BATCH": installed("city-batch"),
        "CITY_BATCH_THREADS": "1",
        "CITY_BATCH_MEMORY": "512MB",
        "CITY_BATCH_RETRIES": "1",
        "CITY_BATCH_RETRY_S": "1",
        "CITY_ALERT_WEBHOOK": webhook.url,
    }
    try:
        with airflow(airflow_python, directory, environment) as started:
            started.has(DAGS)
            yield started
            capture = request.config.pluginmanager.getplugin("capturemanager")
            with capture.global_and_fixture_disabled():
                print("\n" + table(started.runs()))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def table(runs: list[dict[str, Any]]) -> str:
    """How many runs there were, by DAG and trigger, and how long they took."""
    lines = ["| DAG | by | runs | succeeded | seconds, least | most |", "|---|---|---|---|---|---|"]
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in runs:
        kinds.setdefault((one["dag_id"], one["run_type"]), []).append(one)
    for (dag, kind), alike in sorted(kinds.items()):
        took = [seconds(one) for one in alike]
        succeeded = sum(one["state"] == "success" for one in alike)
        lines.append(f"| {dag} | {kind} | {len(alike)} | {succeeded} | {min(took):.1f} | {max(took):.1f} |")
    return "\n".join(lines)


@pytest.mark.parametrize("part", ["scheduler", "api-server", "dag-processor"])
def test_compose_finds_each_part_healthy(city: Airflow, part: str) -> None:
    *_, check = read(BASE)["services"][f"airflow-{part}"]["healthcheck"]["test"]
    check = check.replace("//airflow-api-server:8080/", f"//127.0.0.1:{city.port}/")
    check = check.replace("//127.0.0.1:8080/", f"//127.0.0.1:{city.port}/")
    check = check.replace("//127.0.0.1:8974/", f"//127.0.0.1:{city.health_port}/")

    def healthy() -> bool:
        return subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0

    city.until(healthy, f"health of {part}")


async def test_a_day_is_made_by_the_chain_of_assets(city: Airflow, own: Settings) -> None:
    run_id = city.trigger("compact_archive", {"date": str(DAY.date)})
    assert city.ended("compact_archive", run_id) == "success"
    city.quiet()
    for dag in CHAIN[1:]:
        runs = [one for one in city.runs() if one["dag_id"] == dag]
        assert [(one["run_type"], one["state"]) for one in runs] == [("asset_triggered", "success")], dag
        (job,) = [task for task in city.tasks(dag) if task["task_id"] != "days"]
        assert job["rendered_map_index"] == str(DAY.date)
    known = await load(object_store(own), own.namespace, str(DAY.date))
    assert known
    assert set(known.manifest.jobs) == JOBS
    assert known.manifest.compacted["gps"].rows > 200
    drift = known.manifest.jobs["reconcile"].drift_pct
    assert drift
    assert set(drift.values()) == {0.0}
    order = [known.manifest.jobs[job].finished_ms for job in ("compact", "windows", "quality", "daily")]
    assert order == sorted(order)


def test_a_task_that_fails_is_tried_again_and_then_tells(city: Airflow, webhook: Receiver) -> None:
    """Of a day that nobody compacted there are no views."""
    run_id = city.trigger("daily_analytics", {"date": "2020-01-01"})
    assert city.ended("daily_analytics", run_id) == "failed"
    (alert,) = city.until(lambda: webhook.of("task_failed", run_id), "an alert")
    assert alert["text"] == "daily_analytics: daily failed after 2 tries, of 2020-01-01"
    assert "2020-01-01 is not compacted" in alert["error"]
    tries = {task["task_id"]: task["try_number"] for task in city.tasks("daily_analytics", run_id)}
    assert tries == {"days": 1, "daily": 2}


def test_what_no_further_try_would_help_is_told_at_once(city: Airflow, webhook: Receiver) -> None:
    run_id = city.trigger("trends", {"date": "2999-01-01"})
    assert city.ended("trends", run_id) == "failed"
    (alert,) = city.until(lambda: webhook.of("task_failed", run_id), "an alert")
    assert alert["tries"] == 1
    assert "has not begun" in alert["error"]


def test_twenty_forced_days_all_succeed_and_never_two_jobs_at_once(city: Airflow, webhook: Receiver) -> None:
    before, told = {one["dag_run_id"] for one in city.runs()}, len(webhook.messages)
    late = city.trigger("late_data", {"date": str(DAY.date)})
    forced = [city.trigger("compact_archive", {"date": str(DAY.date)}) for _ in range(FORCED)]
    states = [city.ended("compact_archive", run_id) for run_id in forced]
    assert city.ended("late_data", late) == "success"
    city.quiet()
    assert states == ["success"] * FORCED
    later = [one for one in city.runs() if one["dag_run_id"] not in before]
    assert {one["state"] for one in later} == {"success"}
    assert {one["dag_id"] for one in later} == {*CHAIN, "late_data"}
    assert webhook.messages[told:] == []
    tasks = sorted(city.tasks(), key=lambda task: at(task["start_date"]))
    assert {task["pool"] for task in tasks} == {"batch"}
    assert len(tasks) > FORCED * 3
    for one, following in itertools.pairwise(tasks):
        assert at(one["end_date"]) <= at(following["start_date"]), (one, following)


def test_a_run_that_misses_its_deadline_is_told_and_goes_on(city: Airflow, webhook: Receiver) -> None:
    version = city.get("dags/daily_analytics/details")["last_parsed_time"]
    city.start_part("dag-processor", CITY_BATCH_DEADLINE_S="1")

    def read_anew() -> bool:
        return bool(city.get("dags/daily_analytics/details")["last_parsed_time"] != version)

    city.until(read_anew, "the DAG with another deadline")
    run_id = city.trigger("daily_analytics", {"date": str(DAY.date)})
    (alert,) = city.until(lambda: webhook.of("deadline_missed", run_id), "an alert")
    assert alert["text"].startswith("daily_analytics: not done by 20")
    assert city.ended("daily_analytics", run_id) == "success"
    city.quiet()
