"""A session is good in every gateway process, and ends in each."""

from demo.servers.valkey import Valkey
from tests.gateway.browser import SESSION, signed_in, with_token
from tests.gateway.conftest import StartGateway
from tests.gateway.running import until

PATH = "/api/traffic/live"
ELSEWHERE = "https://evil.example"


async def test_a_session_of_one_gateway_is_good_in_another_and_ends_in_both(
    start_gateway: StartGateway, valkey: Valkey
) -> None:
    one, other = [await start_gateway(CITY_REDIS=valkey.address) for _ in range(2)]
    browser = await signed_in(one)
    there = with_token(other, browser.token)
    assert await there.status(PATH) == 200
    await browser.http.delete(SESSION)
    assert await browser.status() == 401
    await until(there.status, lambda code: code == 401)
    # One that begins later hears of it too.
    late = await start_gateway(CITY_REDIS=valkey.address)
    await until(with_token(late, there.token).status, lambda code: code == 401)


async def test_without_redis_sessions_go_on_and_an_end_is_told_when_it_is_back(
    start_gateway: StartGateway, valkey: Valkey
) -> None:
    valkey.kill()
    one, other = [
        await start_gateway(CITY_REDIS=valkey.address, CITY_GATEWAY_BATCH_HOURS="0") for _ in range(2)
    ]
    browser, lasting = await signed_in(one), await signed_in(one)
    there = with_token(other, browser.token)
    assert (await browser.status(), await there.status()) == (200, 200)
    await browser.http.delete(SESSION)
    assert (await browser.status(), await there.status()) == (401, 200)
    valkey.start()
    await until(there.status, lambda code: code == 401)
    assert await with_token(other, lasting.token).status() == 200


async def test_a_session_is_good_in_each_of_several_processes_and_ends_in_each(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway(CITY_GATEWAY_PROCESSES="2")
    browser = await signed_in(gateway)
    there = with_token(gateway, browser.token)

    async def everywhere() -> set[int]:
        return {await there.status() for _ in range(30)}

    assert await everywhere() == {200}
    await browser.http.delete(SESSION)

    await until(everywhere, lambda codes: codes == {401})
