"""Connections that are slow, long, or too many."""

import asyncio
import json
import socket

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from gateway.connection import LINGER_S, LONGEST_HEAD
from gateway.limits import LONGEST_BODY, LONGEST_URL
from tests.gateway.raw import answer, basic, read_answer
from tests.gateway.running import OPERATOR, Gateway, receive, subscribe, until
from tests.harness.patience import PATIENCE_S

REQUEST = f"GET /api/status HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(OPERATOR)}\r\n\r\n".encode()
# Of strict_gateway.
REQUEST_S = 1.0
CONNECTIONS = 60


async def drip(port: int, first: bytes) -> tuple[bytes, float]:
    """Bytes one by one until the gateway ends it: what it said, and after how long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    started = loop.time()
    writer.write(first)
    reading = asyncio.ensure_future(reader.read())
    while not reading.done():
        assert loop.time() - started < PATIENCE_S, "it is still connected"
        writer.write(b"x")
        await asyncio.sleep(0.02)
    writer.close()
    return await reading, loop.time() - started


@pytest.mark.parametrize(
    "first",
    [
        b"GET /api/sta",
        b"GET /api/status HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"GET /ws/live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Slow: ",
    ],
)
async def test_a_request_that_comes_byte_by_byte_is_told_it_took_too_long(
    strict_gateway: Gateway, first: bytes
) -> None:
    said, after_s = await drip(strict_gateway.port, first)
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert json.loads(body)["detail"] == "no whole request within 1 s"
    assert after_s > REQUEST_S * 0.9


async def test_who_is_refused_and_goes_on_sending_can_still_read_why(strict_gateway: Gateway) -> None:
    slow = 'city_gateway_refused_total{limit="slow"}'
    before = await strict_gateway.metric(slow)
    loop, client = asyncio.get_running_loop(), socket.socket()
    client.setblocking(False)
    with client:
        await loop.sock_connect(client, ("127.0.0.1", strict_gateway.port))
        await loop.sock_sendall(client, b"GET /api/sta")
        await until(lambda: strict_gateway.metric(slow), lambda count: count > before)
        for _ in range(3):
            await loop.sock_sendall(client, b"x" * 1_000)
            await asyncio.sleep(0.02)
        assert (await loop.sock_recv(client, 65_536)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_comes_byte_by_byte_is_answered_and_ended(
    strict_gateway: Gateway,
) -> None:
    said, after_s = await drip(
        strict_gateway.port, b"POST /api/status HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    assert said.count(b"HTTP/1.1") == 1
    # A body has time of its own, and a route that waits for one some to answer in.
    assert after_s > (REQUEST_S + LINGER_S) * 0.9


@pytest.mark.parametrize("rest", [b"G", b"\r\n"])
async def test_a_kept_connection_gets_no_more_time_than_a_new_one(
    strict_gateway: Gateway, rest: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", strict_gateway.port)
    writer.write(REQUEST)
    assert (await read_answer(reader))[0] == 200
    writer.write(rest)
    said = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert said.startswith(b"HTTP/1.1 408 ") if rest == b"G" else said == b""
    writer.close()


async def test_one_that_says_nothing_is_ended(strict_gateway: Gateway) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", strict_gateway.port)
    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.close()


async def test_slow_ones_keep_nobody_else_waiting(strict_gateway: Gateway) -> None:
    slow = []
    for _ in range(CONNECTIONS // 2):
        reader, writer = await asyncio.open_connection("127.0.0.1", strict_gateway.port)
        writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        slow.append((reader, writer))
    assert (await answer(strict_gateway.port, REQUEST))[0] == 200
    for reader, writer in slow:
        assert (await asyncio.wait_for(reader.read(), PATIENCE_S)).startswith(b"HTTP/1.1 408 ")
        writer.close()
    assert await strict_gateway.metric('city_gateway_refused_total{limit="slow"}') >= CONNECTIONS // 2


async def test_requests_in_one_packet_and_in_parts_are_answered_each(strict_gateway: Gateway) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", strict_gateway.port)
    writer.write(REQUEST * 3 + REQUEST[:20])
    for _ in range(3):
        assert (await read_answer(reader))[0] == 200
    await asyncio.sleep(REQUEST_S / 10)
    writer.write(REQUEST[20:])
    assert (await read_answer(reader))[0] == 200
    writer.close()


POST = f"POST /api/status HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(OPERATOR)}\r\n".encode()
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def head(size: int, path: str = "/api/status") -> bytes:
    """A request of so many bytes, spaces that mean nothing among them."""
    begins = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(OPERATOR)}\r\nX-Long:   ".encode()
    ends = b"  \r\nX-Last:x\r\n\r\n"
    return begins + b"x" * (size - len(begins) - len(ends)) + ends


@pytest.mark.parametrize(("size", "code"), [(LONGEST_HEAD, 200), (LONGEST_HEAD + 1, 431)])
@pytest.mark.parametrize("piece", [1, 999, 16_383, 1_000_000])
@pytest.mark.parametrize(
    ("before", "codes"),
    [
        (b"", []),
        (b"\r\n\r\n", []),
        (REQUEST * 2, [200, 200]),
        (POST + b"Content-Length: 5\r\n\r\n\r\n\r\nx", [405]),
        (POST + b"Content-Length: 60000\r\n\r\n" + b"x" * 60_000, [405]),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", [405]),
        (CHUNKED + b"8\r\n\r\n\r\n\r\n\r\n\r\n0\r\nX-Trailer: x\r\n\r\n", [405]),
        (head(LONGEST_HEAD), [200]),
    ],
)
async def test_a_head_is_held_to_its_bound_to_the_byte_whatever_comes_before_it(
    shared_gateway: Gateway, size: int, code: int, piece: int, before: bytes, codes: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_gateway.port)
    sent = before + head(size)
    for start in range(0, len(sent), piece):
        writer.write(sent[start : start + piece])
    async with asyncio.timeout(PATIENCE_S):
        assert [(await read_answer(reader))[0] for _ in range(len(codes) + 1)] == [*codes, code]
    writer.close()


@pytest.mark.parametrize(
    ("target", "code"),
    [("/api/status?" + "x" * LONGEST_URL, 414), ("/api/status?" + "x" * (LONGEST_URL - 100), 431)],
)
async def test_of_a_head_that_is_too_long_the_url_is_named_where_it_alone_is(
    shared_gateway: Gateway, target: str, code: int
) -> None:
    assert (await answer(shared_gateway.port, head(LONGEST_HEAD + 1, target)))[0] == code


async def test_a_body_in_chunks_that_no_route_takes_is_answered_and_kept_by_nobody(
    shared_gateway: Gateway,
) -> None:
    chunk = b"%x\r\n" % LONGEST_BODY + b"x" * LONGEST_BODY + b"\r\n"
    process = psutil.Process(shared_gateway.process.pid)
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_gateway.port)
    before = process.memory_info().rss
    writer.write(CHUNKED + chunk)
    assert (await read_answer(reader))[0] == 405
    for _ in range(400):
        writer.write(chunk)
        await writer.drain()
    assert process.memory_info().rss - before < 400 * LONGEST_BODY / 2
    # What comes behind the last chunk is held to as much as a head.
    writer.write(b"0\r\nX-Trailer: " + b"x" * 3 * LONGEST_HEAD)
    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.close()


@pytest.mark.parametrize("size", [2 * LONGEST_HEAD, 1_000_000])
async def test_long_headers_are_refused(strict_gateway: Gateway, size: int) -> None:
    request = b"GET /api/status HTTP/1.1\r\nX-Long: " + b"x" * size + b"\r\n\r\n"
    code, headers, body = await answer(strict_gateway.port, request)
    assert (code, headers["connection"], json.loads(body)["field"]) == (431, "close", "headers")


async def test_a_websocket_lives_on_beyond_the_time_for_a_request(strict_gateway: Gateway) -> None:
    async with strict_gateway.live(OPERATOR) as socket:
        await asyncio.sleep(1.5 * REQUEST_S)
        await subscribe(socket, "traffic")
        await receive(socket, "heartbeat")
        await receive(socket, "snapshot")


async def test_beyond_the_bound_of_connections_one_is_told_so(strict_gateway: Gateway) -> None:
    async def code() -> int:
        return (await answer(strict_gateway.port, REQUEST))[0]

    await until(code, lambda got: got == 200)
    held = [await asyncio.open_connection("127.0.0.1", strict_gateway.port) for _ in range(CONNECTIONS)]
    try:
        got, headers, body = await answer(strict_gateway.port, REQUEST)
        assert (got, headers["retry-after"]) == (503, "5")
        assert json.loads(body)["detail"] == "too many connections"
        with pytest.raises(InvalidStatus) as refused:
            async with strict_gateway.live(OPERATOR):
                pass
        assert refused.value.response.status_code == 503
    finally:
        for _, writer in held:
            writer.close()
    await until(code, lambda got: got == 200)
