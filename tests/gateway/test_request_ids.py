"""A request's id: in its answer, its problem document and its log lines."""

import json
import os
import signal
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.raw import basic
from tests.gateway.running import VIEWER, Gateway, until

PATH = "/api/status"
HEADER = "X-Request-Id"


async def lines(gateway: Gateway) -> list[dict[str, Any]]:
    """All that are whole."""
    text = gateway.process.log.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in text.split("\n")]


async def switched(gateway: Gateway) -> None:
    """Have it switch its level, and wait until it says so."""
    before = _switches(await lines(gateway))
    os.kill(gateway.process.pid, signal.SIGUSR1)
    await until(lambda: lines(gateway), lambda found: _switches(found) > before)


def _switches(found: list[dict[str, Any]]) -> int:
    return sum(line["logger"] == "citystream.logs.level" for line in found)


@pytest.mark.parametrize("given", ["a", "My-Trace_1.2", "x" * 64])
async def test_an_id_that_came_is_kept(shared_gateway: Gateway, given: str) -> None:
    answer = await shared_gateway.http.get(PATH, headers={HEADER: given})
    assert answer.headers.get_list(HEADER) == [given]


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", 'a"b', "ä"])
async def test_else_one_is_made(shared_gateway: Gateway, given: str | None) -> None:
    headers = [] if given is None else [(HEADER.encode(), given.encode())]
    made = [(await shared_gateway.http.get(PATH, headers=headers)).headers[HEADER] for _ in range(2)]
    assert [len(one) for one in made] == [32, 32]
    assert made[0] != made[1]
    assert given not in made


@pytest.mark.parametrize(
    ("path", "status"), [("/api/nowhere", 404), ("/api/processes", 403), ("/api/status?no=1", 400)]
)
async def test_a_problem_document_has_it(shared_gateway: Gateway, path: str, status: int) -> None:
    answer = await shared_gateway.http.get(path, headers={HEADER: "asked"})
    assert (answer.status_code, answer.json()["request_id"], answer.headers[HEADER]) == (
        status,
        "asked",
        "asked",
    )


async def test_what_is_no_request_yet_has_one_too(shared_gateway: Gateway) -> None:
    # Headers beyond what is read are refused before anyone handles them.
    answer = await shared_gateway.http.get(PATH, headers={"X-Long": "x" * 20_000})
    assert answer.status_code == 431
    assert answer.json()["request_id"] == answer.headers[HEADER]


async def test_a_handshake_has_it(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        assert client.response
        assert len(client.response.headers[HEADER]) == 32
    with pytest.raises(InvalidStatus) as caught:
        async with shared_gateway.live(user=None):
            pass
    refused = caught.value.response
    assert json.loads(refused.body)["request_id"] == refused.headers[HEADER]


async def test_access_is_told_while_asked_for_by_pattern_and_id(shared_gateway: Gateway) -> None:
    await shared_gateway.http.get(PATH, headers={HEADER: "before"})
    await switched(shared_gateway)
    path = "/api/traffic/live/a-road-of-nobody?secret=1"
    headers = {HEADER: "during", "Authorization": basic(VIEWER)}
    answer = await shared_gateway.http.get(path, headers=headers)
    told = await until(
        lambda: lines(shared_gateway),
        lambda found: any(line["logger"] == "gateway.front" for line in found if _is_of("during", line)),
    )
    (access,) = (line for line in told if line["logger"] == "gateway.front" and _is_of("during", line))
    assert (access["method"], access["route"], access["status"], access["level"]) == (
        "GET",
        "/api/traffic/live/{road_id}",
        answer.status_code,
        "DEBUG",
    )
    assert access["ms"] >= 0
    await switched(shared_gateway)
    await shared_gateway.http.get(PATH, headers={HEADER: "after"})
    # Whatever "after" had to say was said before this.
    await switched(shared_gateway)
    await switched(shared_gateway)
    found = await lines(shared_gateway)
    assert not [line for line in found if _is_of("before", line) or _is_of("after", line)]
    accesses = json.dumps([line for line in found if line["logger"] == "gateway.front"])
    assert not [secret for secret in ("secret", "a-road-of-nobody", "127.0.0.1") if secret in accesses]


def _is_of(request: str, line: dict[str, Any]) -> bool:
    return bool(line.get("request_id") == request)
