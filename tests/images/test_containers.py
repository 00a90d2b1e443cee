"""Each service of Compose that is ours, in a container of its image: it starts, works, is healthy, and stops.

Command, user, environment, secrets and folders are those of compose/docker-compose.yml, and servers are real.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from citystream.contracts.registry import EVENTS
from tests.compose.files import BASE, ours, read
from tests.images.buildah import Buildah
from tests.images.containers import Container, Host

pytestmark = pytest.mark.real

SERVICES = {name: one for name, one in read(BASE)["services"].items() if ours(one)}
# As Compose's `depends_on` has them.
JOBS = ("topics", "bucket", "model", "gateway-user")
AIRFLOW = ("api-server", "scheduler", "dag-processor")
GATEWAY = "http://127.0.0.1:8000"
Start = Callable[[str], contextlib.AbstractContextManager[Container]]


@pytest.fixture(scope="module")
def start(buildah: Buildah, registry: dict[str, Path], host: Host) -> Start:
    """A service's container, until the end of a block."""

    @contextlib.contextmanager
    def of(name: str) -> Iterator[Container]:
        service = SERVICES[name]
        buildah.build(service["build"]["target"], service["image"], registry)
        with buildah.container(service["image"]) as made:
            container = Container(buildah, host, service, made)
            try:
                yield container
                assert container.wrote() == []
            finally:
                container.process.kill()

    return of


def sends_all(simulator: Container) -> bool:
    """Whether there are events of each type; emergencies are rare."""
    told = json.loads(simulator.ask(["cat", "/data/sent.json"]).stdout)
    return all(told["produced"].values())


@pytest.fixture(scope="module")
async def city(start: Start) -> None:
    """The jobs have run, and topics have a city's events: the simulator's."""

    def prepare() -> None:
        for name in JOBS:
            with start(name) as job:
                job.work()
        with start("simulator") as simulator:
            simulator.until_healthy()
            simulator.until(lambda: sends_all(simulator), "events of all types")
            simulator.stop()

    await asyncio.to_thread(prepare)


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("type_", EVENTS)
async def test_a_worker_folds_archives_and_stops(type_: str, start: Start) -> None:
    def roles(worker: Container) -> dict[str, int]:
        return {name: role["events"] for name, role in worker.health()["roles"].items()}

    def work() -> None:
        with start(type_) as worker:
            worker.until_healthy()
            worker.until(lambda: all(events > 0 for events in roles(worker).values()), "events")
            assert roles(worker).keys() == {"stream", "archive"}
            sinks = worker.health()["roles"]["stream"]["sinks"]
            assert {name: sink["state"] for name, sink in sinks.items()} == {
                "redis": "up",
                "elasticsearch": "up",
            }
            worker.stop(seconds(SERVICES[type_]["stop_grace_period"]))

    await asyncio.to_thread(work)


@pytest.mark.usefixtures("city")
async def test_the_forecast_role_starts_and_stops(start: Start) -> None:
    def work() -> None:
        with start("forecast") as worker:
            worker.until_healthy()
            assert worker.health()["roles"].keys() == {"forecast"}
            worker.stop(seconds(SERVICES["forecast"]["stop_grace_period"]))

    await asyncio.to_thread(work)


@pytest.mark.usefixtures("city")
async def test_the_gateway_lets_its_user_in_and_shows_the_city(start: Start, host: Host) -> None:
    password = (host.secrets / "gateway_password").read_text()

    def work() -> None:
        with start("gps") as worker, start("gateway") as gateway:
            worker.until_healthy()
            gateway.until_healthy()
            with httpx.Client(base_url=GATEWAY, auth=("city", password), trust_env=False) as http:
                gateway.until(lambda: http.get("/api/vehicles/locations").json()["total"] > 0, "vehicles")
                assert http.get("/api/vehicles/locations", auth=("city", "wrong")).status_code == 401
                assert "<script" in http.get("/").text
            worker.stop()
            gateway.stop()

    await asyncio.to_thread(work)


@pytest.mark.usefixtures("city")
async def test_the_batch_job_makes_yesterday(start: Start) -> None:
    def work() -> None:
        with start("batch") as job:
            print(job.work())

    await asyncio.to_thread(work)


@pytest.mark.usefixtures("city")
async def test_airflow_s_parts_are_healthy_and_run_a_job(start: Start, host: Host) -> None:
    login = {"username": "city", "password": (host.secrets / "airflow_password").read_text()}

    def state(http: httpx.Client, run: str) -> str:
        return str(http.get(f"/api/v2/dags/retain/dagRuns/{run}").json()["state"])

    def work() -> None:
        with start("airflow-database") as job:
            job.work()
        with contextlib.ExitStack() as stack:
            parts = [stack.enter_context(start(f"airflow-{part}")) for part in AIRFLOW]
            for part in parts:
                part.until_healthy()
            http = stack.enter_context(httpx.Client(base_url="http://127.0.0.1:8080", trust_env=False))
            assert http.post("/auth/token", json=login | {"password": "wrong"}).status_code == 401
            token = http.post("/auth/token", json=login).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            parts[-1].until(lambda: http.get("/api/v2/dags/retain").status_code == 200, "the DAG")
            asked = http.post("/api/v2/dags/retain/dagRuns", json={"logical_date": None})
            run = asked.json()["dag_run_id"]
            parts[1].until(lambda: state(http, run) in ("success", "failed"), "the job's end")
            assert state(http, run) == "success"
            for part in reversed(parts):
                part.stop()

    await asyncio.to_thread(work)
