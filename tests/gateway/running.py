"""A gateway in a process of its own, asked over HTTP and WebSocket."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from demo.servers.ports import free_port
from demo.servers.process import Process
from tests.gateway.raw import basic
from tests.harness.patience import PATIENCE_S

T = TypeVar("T")

COMMAND = str(Path(sys.executable).with_name("city-gateway"))
GEOJSON = "application/geo+json"
VIEWER = ("ada", "a viewer's password")
OPERATOR = ("olga", "an operator's password")
GUESSED = ("gwen", "the password that is guessed at")
"""Wrong passwords lock a name out, so they are tried with this one only."""


class Gateway:
    """`city-gateway serve`, with its clients."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.port, self.operations_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(
            "gateway",
            [COMMAND, "serve", "--port", str(self.port)],
            directory / f"gateway-{self.port}.log",
            {**os.environ, "CITY_GATEWAY_OPERATIONS_PORT": str(self.operations_port), **environment},
        )
        self.http = httpx.AsyncClient(base_url=self.url, auth=VIEWER, timeout=PATIENCE_S)
        operations = f"http://127.0.0.1:{self.operations_port}"
        self.operations = httpx.AsyncClient(base_url=operations, timeout=PATIENCE_S)

    async def start(self) -> None:
        self.process.start()
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                await self.http.get("/", auth=None)
            except (httpx.ConnectError, httpx.TimeoutException):
                assert self.process.running, self.process.last_lines()
                await asyncio.sleep(0.05)
            except httpx.TransportError:
                # It speaks TLS.
                return
            else:
                return
        raise AssertionError(self.process.last_lines())

    async def stop(self) -> None:
        await self.http.aclose()
        await self.operations.aclose()
        await asyncio.to_thread(self.process.stop)

    async def get(self, path: str, **parameters: Any) -> Any:
        """A good JSON answer."""
        answer = await self.http.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, path: str, holds: Callable[[Any], bool]) -> Any:
        """The first JSON answer that holds; whatever its status."""
        return await until(lambda: self._json(path), holds)

    async def _json(self, path: str) -> Any:
        return (await self.http.get(path)).json()

    async def metric(self, line_start: str) -> float:
        """Value of the metric whose line starts so; 0 where there is none."""
        text = (await self.operations.get("/metrics")).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(line_start)]
        return sum(float(value) for value in values)

    def live(
        self,
        user: tuple[str, str] | None = VIEWER,
        origin: str | None = None,
        sock: socket.socket | None = None,
        path: str = "/ws/live",
    ) -> connect:
        """A WebSocket to /ws/live, or elsewhere."""
        headers = {}
        if user is not None:
            headers["Authorization"] = basic(user)
        if origin is not None:
            headers["Origin"] = origin
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=headers,
            proxy=None,
            max_size=None,
            sock=sock,
        )


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """Ask until the answer holds."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = await ask()
        if holds(answer):
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {PATIENCE_S} s"
        await asyncio.sleep(0.005)


async def subscribe(client: ClientConnection, *topics: str, **more: Any) -> None:
    await client.send(msgspec.json.encode({"subscribe": topics, **more}).decode())


async def receive(client: ClientConnection, *types: str) -> Any:
    """The next message of one of these types."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = msgspec.json.decode(await client.recv())
            if message["type"] in types:
                return message
