"""Guessing passwords."""

import asyncio
import json

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from gateway.lockout import FORGOTTEN_AFTER, VERIFIED_AT_ONCE, Lockout, network
from gateway.rates import MOST_KEYS
from tests.gateway.running import GUESSED, Gateway
from tests.harness.patience import PATIENCE_S

PATH = "/api/status"
# The settings' defaults.
FREE_TRIES, FIRST_S, LONGEST_S = 5, 5, 300
FORGOTTEN_AFTER_S = FORGOTTEN_AFTER * LONGEST_S
WRONG = (GUESSED[0], "a wrong password")


def guess(lockout: Lockout, times: int, address: str = "10.0.0.1", name: str = "ada") -> None:
    for _ in range(times):
        lockout.begin(name, address, 0.0)


def test_typing_errors_lock_nobody_out_and_more_do_for_longer_each_time() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    guess(lockout, FREE_TRIES - 1)
    assert lockout.wait_s("ada", "10.0.0.1", 0.0) == 0
    waits = []
    for _ in range(12):
        guess(lockout, 1)
        waits.append(lockout.wait_s("ada", "10.0.0.1", 0.0))
    assert waits == [5, 10, 20, 40, 80, 160, *[LONGEST_S] * 6]
    assert lockout.wait_s("ada", "10.0.0.1", LONGEST_S) == 0


def test_the_user_elsewhere_and_other_users_there_are_not_locked_out() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    guess(lockout, 20)
    assert lockout.wait_s("ada", "10.0.0.2", 0.0) == 0
    assert lockout.wait_s("bert", "10.0.0.1", 0.0) == 0


def test_a_right_password_ends_it_and_so_does_time() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    guess(lockout, FREE_TRIES - 1)
    lockout.right("ada", "10.0.0.1")
    guess(lockout, FREE_TRIES - 1)
    assert lockout.wait_s("ada", "10.0.0.1", 0.0) == 0
    lockout.begin("ada", "10.0.0.1", FORGOTTEN_AFTER_S + 1)
    assert lockout.wait_s("ada", "10.0.0.1", FORGOTTEN_AFTER_S + 1) == 0


def test_an_address_that_tries_names_is_slowed_down() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    names = [f"name-{number}" for number in range(2 * VERIFIED_AT_ONCE)]
    assert sum(lockout.begin(name, "10.0.0.1", 0.0) == 0 for name in names) == VERIFIED_AT_ONCE
    assert lockout.begin("ada", "10.0.0.2", 0.0) == 0
    assert lockout.begin("ada", "10.0.0.1", 1.0) == 0


def test_right_passwords_of_many_behind_one_address_are_not() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    for number in range(10 * VERIFIED_AT_ONCE):
        assert lockout.begin(f"name-{number}", "10.0.0.1", 0.0) == 0
        lockout.right(f"name-{number}", "10.0.0.1")


def test_names_without_end_take_no_memory_without_end() -> None:
    lockout = Lockout(FREE_TRIES, FIRST_S, LONGEST_S)
    for number in range(MOST_KEYS + 1_000):
        lockout.begin(f"name-{number}", "10.0.0.1", 0.0)
    assert len(vars(lockout)["_tries"]) == MOST_KEYS


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("", ""),
    ],
)
def test_an_ipv6_subscriber_is_one(address: str, counted: str) -> None:
    assert network(address) == counted


async def test_after_wrong_passwords_the_right_one_must_wait_there_but_not_elsewhere(
    strict_gateway: Gateway,
) -> None:
    here = strict_gateway.http
    elsewhere = _from("127.0.0.2", strict_gateway)
    codes = [(await here.get(PATH, auth=WRONG)).status_code for _ in range(FREE_TRIES)]
    assert codes == [401] * FREE_TRIES
    locked = await here.get(PATH, auth=GUESSED)
    assert (locked.status_code, locked.json()["detail"]) == (429, "too many wrong passwords")
    assert 1 <= int(locked.headers["retry-after"]) <= FIRST_S
    with pytest.raises(InvalidStatus) as refused:
        async with strict_gateway.live(GUESSED):
            pass
    assert refused.value.response.status_code == 429
    async with elsewhere:
        assert (await elsewhere.get(PATH, auth=GUESSED)).status_code == 200
    assert await strict_gateway.metric('city_gateway_sign_ins_total{outcome="locked"}') == 2

    async with asyncio.timeout(PATIENCE_S):
        while (again := await here.get(PATH, auth=GUESSED)).status_code == 429:
            await asyncio.sleep(int(again.headers["retry-after"]))
    assert again.status_code == 200


async def test_guesses_at_once_are_counted_each(strict_gateway: Gateway) -> None:
    guesses = [(GUESSED[0], f"guess number {number}") for number in range(20)]
    async with _from("127.0.0.3", strict_gateway) as client:
        answers = await asyncio.gather(*(client.get(PATH, auth=one) for one in guesses))
    assert sum(answer.status_code == 401 for answer in answers) == FREE_TRIES


async def test_the_audit_log_has_one_line_of_many_refusals_and_no_name_of_nobody(
    strict_gateway: Gateway,
) -> None:
    for _ in range(3):
        await strict_gateway.http.get(PATH, auth=("audrey@city.example", "whatever password"))
        await strict_gateway.http.get("/api/processes", auth=GUESSED)
    log = strict_gateway.process.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    refused = [line for line in lines if line["what"] == "role"]
    assert [(one["user"], one["role"], one["result"], one["route"], one["count"]) for one in refused] == [
        (GUESSED[0], "viewer", "refused", "/api/processes", 1)
    ]
    guesses = [line for line in lines if (line["what"], line["result"]) == ("sign-in", "wrong")]
    assert len([line for line in guesses if line["user"] is None and line["role"] is None]) == 1
    for secret in (GUESSED[1], "audrey", "whatever", "127.0.0"):
        assert secret not in "\n".join(line for line in log.splitlines() if line.startswith("{"))


def _from(address: str, gateway: Gateway) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=address)
    # A busy machine hashes slowly.
    return httpx.AsyncClient(base_url=gateway.url, transport=transport, timeout=PATIENCE_S)
