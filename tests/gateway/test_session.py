"""Signing in and out by a cookie."""

import asyncio
import stat
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from demo.servers.valkey import Valkey
from gateway import users
from gateway.session import keys, token
from tests.gateway.browser import COOKIE, SESSION, Browser, token_like
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GUESSED, OPERATOR, VIEWER, Gateway, receive, subscribe, until
from tests.harness.patience import PATIENCE_S

PATH = "/api/traffic/live"
ELSEWHERE = "https://evil.example"


@pytest.fixture
def users_file(gateway_dir: Path, tmp_path: Path) -> Path:
    """The usual users, for this test to change."""
    copy = tmp_path / "users.json"
    copy.write_bytes((gateway_dir / "users.json").read_bytes())
    return copy


async def signed_in(gateway: Gateway, user: tuple[str, str] = VIEWER) -> Browser:
    browser = Browser(gateway)
    assert (await browser.sign_in(user)).status_code == 200
    return browser


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
    async with browser.http.stream("GET", "/api/live/stream?subscribe=traffic") as stream:
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


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 200),
        ({"Origin": ""}, 403),
        ({"Origin": ELSEWHERE}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://{host}"}, 403),
        ({"Origin": "http://user@{host}/"}, 403),
        ({"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_only_a_page_of_ours_signs_in_and_out(
    shared_gateway: Gateway, headers: dict[str, str], code: int
) -> None:
    browser = Browser(shared_gateway)
    host = f"127.0.0.1:{shared_gateway.port}"
    given = {name: value.format(host=host) for name, value in headers.items()}
    if given.get("Origin") == "":
        del browser.http.headers["Origin"], given["Origin"]
    answer = await browser.sign_in(VIEWER, **given)
    assert answer.status_code == code
    if code == 403:
        assert answer.json()["field"] == "Origin"
        assert "set-cookie" not in answer.headers
    browser.use((await signed_in(shared_gateway)).token)
    out = await browser.http.delete(SESSION, headers=given)
    assert out.status_code == (204 if code == 200 else 403)
    assert await _with(shared_gateway, browser.token).status() == (401 if code == 200 else 200)


async def test_another_site_s_page_reads_nothing_with_the_cookie(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_CORS_ORIGINS="https://map.example")
    browser = await signed_in(gateway)
    for origin in (ELSEWHERE, "null", "https://map.example"):
        assert (await browser.http.get(PATH, headers={"Origin": origin})).status_code == 403
        with pytest.raises(InvalidStatus) as refused:
            async with browser.live(origin):
                pass
        assert refused.value.response.status_code == 403
    # Typed into the address bar, or asked by a page of ours: no origin is told of a plain GET.
    del browser.http.headers["Origin"]
    assert await browser.status(PATH) == 200
    with pytest.raises(InvalidStatus) as refused:
        async with browser.live(None):
            pass
    assert refused.value.response.status_code == 403
    # A program says no origin, and an allowed page has a credential of its own.
    for allowed in (None, "https://map.example", browser.origin):
        async with gateway.live(origin=allowed) as socket:
            await receive(socket, "heartbeat")
    assert await gateway.metric('city_gateway_refused_total{limit="origin"}') == 7


async def test_behind_a_trusted_proxy_ours_is_what_the_client_sees(
    start_gateway: StartGateway,
) -> None:
    ours = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "city.example",
        "Origin": "https://city.example",
    }
    trusting = await start_gateway(CITY_GATEWAY_TRUSTED_PROXIES="127.0.0.0/8")
    answer = await Browser(trusting).sign_in(VIEWER, **ours)
    assert answer.status_code == 200
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in attributes
    async with httpx.AsyncClient(base_url=trusting.url, headers=ours | {"Cookie": name}) as client:
        assert (await client.get(PATH)).status_code == 200
        # In clear the browser would not send it.
        assert (await client.get(PATH, headers={"X-Forwarded-Proto": "http"})).status_code == 401
    assert (await Browser(trusting).sign_in(VIEWER, **ours | {"Origin": trusting.url})).status_code == 403
    other = await start_gateway()
    assert (await Browser(other).sign_in(VIEWER, **ours)).status_code == 403


async def test_a_session_of_one_gateway_is_good_in_another_and_ends_in_both(
    start_gateway: StartGateway, valkey: Valkey
) -> None:
    one, other = [await start_gateway(CITY_REDIS=valkey.address) for _ in range(2)]
    browser = await signed_in(one)
    there = _with(other, browser.token)
    assert await there.status(PATH) == 200
    await browser.http.delete(SESSION)
    assert await browser.status() == 401
    await until(there.status, lambda code: code == 401)
    # One that begins later hears of it too.
    late = await start_gateway(CITY_REDIS=valkey.address)
    await until(_with(late, there.token).status, lambda code: code == 401)


async def test_without_redis_sessions_go_on_and_an_end_is_told_when_it_is_back(
    start_gateway: StartGateway, valkey: Valkey
) -> None:
    valkey.kill()
    one, other = [
        await start_gateway(CITY_REDIS=valkey.address, CITY_GATEWAY_BATCH_HOURS="0") for _ in range(2)
    ]
    browser, lasting = await signed_in(one), await signed_in(one)
    there = _with(other, browser.token)
    assert (await browser.status(), await there.status()) == (200, 200)
    await browser.http.delete(SESSION)
    assert (await browser.status(), await there.status()) == (401, 200)
    valkey.start()
    await until(there.status, lambda code: code == 401)
    assert await _with(other, lasting.token).status() == 200


async def test_a_session_is_good_in_each_of_several_processes_and_ends_in_each(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway(CITY_GATEWAY_PROCESSES="2")
    browser = await signed_in(gateway)
    there = _with(gateway, browser.token)

    async def everywhere() -> set[int]:
        return {await there.status() for _ in range(30)}

    assert await everywhere() == {200}
    await browser.http.delete(SESSION)

    await until(everywhere, lambda codes: codes == {401})


async def test_the_key_is_made_once_and_for_its_owner_alone(
    start_gateway: StartGateway, users_file: Path
) -> None:
    gateways = await asyncio.gather(
        *(start_gateway(CITY_GATEWAY_USERS_FILE=str(users_file)) for _ in range(3))
    )
    file = keys.file_beside(users_file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(keys.read(file)) == 1
    browser = await signed_in(gateways[0])
    for gateway in gateways[1:]:
        assert await _with(gateway, browser.token).status() == 200


async def test_a_rotated_key_ends_no_session_unless_all_shall_end(
    start_gateway: StartGateway, users_file: Path
) -> None:
    gateway = await start_gateway(CITY_GATEWAY_USERS_FILE=str(users_file))
    file = keys.file_beside(users_file)
    first = await signed_in(gateway)
    keys.rotate(file, end_all=False)

    async def signs_with_the_new() -> bool:
        return token.read(keys.read(file)[-1:], (await signed_in(gateway)).token) is not None

    await until(signs_with_the_new, bool)
    assert await first.status() == 200
    keys.rotate(file, end_all=True)
    await until(first.status, lambda code: code == 401)
    await until(signs_with_the_new, bool)
    file.write_text("short\n")
    second = await signed_in(gateway)
    await until(
        lambda: asyncio.to_thread(gateway.process.log.read_text), lambda log: "session key stays" in log
    )
    assert await second.status() == 200


async def test_the_key_may_come_from_the_environment(start_gateway: StartGateway, users_file: Path) -> None:
    given = {"CITY_GATEWAY_USERS_FILE": str(users_file), "CITY_GATEWAY_SESSION_KEY": "0123456789abcdef" * 2}
    browser = await signed_in(await start_gateway(**given))
    assert token.read((given["CITY_GATEWAY_SESSION_KEY"],), browser.token) is not None
    assert not keys.file_beside(users_file).exists()


async def test_where_no_key_can_be_kept_programs_are_answered_and_browsers_told_why(
    start_gateway: StartGateway, users_file: Path
) -> None:
    # Root writes where nobody may; not where a link leads nowhere.
    keys.file_beside(users_file).symlink_to("/nowhere/at/all")
    gateway = await start_gateway(CITY_GATEWAY_USERS_FILE=str(users_file))
    assert (await gateway.http.get(PATH)).status_code == 200
    answer = await Browser(gateway).sign_in()
    assert (answer.status_code, answer.json()["detail"]) == (503, "no session key")
    assert "browsers can't sign in" in gateway.process.last_lines()


async def test_the_audit_log_tells_of_sessions_by_account_and_role(start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    browser = await signed_in(gateway)
    await browser.http.get(PATH, headers={"Origin": ELSEWHERE})
    kept = browser.token
    await browser.http.delete(SESSION)
    browser.use(kept)
    await browser.status()
    browser.use("x.y")
    await browser.status()
    log = await asyncio.to_thread(gateway.process.log.read_text)
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


def _with(gateway: Gateway, value: str) -> Browser:
    browser = Browser(gateway)
    browser.use(value)
    return browser
