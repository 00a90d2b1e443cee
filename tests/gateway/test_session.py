"""Signing in and out by a cookie."""

import asyncio
import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from gateway import users
from gateway.session import keys, token
from tests.gateway.browser import COOKIE, SESSION, Browser, signed_in, token_like
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GUESSED, OPERATOR, VIEWER, Gateway, receive, subscribe, until
from tests.harness.patience import PATIENCE_S

PATH = "/api/traffic/live"
ELSEWHERE = "https://evil.example"


async def test_who_signs_in_gets_a_cookie_that_only_this_site_gets_back(shared_gateway: Gateway) -> None:
    browser = Browser(shared_gateway)
    assert await browser.status(PATH) == 401
    answer = await browser.sign_in()
    assert answer.status_code == 200
    told = answer.json()
    assert (told["name"], told["role"]) == (VIEWER[0], "viewer")
    _, *attributes = answer.headers["set-cookie"].split("; ")
    assert {one.lower() for one in attributes} == {"httponly", "samesite=strict", "path=/", "max-age=43200"}
    assert await browser.status(PATH) == 200
    assert (await browser.http.get(SESSION)).json() == told
    async with browser.live() as socket:
        await subscribe(socket, "traffic")
        await receive(socket, "snapshot")
    async with browser.http.stream("GET", "/api/live?subscribe=traffic") as stream:
        assert stream.status_code == 200


async def test_who_asks_with_basic_authentication_has_no_session(shared_gateway: Gateway) -> None:
    assert await shared_gateway.get(SESSION) == {"name": VIEWER[0], "role": "viewer", "expires": None}
    assert (await shared_gateway.http.delete(SESSION)).status_code == 204
    assert (await shared_gateway.http.get(PATH)).status_code == 200


async def test_the_cookie_s_role_is_the_user_s(shared_gateway: Gateway) -> None:
    viewer, operator = await signed_in(shared_gateway), await signed_in(shared_gateway, OPERATOR)
    assert (await viewer.status("/api/processes"), await operator.status("/api/processes")) == (403, 200)


async def test_who_signs_out_is_out_and_so_are_their_streams(shared_gateway: Gateway) -> None:
    browser, other = await signed_in(shared_gateway), await signed_in(shared_gateway)
    kept = browser.token
    async with browser.live() as socket, other.live() as others:
        answer = await browser.http.delete(SESSION)
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        assert (socket.close_code, socket.close_reason) == (1008, "the session is over; sign in again")
        await subscribe(others, "traffic")
        await receive(others, "snapshot")
    assert await browser.status(PATH) == 401
    browser.use(kept)
    assert await browser.status(PATH) == 401
    assert await other.status(PATH) == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "ada"}, "body"),
        ({"password": "x" * 12}, "body"),
        ({"name": 5, "password": "x" * 12}, "name"),
        ({"name": "ada", "password": ""}, "password"),
        ({"name": "ada", "password": "x" * 300}, "password"),
        ({"name": "a:da", "password": "x" * 12}, "name"),
        ({"name": "ada", "password": "x" * 12, "admin": True}, "body"),
        ([], "body"),
    ],
)
async def test_a_form_that_is_none_is_told_what_is_wrong(
    shared_gateway: Gateway, body: object, field: str
) -> None:
    answer = await Browser(shared_gateway).http.post(SESSION, json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_form_of_another_kind_is_refused(shared_gateway: Gateway) -> None:
    http = Browser(shared_gateway).http
    assert (await http.post(SESSION, data={"name": "ada", "password": VIEWER[1]})).status_code == 415
    bad = await http.post(SESSION, content=b"{", headers={"Content-Type": "application/json"})
    assert (bad.status_code, bad.json()["field"]) == (400, "body")


async def test_a_wrong_password_is_told_as_to_others_but_in_no_window_of_the_browser(
    shared_gateway: Gateway,
) -> None:
    browser = Browser(shared_gateway)
    for user in ((GUESSED[0], "a wrong password"), ("nobody", VIEWER[1])):
        answer = await browser.sign_in(user, **{"City-Client": "dashboard"})
        assert (answer.status_code, answer.json()["detail"]) == (401, "wrong name or password")
        assert not answer.headers["www-authenticate"].startswith("Basic")
        assert COOKIE not in browser.http.cookies


@pytest.mark.parametrize(
    ("headers", "popup"),
    [
        ({}, True),
        ({"City-Client": "dashboard"}, False),
        ({"City-Client": "curl"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Cookie": f"{COOKIE}=old"}, False),
        ({"Cookie": "other=1"}, True),
    ],
)
async def test_only_who_has_no_page_of_ours_is_asked_for_a_password_by_the_browser(
    shared_gateway: Gateway, headers: dict[str, str], popup: bool
) -> None:
    answer = await shared_gateway.http.get(PATH, headers=headers, auth=None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ") is popup


async def test_a_removed_user_is_out_with_a_live_cookie_and_so_is_one_with_another_password(
    start_gateway: StartGateway, users_file: Path
) -> None:
    gateway = await start_gateway(CITY_GATEWAY_USERS_FILE=str(users_file))
    ada, olga, gwen = [await signed_in(gateway, one) for one in (VIEWER, OPERATOR, GUESSED)]
    known = users.read(users_file)
    async with ada.live() as socket:
        promoted = users.User(known["gwen"].id, "gwen", users.Role.OPERATOR, known["gwen"].hash)
        newer = users.make("olga", users.Role.OPERATOR, "another password", known["olga"].id)
        users.write(users_file, {"olga": newer, "gwen": promoted})
        await until(lambda: ada.status(PATH), lambda code: code == 401)
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        assert (socket.close_code, socket.close_reason) == (1008, "user changed; sign in again")
    assert await olga.status(PATH) == 401
    # A role is read anew; it ends no session.
    assert await gwen.status("/api/processes") == 200
    # The name again, by chance of somebody else.
    users.write(users_file, {"ada": users.make(VIEWER[0], users.Role.ADMIN, VIEWER[1])})
    await until(lambda: gwen.status(PATH), lambda code: code == 401)
    assert await ada.status(PATH) == 401


async def test_forged_and_expired_tokens_let_nobody_in(shared_gateway: Gateway, gateway_dir: Path) -> None:
    browser = await signed_in(shared_gateway)
    good, users_file = browser.token, gateway_dir / "users.json"
    claims = token.read(keys.read(keys.file_beside(users_file)), good)
    assert claims is not None
    payload, signature = good.rsplit(".", 1)
    forged = [
        "",
        "x",
        ".",
        payload,
        f"{payload}.",
        f"{payload}.{signature[::-1]}",
        f"{payload}x.{signature}",
        f".{good}",
        good + "A",
        "x" * 8_000,
        token.sign(("another key, as long as it has to be",), claims),
        token_like(good, users_file, expires_s=int(time.time()) - 1),
        token_like(good, users_file, user_id="00000000"),
        token_like(good, users_file, name=OPERATOR[0]),
        token_like(good, users_file, password="0" * 16),
    ]
    for one in forged:
        browser.use(one)
        assert await browser.status(PATH) == 401, one
        with pytest.raises(InvalidStatus) as refused:
            async with browser.live():
                pass
        assert refused.value.response.status_code == 401, one
    browser.use(good)
    assert await browser.status(PATH) == 200


async def test_a_stream_ends_when_its_session_expires(shared_gateway: Gateway, gateway_dir: Path) -> None:
    browser = await signed_in(shared_gateway)
    good, left_s, socket = browser.token, 2, None
    while socket is None:
        browser.use(token_like(good, gateway_dir / "users.json", expires_s=int(time.time()) + left_s))
        # A busy machine may be late for the handshake.
        with suppress(InvalidStatus):
            socket = await browser.live()
        left_s *= 2
    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
    assert (socket.close_code, socket.close_reason) == (1008, "the session is over; sign in again")
    assert await browser.status(PATH) == 401


async def test_the_audit_log_tells_of_sessions_by_account_and_role(start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    browser = await signed_in(gateway)
    refused = (await browser.http.get(PATH, headers={"Origin": ELSEWHERE})).headers["X-Request-Id"]
    # The same again is counted, whatever its id.
    await browser.http.get(PATH, headers={"Origin": ELSEWHERE})
    kept = browser.token
    await browser.http.delete(SESSION)
    browser.use(kept)
    await browser.status()
    browser.use("x.y")
    await browser.status()
    log = await asyncio.to_thread(gateway.process.log.read_text)
    # In text too they are objects, each with the request that it is of.
    audited = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {line["logger"] for line in audited} == {"gateway.audit"}
    assert [line["request_id"] for line in audited if line["what"] == "origin"] == [refused]
    who = '"user":"ada","role":"viewer"'
    for line in (
        f'"what":"sign-in","result":"right",{who}',
        f'"what":"session","result":"begun",{who}',
        f'"what":"origin","result":"refused",{who}',
        f'"what":"session","result":"end",{who}',
        f'"what":"session","result":"ended",{who}',
        '"what":"session","result":"forged","user":null,"role":null',
    ):
        assert line in log
    for secret in (VIEWER[1], kept, "127.0.0.1", ELSEWHERE):
        assert secret not in "\n".join(line for line in log.splitlines() if line.startswith("{"))
