"""How much users and addresses may ask, and that the defaults leave room for a city's own screens."""

import asyncio
import json

import httpx
import pytest

from gateway.authentication import WAITING
from gateway.rates import Rates
from gateway.settings import GatewaySettings
from tests.gateway.browser import Browser
from tests.gateway.conftest import StartGateway
from tests.gateway.raw import basic, read_answer
from tests.gateway.running import GUESSED, OPERATOR, VIEWER, Gateway
from tests.harness.patience import PATIENCE_S

PATH = "/api/status"
PAGE_REQUESTS = 16
"""A page that begins: itself, its assets, the city model, the first answers, the handshake."""


async def ask_until_refused(client: httpx.AsyncClient, path: str) -> tuple[int, httpx.Response]:
    asked = 0
    while (answer := await client.get(path)).status_code != 429:
        asked += 1
        assert asked < 1_000
    return asked, answer


def _from(address: str, gateway: Gateway, user: tuple[str, str] | None = VIEWER) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(base_url=gateway.url, transport=transport, auth=user)


@pytest.mark.parametrize("path", [PATH, "/page"])
async def test_an_address_over_its_rate_waits_whoever_asks_and_no_other_does(
    start_gateway: StartGateway, path: str
) -> None:
    low = {"CITY_GATEWAY_ADDRESS_RATE_PER_S": "2", "CITY_GATEWAY_ADDRESS_RATE_BURST": "30"}
    gateway = await start_gateway(**low)
    async with _from("127.0.0.9", gateway) as client, _from("127.0.0.9", gateway, OPERATOR) as another:
        asked, answer = await ask_until_refused(client, path)
        assert asked >= 30
        assert answer.json()["detail"] == "too many requests of this address"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["ratelimit-policy"] == '"address";q=30;w=15'
        _, refused = await ask_until_refused(another, PATH)
        assert refused.json()["detail"] == "too many requests of this address"
    async with _from("127.0.0.10", gateway) as elsewhere:
        assert (await elsewhere.get(PATH)).status_code == 200
    for path in ("/healthz", "/readyz", "/metrics"):
        for _ in range(40):
            assert (await gateway.operations.get(path)).status_code in (200, 503)
    assert await gateway.metric('city_gateway_refused_total{limit="address"}') >= 2


async def test_a_user_over_the_rate_waits_with_password_and_cookie_alike(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_RATE_PER_S="2", CITY_GATEWAY_RATE_BURST="30")
    browser = Browser(gateway)
    assert (await browser.sign_in()).status_code == 200
    asked, answer = await ask_until_refused(browser.http, PATH)
    assert asked >= 30
    assert answer.json()["detail"] == "too many requests of this user"
    _, refused = await ask_until_refused(gateway.http, PATH)
    assert refused.json()["detail"] == "too many requests of this user"
    assert (await gateway.http.get(PATH, auth=OPERATOR)).status_code == 200


async def test_when_too_many_sign_in_at_once_some_are_told_to_come_again(start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    # Each from an address of its own, and all of them there before the first one asks.
    connections = [
        await asyncio.open_connection("127.0.0.1", gateway.port, local_addr=(f"127.0.1.{number}", 0))
        for number in range(1, 2 * WAITING)
    ]
    for number, (_, writer) in enumerate(connections):
        credential = basic((f"name-{number}", "a password"))
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {credential}\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE_S):
        answers = [await read_answer(reader) for reader, _ in connections]
    for _, writer in connections:
        writer.close()
    assert {code for code, _, _ in answers} == {401, 429}
    busy = [(headers["retry-after"], json.loads(body)) for code, headers, body in answers if code == 429]
    assert {(retry, told["detail"]) for retry, told in busy} == {("1", "too many sign-ins at once")}
    assert (await gateway.http.get(PATH)).status_code == 200


async def test_nobody_locks_the_wall_screen_out_by_its_name(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_LOCKOUT_TRIES="3", CITY_GATEWAY_LOCKOUT_S="60")
    guesser, wall = Browser(gateway, address="127.0.0.11"), Browser(gateway, address="127.0.0.12")
    for _ in range(3):
        assert (await guesser.sign_in((GUESSED[0], "a wrong password"))).status_code == 401
    locked = await guesser.sign_in(GUESSED)
    assert (locked.status_code, locked.json()["detail"]) == (429, "too many wrong passwords")
    assert 1 <= int(locked.headers["retry-after"]) <= 60
    assert (await wall.sign_in(GUESSED)).status_code == 200
    assert await wall.status(PATH) == 200


@pytest.mark.parametrize("which", ["user", "address"])
def test_a_wall_of_screens_and_a_slider_stay_within_the_defaults(which: str) -> None:
    own = GatewaySettings()
    rates = (
        Rates(own.rate_per_s, own.rate_burst)
        if which == "user"
        else Rates(own.address_rate_per_s, own.address_rate_burst)
    )
    # One account and one address: eight screens switched on at once, each with three answers every ten
    # seconds; at one of them somebody drags a slider, which asks for roads and vehicles ten times a second.
    at_s = [0.0] * 8 * PAGE_REQUESTS
    at_s += [second + screen / 10 for second in range(10, 120, 10) for screen in range(8) for _ in range(3)]
    at_s += [5 + step / 10 for step in range(600) for _ in range(2)]
    assert [at for at in sorted(at_s) if rates.take(which, at)] == []
