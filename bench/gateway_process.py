"""The gateway as a process of its own, with a user who may ask it."""

import asyncio
import base64
import os
import time
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from citystream.settings import Settings
from demo.credentials import Credentials, write_users_file
from demo.environment import city_environment
from demo.servers.ports import free_port
from demo.servers.process import Process, installed
from demo.servers.server import ServerError
from gateway.users import generate_password

READY_S = 60.0
ASK_S = 0.1
RATES = ("RATE_PER_S", "RATE_BURST", "ADDRESS_RATE_PER_S", "ADDRESS_RATE_BURST")


class GatewayProcess:
    """One `city-gateway serve`."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.port = free_port()
        self._operations_port = free_port()
        self.user = Credentials("bench", generate_password())
        users_file = folder / f"users-{self.port}.json"
        write_users_file(users_file, self.user)
        self.process = Process(
            "gateway",
            [installed("city-gateway"), "serve", "--port", str(self.port)],
            folder / f"gateway-{self.port}.log",
            {
                **os.environ,
                **city_environment(settings),
                "CITY_GATEWAY_OPERATIONS_PORT": str(self._operations_port),
                # One user on one machine stands for many; counting costs what it costs.
                **{f"CITY_GATEWAY_{name}": "1000000" for name in RATES},
                "CITY_GATEWAY_USERS_FILE": str(users_file),
            },
        )

    async def start(self) -> None:
        """Start it, and wait until it follows Redis.

        Raises:
            ServerError: it ended, or was not ready in time.
        """
        self.process.start()
        deadline = time.monotonic() + READY_S
        ready = f"http://127.0.0.1:{self._operations_port}/readyz"
        async with httpx.AsyncClient(timeout=5.0) as client:
            while time.monotonic() < deadline and self.process.running:
                try:
                    if (await client.get(ready)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(ASK_S)
        raise ServerError(f"the gateway was not ready; its log ends:\n{self.process.last_lines()}")

    def stop(self) -> None:
        self.process.stop()

    @property
    def authorization(self) -> str:
        """The user's credential, as the header has it."""
        user = base64.b64encode(f"{self.user.username}:{self.user.password}".encode()).decode()
        return f"Basic {user}"

    def live(self) -> connect:
        """A WebSocket to /ws/live."""
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/live",
            additional_headers={"Authorization": self.authorization},
            proxy=None,
            max_size=None,
        )
