"""Who is let in."""

import asyncio
from pathlib import Path

import httpx
import pytest

from citystream.contracts.status import ProcessStatus, SinkStatus
from gateway import users
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GUESSED, OPERATOR, VIEWER, Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer, now_ms
from tests.harness.patience import PATIENCE_S

PATH = "/api/traffic/live"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer abc",
        "Basic",
        "Basic !!!",
        "Basic YWRh",  # a name without a password
        "Basic gICA",  # not UTF-8
    ],
)
async def test_without_readable_credentials_nobody_is_let_in(
    shared_gateway: Gateway, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with httpx.AsyncClient(base_url=shared_gateway.url) as client:
        answer = await client.get(PATH, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "credential",
    [
        (GUESSED[0], "a wrong password"),
        ("nobody", VIEWER[1]),
        (GUESSED[0], OPERATOR[1]),
        ("ADA", VIEWER[1]),
        (GUESSED[0], "x" * 9_000),
        ("x" * 9_000, "a long name's password"),
    ],
)
async def test_a_wrong_name_or_password_is_refused_with_the_same_words(
    shared_gateway: Gateway, credential: tuple[str, str]
) -> None:
    answer = await shared_gateway.http.get(PATH, auth=credential)
    assert answer.status_code == 401
    assert answer.json()["detail"] in ("wrong name or password", "credentials that can't be read")
    assert (await shared_gateway.http.get(PATH, auth=GUESSED)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api", "/api/nowhere", "/apiary", "/%61pi/status", "/ws", "/ws/live", PATH]
)
async def test_what_may_be_data_asks_for_credentials(shared_gateway: Gateway, path: str) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(shared_gateway.url + path)).status_code == 401


@pytest.mark.parametrize("path", ["/nowhere", "/healthz", "/readyz", "/metrics"])
async def test_what_is_no_data_asks_for_none(shared_gateway: Gateway, path: str) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(shared_gateway.url + path)).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_health_and_metrics_are_open_on_their_own_port_alone(
    shared_gateway: Gateway, path: str
) -> None:
    assert (await shared_gateway.operations.get(path)).status_code == 200
    assert (await shared_gateway.http.get(path)).status_code == 404
    assert (await shared_gateway.operations.get(PATH)).status_code == 404


async def test_a_password_is_hashed_once_for_many_requests(start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    verified = 'city_gateway_sign_ins_total{outcome="right"}'
    answers = await asyncio.gather(*(gateway.http.get(PATH) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert await gateway.metric(verified) == 1
    for _ in range(20):
        await gateway.get(PATH)
    assert await gateway.metric(verified) == 1


async def test_where_processes_run_is_for_operators_alone(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    sinks = {"redis": SinkStatus(state="up")}
    await speed.status(
        ProcessStatus(
            process="gps",
            role="stream",
            instance="host-a-17",
            at_ms=now_ms(),
            health_port=4711,
            state="up",
            sinks=sinks,
        )
    )
    gateway = await start_gateway()
    await gateway.until("/api/status", lambda answer: len(answer["processes"]) == 2)
    assert "host-a-17" not in (await gateway.http.get("/api/status", auth=OPERATOR)).text
    refused = await gateway.http.get("/api/processes")
    assert (refused.status_code, refused.json()["field"]) == (403, "Authorization")
    assert "operator" in refused.json()["remedy"]
    assert "host-a-17" not in refused.text
    processes = (await gateway.http.get("/api/processes", auth=OPERATOR)).json()["processes"]
    gps = next(one for one in processes if one["process"] == "gps")
    assert (gps["instance"], gps["health_port"], gps["sinks"]["redis"]["state"]) == ("host-a-17", 4711, "up")


async def test_users_are_added_and_removed_while_it_runs(start_gateway: StartGateway, tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    known = {"ada": users.make(VIEWER[0], users.Role.VIEWER, VIEWER[1])}
    users.write(file, known)
    gateway = await start_gateway(CITY_GATEWAY_USERS_FILE=str(file))
    newcomer = ("bert", "the newcomer's password")

    async def status(credential: tuple[str, str]) -> int:
        return (await gateway.http.get(PATH, auth=credential)).status_code

    async def log() -> str:
        # It is read again when somebody asks.
        await status(VIEWER)
        return gateway.process.log.read_text()

    assert await status(newcomer) == 401
    users.write(file, known | {"bert": users.make(newcomer[0], users.Role.VIEWER, newcomer[1])})
    await until(lambda: status(newcomer), lambda code: code == 200)
    async with gateway.live(newcomer) as newcomers, gateway.live() as adas:
        users.write(file, known)
        await until(lambda: status(newcomer), lambda code: code == 401)
        await asyncio.wait_for(newcomers.wait_closed(), PATIENCE_S)
        assert (newcomers.close_code, newcomers.close_reason) == (1008, "user changed; sign in again")
        await subscribe(adas, "traffic")
        await receive(adas, "snapshot")
    file.write_text("{ not json")
    await until(log, lambda text: "the users stay as they were" in text)
    assert await status(VIEWER) == 200


async def test_a_page_of_another_site_may_read_nothing(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get(PATH, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_an_allowed_origin_may_read(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_CORS_ORIGINS="https://map.example")
    answer = await gateway.http.get(PATH, headers={"Origin": "https://map.example"})
    assert answer.headers["access-control-allow-origin"] == "https://map.example"
    preflight = {"Origin": "https://map.example", "Access-Control-Request-Method": "GET"}
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        assert (await client.options(PATH, headers=preflight)).status_code == 200
    other = await gateway.http.get(PATH, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def test_answers_carry_security_headers(shared_gateway: Gateway) -> None:
    for path in (PATH, "/api/traffic/live/nowhere", "/nowhere"):
        headers = (await shared_gateway.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers.get_list("cache-control") in (["no-store"], ["private, no-cache"])
        assert headers.get_list("content-security-policy") == ["default-src 'none'; frame-ancestors 'none'"]
        assert "server" not in headers


async def test_other_paths_and_parameters_are_problems(shared_gateway: Gateway) -> None:
    missing = await shared_gateway.http.get("/api/nowhere")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    unknown = await shared_gateway.http.get(PATH, params={"verbose": "1"})
    assert (unknown.status_code, unknown.json()["field"]) == (400, "verbose")
