"""Connections that are slow, long, or too many."""

import asyncio
import json
import socket

import pytest
from websockets.exceptions import InvalidStatus

from gateway.connection import LONGEST_HEAD
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
    said, _ = await drip(
        strict_gateway.port, b"POST /api/status HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    assert said.count(b"HTTP/1.1") == 1


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
