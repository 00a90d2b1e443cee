"""Airflow as compose/ runs it: scheduler, DAG processor and API server on PostgreSQL."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from demo.servers.ports import free_port
from demo.servers.process import Process
from demo.servers.tools import run
from tests.airflow.postgres import Postgres
from tests.compose.files import BASE, Json, generate, interpolated, read

USER, PASSWORD = "city", "for this test alone"
PARTS = ("api-server", "scheduler", "dag-processor")
POLL_S = 0.5
PATIENCE_S = 600.0
ENDED = ("success", "failed", "skipped", "upstream_failed", "removed")


class Airflow:
    """A client of a running Airflow, and its parts."""

    def __init__(self, python: Path, directory: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.health_port = free_port()
        self._python = str(python)
        self._environment = {
            **os.environ,
            "AIRFLOW_HOME": str(directory),
            "PYTHONPATH": str(Path.cwd()),
            "AIRFLOW__CORE__DAGS_FOLDER": str(Path("batch/airflow/dags").resolve()),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(directory / "passwords.json"),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.health_port),
            **environment,
        }
        (directory / "passwords.json").write_text(json.dumps({USER: PASSWORD}))
        self.parts = {
            part: Process(part, [self._python, "-m", "airflow", part], directory / f"{part}.log")
            for part in PARTS
        }
        self.parts["api-server"].command += [
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
        ]
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False)

    def start(self) -> None:
        """Make the database and the pool, as the job of compose/ does, and start all parts."""
        for command in (["db", "migrate"], ["pools", "set", "batch", "1", "jobs of the batch layer"]):
            run([self._python, "-m", "airflow", *command], 300, self._environment)
        for part in PARTS:
            self.start_part(part)
        self._http.headers["Authorization"] = f"Bearer {self.until(self._token, 'a token')}"

    def start_part(self, part: str, **changes: str) -> None:
        """Start it, or start it again with other settings."""
        process = self.parts[part]
        process.stop()
        process.environment = self._environment | changes
        process.start()

    def stop(self) -> None:
        self._http.close()
        for process in self.parts.values():
            process.stop()

    def get(self, path: str, **parameters: Any) -> Json:
        answer = self._http.get(f"/api/v2/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def trigger(self, dag: str, conf: Json) -> str:
        """Run it by hand; the run's id."""
        answer = self._http.post(f"/api/v2/dags/{dag}/dagRuns", json={"logical_date": None, "conf": conf})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["dag_run_id"])

    def ended(self, dag: str, run_id: str) -> str:
        """Its state, once it has one that stays."""

        def state() -> str | None:
            found = str(self.get(f"dags/{dag}/dagRuns/{run_id}")["state"])
            return found if found in ENDED else None

        return str(self.until(state, f"the end of {dag} {run_id}"))

    def runs(self) -> list[Json]:
        """All runs of all DAGs, oldest first."""
        found: list[Json] = self.get("dags/~/dagRuns", limit=500, order_by="id")["dag_runs"]
        return found

    def tasks(self, dag: str = "~", run_id: str = "~") -> list[Json]:
        """Task instances, each with its last try."""
        path = f"dags/{dag}/dagRuns/{run_id}/taskInstances"
        found: list[Json] = []
        while True:
            page = self.get(path, limit=100, offset=len(found), order_by="id")["task_instances"]
            found += page
            if len(page) < 100:
                return found

    def quiet(self) -> None:
        """Wait until no run is left that has not ended."""
        since: list[float] = []

        def still() -> bool | None:
            if any(one["state"] not in ENDED for one in self.runs()):
                since.clear()
                return None
            # A task's event becomes a run some loops of the scheduler later.
            since.append(time.monotonic())
            return True if since[-1] - since[0] > 15 else None

        self.until(still, "the end of all runs")

    def has(self, dags: set[str]) -> None:
        """Wait until the DAG processor has read these."""
        self.until(
            lambda: {one["dag_id"] for one in self.get("dags")["dags"]} >= dags or None, "the DAG files"
        )

    def _token(self) -> str | None:
        try:
            answer = self._http.post("/auth/token", json={"username": USER, "password": PASSWORD})
        except httpx.TransportError:
            return None
        return str(answer.json()["access_token"]) if answer.status_code == 201 else None

    def until(self, found: Callable[[], Any], what: str) -> Any:
        """Wait for something, as long as all parts run."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for part in self.parts.values():
                assert part.running, f"{part.name} has ended:\n{part.last_lines()}"
            if result := found():
                return result
            time.sleep(POLL_S)
        logs = "\n".join(f"{part.name}:\n{part.last_lines()}" for part in self.parts.values())
        raise AssertionError(f"{what} did not come in {PATIENCE_S:.0f} s:\n{logs}")


@contextmanager
def airflow(python: Path, directory: Path, environment: dict[str, str]) -> Iterator[Airflow]:
    """Airflow on a PostgreSQL of its own, with this in its environment."""
    home = directory / "airflow"
    home.mkdir(mode=0o700)
    database = Postgres(directory)
    started = Airflow(python, home, composed(generate(directory / "compose"), database.address) | environment)
    try:
        database.start()
        started.start()
        yield started
    finally:
        started.stop()
        database.kill()


def composed(secrets: Path, database: str = "postgres:5432") -> dict[str, str]:
    """Airflow's settings in compose/ that name none of its containers, with secrets and database of here."""
    environment: dict[str, str] = interpolated(read(BASE)["services"]["airflow-scheduler"]["environment"])
    return {
        name: value.replace("/run/secrets", str(secrets)).replace("@postgres:5432/", f"@{database}/")
        for name, value in environment.items()
        if name.startswith("AIRFLOW__") and name != "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"
    }


def seconds(one: Json) -> float:
    """How long a run or a task took."""
    return (at(one["end_date"]) - at(one["start_date"])).total_seconds()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
