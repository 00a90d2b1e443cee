"""Several gateway processes on one port."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from citystream.contracts import redis_keys
from citystream.contracts.status import ProcessStatus
from gateway import users
from tests.gateway.conftest import StartGateway
from tests.gateway.running import COMMAND, VIEWER, Gateway, until
from tests.gateway.speed_layer import SpeedLayer
from tests.harness.patience import PATIENCE_S

TWO = {"CITY_GATEWAY_PROCESSES": "2"}
ROADS = "/api/traffic/live"
ANSWERED = f'city_gateway_requests_total{{method="GET",route="{ROADS}",status="200"}}'
VERIFIED = 'city_gateway_sign_ins_total{outcome="right"}'
CLIENTS = "city_gateway_live_clients"
ADDED = '"what":"user","result":"added"'
# So many come at once that one process alone does not take them all, tried again and again.
AT_ONCE = 8


@pytest.fixture
async def strangers() -> AsyncIterator[httpx.AsyncClient]:
    """A client that takes a connection anew for each request."""
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(auth=VIEWER, timeout=PATIENCE_S, limits=limits) as client:
        yield client


async def test_all_answer_on_one_port_and_are_counted_together(
    speed: SpeedLayer, start_gateway: StartGateway, strangers: httpx.AsyncClient, users_file: Path
) -> None:
    await speed.position("a")
    gateway = await start_gateway(**TWO, CITY_GATEWAY_USERS_FILE=str(users_file), CITY_LOG="json")
    ready = await _until_ready(gateway, 2)
    assert ready == {"ready": True, "processes": 2, "processes_ready": 2, "source": "speed", "redis": "up"}
    assert await _health(gateway, "/healthz") == (200, {"state": "up", "processes": 2, "alive": 2})

    # Each of them verifies a password once.
    asked = await _ask_until_verified(gateway, strangers, 2)
    assert await until(lambda: gateway.metric(ANSWERED), lambda count: count >= asked) == asked
    assert await gateway.metric("city_gateway_redis_up") == 1
    assert await gateway.metric('city_gateway_things{topic="vehicles"}') == 1
    assert await gateway.metric('city_gateway_processes{state="ready"}') == 2

    clients = [await gateway.live() for _ in range(AT_ONCE)]
    assert await until(lambda: gateway.metric(CLIENTS), lambda count: count >= AT_ONCE) == AT_ONCE
    for client in clients:
        await client.close()
    await until(lambda: gateway.metric(CLIENTS), lambda count: count == 0)

    bert = users.make("bert", users.Role.VIEWER, "a long password")
    users.write(users_file, users.read(users_file) | {"bert": bert})
    # Both have taken the change, for what they had verified is forgotten.
    await _ask_until_verified(gateway, strangers, await gateway.metric(VERIFIED) + 2)
    told = await until(lambda: _log(gateway), lambda text: ADDED in text)
    assert told.count(ADDED) == 1

    statuses = await until(lambda: _statuses(speed), lambda found: len(found) == 2)
    pids = {str(one.pid) for one in _workers(gateway)}
    assert {one.instance.rpartition("-")[2] for one in statuses} == pids
    assert {one.health_port for one in statuses} == {gateway.operations_port}
    assert told.count("gateway on http") == told.count("health and metrics on") == 1

    for level in ("DEBUG", "INFO"):
        os.kill(gateway.process.pid, signal.SIGUSR1)
        switched = await until(partial(_switched, gateway, level), lambda found: len(found) == 3)
        assert switched == {gateway.process.pid, *(one.pid for one in _workers(gateway))}
    asked_by = await _request_ids(gateway)
    assert len(asked_by) == len(set(asked_by)) > 0

    # A Ctrl-C comes to them all at once.
    await _end_in_order(gateway, lambda: gateway.process.signal(signal.SIGINT))


async def test_one_that_is_killed_is_begun_again_while_the_others_answer(
    speed: SpeedLayer, start_gateway: StartGateway, strangers: httpx.AsyncClient, users_file: Path
) -> None:
    await speed.position("a")
    gateway = await start_gateway(**TWO, CITY_GATEWAY_USERS_FILE=str(users_file))
    await _until_ready(gateway, 2)
    asked = await _ask_until_verified(gateway, strangers, 2)
    known = users.read(users_file)
    async with gateway.live() as client:
        await until(lambda: gateway.metric(CLIENTS), lambda count: count == 1)
        victim = _holder(gateway, client)
        # None can begin until this is whole again.
        _overwrite(users_file, "nobody")
        victim.kill()
        await asyncio.wait_for(client.wait_closed(), PATIENCE_S)
    await _ask(gateway, strangers, AT_ONCE)
    await _until_ready(gateway, 1)
    assert (await _health(gateway, "/readyz"))[0] == 503
    degraded = {"state": "degraded", "processes": 2, "alive": 1}
    await until(lambda: _health(gateway, "/healthz"), lambda answer: answer == (200, degraded))
    assert await gateway.metric(CLIENTS) == 0
    # Those that try to begin lack Redis.
    await until(lambda: gateway.metric("city_gateway_redis_up"), lambda up: up == 1)
    told = await until(lambda: _log(gateway), lambda text: "ended with exit code 1" in text)
    assert f"worker process {victim.pid} ended with exit code -9" in told
    assert "not a users file" in told
    assert "Traceback" not in told

    users.write(users_file, known)
    await _until_ready(gateway, 2)
    assert victim.pid not in {one.pid for one in _workers(gateway)}
    asked += AT_ONCE
    assert await until(lambda: gateway.metric(ANSWERED), lambda count: count >= asked) == asked


async def test_all_end_in_order_when_asked(start_gateway: StartGateway, tmp_path: Path) -> None:
    gateway = await start_gateway(**TWO, TMPDIR=str(tmp_path))
    await _until_ready(gateway, 2)
    assert _files(tmp_path)
    await _end_in_order(gateway, lambda: os.kill(gateway.process.pid, signal.SIGTERM))
    assert _files(tmp_path) == []


async def test_none_outlives_a_supervisor_that_is_killed(
    start_gateway: StartGateway, s3_endpoint: str, namespace: str, tmp_path: Path
) -> None:
    archive = {
        "CITY_S3": s3_endpoint,
        "CITY_S3_ACCESS_KEY": "any",
        "CITY_S3_SECRET_KEY": "any",
        "CITY_S3_BUCKET": namespace,
        "CITY_GATEWAY_BATCH_HOURS": "1",
    }
    gateway = await start_gateway(**TWO, **archive, TMPDIR=str(tmp_path))
    # That bucket was never made, which is found by the process that folds, and each has one.
    await until(lambda: _log(gateway), lambda text: text.count("the archive can't be read") == 2)
    await _until_ready(gateway, 2)
    # Those have metrics of the same names, which are not told.
    assert await gateway.metric("city_gateway_redis_up") == 1
    family = _family(gateway)
    assert len(family) >= 4
    os.kill(gateway.process.pid, signal.SIGKILL)
    await _are_gone(gateway, family)
    assert _files(tmp_path) == []


def test_what_none_could_begin_with_is_one_error_of_the_command(gateway_dir: Path, tmp_path: Path) -> None:
    model = tmp_path / "city.geojson"
    model.write_text("no model")
    given = TWO | {"CITY_GATEWAY_USERS_FILE": str(gateway_dir / "users.json"), "CITY_MODEL": str(model)}
    ended = subprocess.run(
        [COMMAND, "serve", "--port", "0"],
        env={**os.environ, **given, "CITY_GATEWAY_OPERATIONS_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: {model}")
    assert len(ended.stderr.splitlines()) == 1


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _overwrite(file: Path, text: str) -> None:
    file.write_text(text)


async def _until_ready(gateway: Gateway, count: int) -> Any:
    _, answer = await until(
        lambda: _health(gateway, "/readyz"), lambda found: found[1]["processes_ready"] == count
    )
    return answer


async def _health(gateway: Gateway, path: str) -> tuple[int, Any]:
    answer = await gateway.operations.get(path)
    return answer.status_code, answer.json()


async def _ask_until_verified(gateway: Gateway, strangers: httpx.AsyncClient, count: float) -> int:
    """Ask until so many passwords were verified; how often that was."""
    asked = 0

    async def verified() -> float:
        nonlocal asked
        await _ask(gateway, strangers, AT_ONCE)
        asked += AT_ONCE
        return await gateway.metric(VERIFIED)

    await until(verified, lambda found: found >= count)
    return asked


async def _ask(gateway: Gateway, strangers: httpx.AsyncClient, times: int) -> None:
    answers = await asyncio.gather(*(strangers.get(f"{gateway.url}{ROADS}") for _ in range(times)))
    assert {answer.status_code for answer in answers} == {200}


async def _statuses(speed: SpeedLayer) -> list[ProcessStatus]:
    pattern = redis_keys.status(speed.namespace, "gateway", "*")
    keys = [key async for key in speed.client.scan_iter(match=pattern, count=1_000)]
    texts = await speed.client.mget(keys) if keys else []
    return [msgspec.json.decode(text, type=ProcessStatus) for text in texts if text is not None]


async def _log(gateway: Gateway) -> str:
    return gateway.process.last_lines(1_000)


async def _lines(gateway: Gateway) -> list[dict[str, Any]]:
    """All that are whole."""
    text = gateway.process.log.read_text().rpartition("\n")[0]
    return [msgspec.json.decode(line) for line in text.split("\n")]


async def _switched(gateway: Gateway, level: str) -> set[int]:
    """Processes that said that they write lines from this level on."""
    return {one["pid"] for one in await _lines(gateway) if one["message"].startswith(f"lines from {level} ")}


async def _request_ids(gateway: Gateway) -> list[str]:
    """Of sign-ins, as the audit log has them."""
    return [one["request_id"] for one in await _lines(gateway) if one.get("what") == "sign-in"]


def _family(gateway: Gateway) -> list[psutil.Process]:
    return psutil.Process(gateway.process.pid).children(recursive=True)


def _workers(gateway: Gateway) -> list[psutil.Process]:
    children = psutil.Process(gateway.process.pid).children()
    return [one for one in children if "--multiprocessing-fork" in one.cmdline()]


def _holder(gateway: Gateway, client: ClientConnection) -> psutil.Process:
    """The process that has this client's connection."""
    port = client.local_address[1]
    (found,) = (
        one
        for one in _workers(gateway)
        for connection in one.net_connections("tcp")
        if connection.raddr and connection.raddr.port == port
    )
    return found


def _runs(process: psutil.Process) -> bool:
    try:
        # One whose parent is gone may wait long for someone to take note of its end.
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def _end_in_order(gateway: Gateway, ask_to_end: Callable[[], None]) -> None:
    family = _family(gateway)
    async with gateway.live() as client:
        ask_to_end()
        await asyncio.wait_for(client.wait_closed(), PATIENCE_S)
        assert client.close_code == 1012
    await _are_gone(gateway, family)
    assert gateway.process.exit_code == 0
    log = await _log(gateway)
    assert "Traceback" not in log
    assert "exit code" not in log


async def _are_gone(gateway: Gateway, family: list[psutil.Process]) -> None:
    async def running() -> list[int]:
        own = [gateway.process.pid] if gateway.process.running else []
        return own + [one.pid for one in family if _runs(one)]

    await until(running, lambda found: not found)
    socket.create_server(("127.0.0.1", gateway.port)).close()
