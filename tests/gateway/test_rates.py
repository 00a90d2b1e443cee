"""So many a second, and a burst."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from gateway.rates import MOST_KEYS, Rates
from tests.gateway.running import OPERATOR, Gateway, until

PATH = "/api/status"


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    rates = Rates(10, 3)
    assert [rates.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert rates.take("a", 0.0) == pytest.approx(0.1)
    assert rates.take("b", 0.0) == 0
    assert rates.take("a", 0.1) == 0
    assert rates.take("a", 0.1) > 0
    assert sum(rates.take("a", 0.2 + 0.01 * step) == 0 for step in range(100)) == 10


def test_who_was_quiet_has_the_burst_again_and_no_more() -> None:
    rates = Rates(10, 3)
    for _ in range(3):
        rates.take("a", 0.0)
    assert [rates.take("a", 1_000.0) == 0 for _ in range(4)] == [True, True, True, False]


def test_one_that_is_given_back_was_none() -> None:
    rates = Rates(1, 1)
    assert rates.take("a", 0.0) == 0
    rates.give_back("a")
    assert rates.take("a", 0.0) == 0
    rates.give_back("a")
    rates.give_back("a")
    assert [rates.take("a", 0.0) == 0 for _ in range(2)] == [True, False]


def test_keys_without_end_take_no_memory_without_end() -> None:
    rates = Rates(1, 1)
    for key in range(3 * MOST_KEYS):
        assert rates.take(key, 0.0) == 0
    assert rates.take(3 * MOST_KEYS - 1, 0.0) > 0
    assert len(vars(rates)["_full_at"]) == MOST_KEYS


async def refused(gateway: Gateway) -> tuple[httpx.Response, int]:
    """The first answer that is a refusal, and how many there were before it."""
    asked = 0
    while (answer := await gateway.http.get(PATH)).status_code == 200:
        asked += 1
    return answer, asked


async def test_one_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is(
    strict_gateway: Gateway,
) -> None:
    answer, asked = await refused(strict_gateway)
    assert asked >= 40
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"] == "wait 1 s"
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["ratelimit-policy"] == '"user";q=40;w=10'
    assert answer.headers["ratelimit"].startswith('"user";r=0;t=')

    async def live_after_too_many() -> int:
        # On a busy machine a token may have come back until then.
        await refused(strict_gateway)
        try:
            async with strict_gateway.live():
                return 200
        except InvalidStatus as error:
            return error.response.status_code

    assert await until(live_after_too_many, lambda status: status != 200) == 429
    assert (await strict_gateway.http.get(PATH, auth=OPERATOR)).status_code == 200
    assert await strict_gateway.metric('city_gateway_refused_total{limit="rate"}') >= 2
    assert (
        '"what":"rate","result":"refused","user":"ada","role":"viewer","of":"user"'
        in strict_gateway.process.last_lines()
    )
