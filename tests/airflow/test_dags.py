"""The DAG files, as Airflow's own Python reads them: policy, order, and the commands of each kind of run.

All of it is asked for at once: Airflow takes seconds to start.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from demo.servers.process import installed
from tests.airflow.asking import answer

DAGS = (
    *("compact_archive", "data_quality", "daily_analytics", "trends", "reconcile"),
    *("late_data", "retain"),
)
DAYS = {24: "2026-11-27", 23: "2026-03-29", 25: "2026-10-25"}
NEXT = {"2026-11-27": "2026-11-28", "2026-03-29": "2026-03-30", "2026-10-25": "2026-10-26"}
LATE = {
    "2026-11-27": ["2026-11-24", "2026-11-25", "2026-11-26"],
    "2026-03-29": ["2026-03-26", "2026-03-27", "2026-03-28"],
    "2026-10-25": ["2026-10-22", "2026-10-23", "2026-10-24"],
}
JOBS = {
    "compact_archive": ["compact", "windows"],
    "data_quality": ["quality"],
    "daily_analytics": ["daily"],
    "trends": ["trends"],
    "reconcile": ["reconcile"],
}


SLOW = """#!/bin/bash
trap 'rm "$0.running"; echo "terminated in order"; exit 143' TERM
touch "$0.running"
sleep 60 &
wait
"""
"""A job that cleans up when it is ended."""


def question(dag: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"dag": dag, "kind": kind, **more}


def scheduled(dag: str, day: str, kind: str = "scheduled") -> dict[str, Any]:
    """The first run that falls due once the day is over in Berlin."""
    return question(dag, kind, after=f"{NEXT[day]}T00:00:00+{'02' if day == DAYS[23] else '01'}:00")


CASES: dict[str, tuple[dict[str, Any], list[list[str]]]] = {}
"""Name -> what is asked, and the jobs and days that are expected."""
for _hours, _day in DAYS.items():
    for _kind in ("scheduled", "backfill"):
        CASES[f"compact_archive, {_kind}, {_hours} h"] = (
            scheduled("compact_archive", _day, _kind),
            [[job, _day] for job in JOBS["compact_archive"]],
        )
    CASES[f"late_data, scheduled, {_hours} h"] = (
        scheduled("late_data", _day),
        [["run", late] for late in LATE[_day]],
    )
    for _dag, _jobs in JOBS.items():
        CASES[f"{_dag}, by an asset, {_hours} h"] = (
            question(_dag, "asset_triggered", extras=[{"date": _day}]),
            [[job, _day] for job in _jobs],
        )
        CASES[f"{_dag}, by hand, {_hours} h"] = (
            question(_dag, "manual", after="2026-12-24T12:00:00+00:00", conf={"date": _day}),
            [[job, _day] for job in _jobs],
        )
CASES["data_quality, by three events of two days"] = (
    question(
        "data_quality",
        "asset_triggered",
        extras=[{"date": day} for day in ("2026-11-27", "2026-11-26", "2026-11-27")],
    ),
    [["quality", "2026-11-26"], ["quality", "2026-11-27"]],
)
CASES["trends, by hand, no day named"] = (
    question("trends", "manual", after="2026-11-28T12:00:00+00:00"),
    [["trends", "2026-11-27"]],
)
CASES["compact_archive, by hand, shortly after midnight in Berlin"] = (
    question("compact_archive", "manual", after="2026-11-27T23:10:00+00:00"),
    [["compact", "2026-11-27"], ["windows", "2026-11-27"]],
)
CASES["late_data, by hand"] = (
    question("late_data", "manual", after="2026-12-24T12:00:00+00:00", conf={"date": "2026-11-27"}),
    [["run", late] for late in LATE["2026-11-27"]],
)


@pytest.fixture(scope="module")
def read(airflow_python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `inside` says."""
    slow = tmp_path_factory.mktemp("slow") / "city-batch"
    slow.write_text(SLOW)
    slow.chmod(0o700)
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "PYTHONPATH": str(Path.cwd()),
        "CITY_TIMEZONE": "Europe/Berlin",
    }
    found: dict[str, Any] = answer(
        airflow_python,
        "tests.airflow.inside",
        str(slow),
        question=[asked for asked, _ in CASES.values()],
        environment=environment,
    )
    return found


def test_every_file_is_imported_without_an_error(read: dict[str, Any]) -> None:
    assert read["errors"] == {}
    files = {path.stem for path in Path("batch/airflow/dags").glob("*.py")}
    assert set(read["dags"]) == files == set(DAGS)


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_keeps_the_policy(read: dict[str, Any], name: str) -> None:
    dag = read["dags"][name]
    assert dag["page"].startswith("### ")
    assert len(dag["page"].split()) > 20
    assert dag["tags"] == ["batch", "city"]
    assert dag["catchup"] is False
    assert dag["max_active_runs"] == 1
    assert dag["paused"] is False
    assert dag["deadline_s"] == 3600
    assert dag["deadline_tells"] == "batch.airflow.alerts.deadline_missed"
    for task in dag["tasks"].values():
        assert task["owner"] == "city"
        assert task["pool"] == "batch"
        assert task["retries"] == 3
        assert task["retry_delay_s"] == 300
        assert task["backoff"] == 2
        assert task["execution_timeout_s"] == 3600
        assert task["on_failure"] == ["task_failed"]


def test_the_day_s_jobs_go_before_what_is_made_once_more(read: dict[str, Any]) -> None:
    priority = {
        name: {task["priority"] for task in dag["tasks"].values()} for name, dag in read["dags"].items()
    }
    assert min(min(priority[name]) for name in JOBS) > max(*priority["late_data"], *priority["retain"])


def test_dags_follow_each_other_by_their_assets(read: dict[str, Any]) -> None:
    chain = {name: (dag["after"], dag["outlets"]) for name, dag in read["dags"].items()}
    assert chain == {
        "compact_archive": ([], ["city_compacted"]),
        "data_quality": (["city_compacted"], ["city_checked"]),
        "daily_analytics": (["city_checked"], ["city_analysed"]),
        "trends": (["city_analysed"], []),
        "reconcile": (["city_analysed"], []),
        "late_data": ([], []),
        "retain": ([], []),
    }
    # The asset comes when both are done.
    assert read["dags"]["compact_archive"]["order"] == ["days", "compact", "windows"]


@pytest.mark.parametrize("case", CASES)
def test_a_run_executes_these_commands(read: dict[str, Any], case: str) -> None:
    found = read["answers"][list(CASES).index(case)]
    assert found == [
        [
            *("nice", "-n", "10", "city-batch", job, "--date", day),
            *("--threads", "2", "--memory", "2GB"),
        ]
        for job, day in CASES[case][1]
    ]


def test_a_task_that_is_ended_ends_its_job_in_order(read: dict[str, Any]) -> None:
    assert read["killed"].endswith("retain --dry-run ended with status 143: terminated in order")


@pytest.mark.real
def test_what_imports_airflow_is_typed_too(airflow_python: Path) -> None:
    """Against Airflow's own types, which the main run of mypy does not have."""
    inside = [Path("tests/airflow", name) for name in ("as_composed.py", "inside.py")]
    files = [*Path("batch/airflow").rglob("*.py"), *inside]
    options = [
        "--strict",
        "--explicit-package-bases",
        "--config-file=",
        "--cache-dir=.mypy_cache/airflow",
        f"--python-executable={airflow_python}",
    ]
    done = subprocess.run(
        [installed("mypy"), *options, *map(str, files)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_retain_deletes_nothing_by_itself(read: dict[str, Any]) -> None:
    assert read["retain"] == ["nice", "-n", "10", "city-batch", "retain", "--dry-run"]
