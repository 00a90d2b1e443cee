"""What sessions are signed with."""

import asyncio
import stat
from pathlib import Path

from gateway.session import keys, token
from tests.gateway.browser import Browser, signed_in, with_token
from tests.gateway.conftest import StartGateway
from tests.gateway.running import until

PATH = "/api/traffic/live"
ELSEWHERE = "https://evil.example"


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
        assert await with_token(gateway, browser.token).status() == 200


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
