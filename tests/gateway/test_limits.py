"""Bodies, long URLs, tricks in a path, other methods."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from gateway.limits import LONGEST_BODY, LONGEST_URL
from tests.gateway.raw import answer, ask, basic
from tests.gateway.running import VIEWER, Gateway

PATH = "/api/status"


@pytest.mark.parametrize(
    ("method", "size", "code"),
    [
        ("GET", 1, 400),
        ("GET", LONGEST_BODY + 1, 413),
        ("POST", 100, 405),
        ("POST", LONGEST_BODY, 405),
        ("POST", LONGEST_BODY + 1, 413),
        ("PUT", 5_000_000, 413),
    ],
)
async def test_a_body_is_refused_unread(shared_gateway: Gateway, method: str, size: int, code: int) -> None:
    refused = await shared_gateway.http.request(method, PATH, content=b"x" * size)
    assert (refused.status_code, refused.headers["content-type"]) == (code, "application/problem+json")
    if code == 413:
        assert refused.json()["detail"] == f"longer than {LONGEST_BODY} bytes"
    assert (await shared_gateway.http.get(PATH)).status_code == 200


async def test_a_body_without_a_length_or_with_one_beyond_all_is_refused(shared_gateway: Gateway) -> None:
    chunked = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    assert await ask(shared_gateway.port, chunked.encode()) == 400
    endless = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n"
    assert await ask(shared_gateway.port, endless.encode()) == 413


@pytest.mark.parametrize("length", [LONGEST_URL + 1, 100_000])
async def test_a_long_url_is_refused(shared_gateway: Gateway, length: int) -> None:
    for target in (f"{PATH}?bbox={'1' * length}", f"/api/vehicles/{'v' * length}"):
        request = f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(VIEWER)}\r\n\r\n"
        assert await ask(shared_gateway.port, request.encode()) == 414


@pytest.mark.parametrize(
    "target",
    [
        "//",
        "//api/status",
        "/api//status",
        "/api/./status",
        "/api/../api/status",
        "/api/traffic/live/..",
        "/api/traffic/live/../../../etc/passwd",
        "/api/traffic/live/%2e%2e/%2E%2E/status",
        "/api/traffic/live/..%2fstatus",
        "/api/vehicles/a%2F..%2Ftrack",
        "/api/vehicles/a%5Cb",
        "/api/vehicles/a\\b",
        "/api/vehicles/a%00",
        "/api/vehicles/a%0d%0aSet-Cookie:x",
        "/api/vehicles/%ff%fe",
        "/api/vehicles/%c0%ae%c0%ae",
    ],
)
async def test_a_trick_in_a_path_is_a_bad_request(shared_gateway: Gateway, target: str) -> None:
    for authorization in ("", f"Authorization: {basic(VIEWER)}\r\n"):
        request = f"GET {target} HTTP/1.1\r\nHost: x\r\n{authorization}\r\n"
        code, headers, body = await answer(shared_gateway.port, request.encode())
        assert (code, headers["content-type"]) == (400, "application/problem+json")
        problem = json.loads(body)
        assert (problem["status"], problem["field"]) == (400, "path")
        assert problem["remedy"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/api/vehicles/no-such.vehicle", 404),
        ("/api/vehicles/no%20such%C3%BC", 404),
        ("/api/vehicles/%2e..", 404),
        ("/api/vehicles/..%252f", 404),
        ("/api/status/", 404),
        ("/API/STATUS", 404),
        ("/api/status;x=1", 404),
        ("/api/st%61tus", 200),
        ("http://elsewhere.example/api/status", 200),
        ("/api/vehicles/a%", 404),
        ("/api/vehicles/\u00e9", 400),
        ("*", 404),
        ("api/status", 400),
        ("", 400),
    ],
)
async def test_an_odd_path_is_what_it_says(shared_gateway: Gateway, target: str, code: int) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(VIEWER)}\r\n\r\n"
    got, headers, _ = await answer(shared_gateway.port, request.encode("latin-1"))
    assert got == code
    assert "location" not in headers
    assert headers["content-type"] == "application/json" if code == 200 else "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_another_method_is_told_which_there_are(shared_gateway: Gateway, method: str) -> None:
    refused = await shared_gateway.http.request(method, PATH)
    assert (refused.status_code, refused.json()["status"]) == (405, 405)
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_head_answers_as_get_does_without_a_body(shared_gateway: Gateway) -> None:
    head = await shared_gateway.http.head("/api/roads")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    refused = await shared_gateway.http.head("/api/vehicles/nobody")
    assert (refused.status_code, refused.content) == (404, b"")


async def test_what_is_no_http_is_a_problem_too(shared_gateway: Gateway) -> None:
    for request in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ):
        code, headers, body = await answer(shared_gateway.port, request)
        assert (code, headers["content-type"], json.loads(body)["status"]) == (
            400,
            "application/problem+json",
            400,
        )
        assert headers["x-content-type-options"] == "nosniff"


async def test_a_handshake_is_held_to_the_same(shared_gateway: Gateway) -> None:
    for path in ("//ws/live", "/ws/%2e%2e/live"):
        with pytest.raises(InvalidStatus) as refused:
            async with shared_gateway.live(path=path):
                pass
        assert refused.value.response.status_code == 400
    upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    upgrade += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    for line, more, code in (
        (f"GET /ws/live?{'x' * LONGEST_URL}", "", 414),
        ("GET /ws/live", "X-Long: " + "x" * 9_000 + "\r\n", 431),
        ("GET /ws/live", "X-Many: x\r\n" * 200, 431),
        ("POST /ws/live", "", 400),
        ("GET /ws/live", "Content-Length: 5\r\n", 400),
        ("GET /ws/live?\u00e9", "", 400),
    ):
        request = f"{line} HTTP/1.1\r\n{upgrade}{more}\r\n".encode("latin-1")
        got, headers, _ = await answer(shared_gateway.port, request)
        assert (got, headers["content-type"]) == (code, "application/problem+json"), line


SIGN_IN = "POST /api/session HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Type: application/json\r\n"


async def test_a_body_that_is_read_has_a_bound(shared_gateway: Gateway) -> None:
    too_long = LONGEST_BODY + 1
    for head, body in (
        (f"Content-Length: {too_long}", b"x" * too_long),
        ("Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (too_long, b" " * too_long)),
        ("Transfer-Encoding: chunked", b"1000\r\n" + b"x" * 4_096 + b"\r\n" + b"1\r\nx\r\n" * too_long),
    ):
        code, _, said = await answer(shared_gateway.port, f"{SIGN_IN}{head}\r\n\r\n".encode() + body)
        assert (code, json.loads(said)["field"]) == (413, "body")
    fits = b'{"name":"ada","password":"a viewer\'s password"}'.ljust(LONGEST_BODY)
    code, _, said = await answer(
        shared_gateway.port, f"{SIGN_IN}Content-Length: {LONGEST_BODY}\r\n\r\n".encode() + fits
    )
    assert (code, json.loads(said)["name"]) == (200, VIEWER[0])


async def test_a_body_that_is_slow_is_told_so(strict_gateway: Gateway) -> None:
    request = f"{SIGN_IN}Content-Length: 100\r\n\r\n".encode() + b'{"name":'
    code, headers, said = await answer(strict_gateway.port, request)
    assert (code, headers["content-type"]) == (408, "application/problem+json")
    assert json.loads(said)["detail"] == "no whole body within 1 s"
