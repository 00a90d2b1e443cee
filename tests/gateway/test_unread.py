"""Clients that take nothing of what they are sent."""

import asyncio
import contextlib
import socket

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.gateway.conftest import StartGateway
from tests.gateway.raw import basic
from tests.gateway.running import VIEWER, Gateway, subscribe, until
from tests.gateway.speed_layer import SpeedLayer

pytestmark = pytest.mark.real

TAKE_S = 2.0
VEHICLES = 2_000


@pytest.fixture
async def impatient(speed: SpeedLayer, start_gateway: StartGateway) -> Gateway:
    """A gateway of a full city that waits for no longer than this."""
    await speed.positions({f"vehicle-{number:04d}": {} for number in range(VEHICLES)})
    return await start_gateway(CITY_GATEWAY_TAKE_S=str(TAKE_S))


def narrow(port: int) -> socket.socket:
    """A connection for which the kernel takes little."""
    receiving = socket.socket()
    receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    receiving.connect(("127.0.0.1", port))
    receiving.setblocking(False)
    return receiving


async def fill(speed: SpeedLayer, gateway: Gateway, until_metric: str) -> None:
    """Change the whole city until the gateway has given somebody up."""
    number = 0
    while not await gateway.metric(until_metric):
        number += 1
        assert number < 500, f"nobody was given up: {until_metric}"
        moved = {"speed_kmh": float(number % 100)}
        await speed.positions({f"vehicle-{one:04d}": moved for one in range(VEHICLES)})
        await asyncio.sleep(0.2)


async def read_to_the_end(client: ClientConnection) -> None:
    """What came before it, however much."""
    while True:
        await client.recv()


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_websocket_client_is_dropped_with_a_reason(
    speed: SpeedLayer, impatient: Gateway, comes_back: bool
) -> None:
    async with impatient.live(sock=narrow(impatient.port)) as client:
        await subscribe(client, "vehicles", rate_ms=200)
        client.transport.pause_reading()
        await fill(speed, impatient, "city_gateway_live_dropped_total 1.0")
        if comes_back:
            client.transport.resume_reading()
            with pytest.raises(ConnectionClosed) as ended:
                await read_to_the_end(client)
            assert ended.value.rcvd is not None
            assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (
                1013,
                "took nothing for 2 s; come back and resume",
            )
        # Whether or not it ever reads it, nothing is kept for it.
        await until(lambda: impatient.metric("city_gateway_live_clients"), lambda one: one == 0)
        client.transport.abort()


async def test_an_event_streams_client_is_cut(speed: SpeedLayer, impatient: Gateway) -> None:
    receiving = narrow(impatient.port)
    asked = "GET /api/live?subscribe=vehicles&rate_ms=200 HTTP/1.1\r\nHost: x\r\nAuthorization: "
    await asyncio.get_running_loop().sock_sendall(receiving, f"{asked}{basic(VIEWER)}\r\n\r\n".encode())
    await fill(speed, impatient, 'city_gateway_refused_total{limit="unread"} 1.0')
    await until(lambda: impatient.metric("city_gateway_live_clients"), lambda one: one == 0)
    receiving.close()


async def test_who_asks_and_reads_no_answer_is_cut(impatient: Gateway) -> None:
    receiving = narrow(impatient.port)
    ask = (
        f"GET /api/vehicles/locations HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(VIEWER)}\r\n\r\n".encode()
    )
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(1.0):
            # Far more than kernel buffers take.
            await asyncio.get_running_loop().sock_sendall(receiving, ask * 100)
    await until(lambda: impatient.metric('city_gateway_refused_total{limit="unread"}'), lambda one: one == 1)
    receiving.close()


async def test_who_reads_slowly_gets_all_of_it(impatient: Gateway) -> None:
    receiving = narrow(impatient.port)
    loop = asyncio.get_running_loop()
    ask = f"GET /api/vehicles/locations?limit={VEHICLES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    await loop.sock_sendall(receiving, f"{ask}Authorization: {basic(VIEWER)}\r\n\r\n".encode())
    came = b""
    began = loop.time()
    while part := await loop.sock_recv(receiving, 65_536):
        came += part
        await asyncio.sleep(0.1)
    assert loop.time() - began > 2 * TAKE_S
    head, _, body = came.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(msgspec.json.decode(body)["vehicles"]) == VEHICLES
    receiving.close()
