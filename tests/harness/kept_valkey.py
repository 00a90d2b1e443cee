"""A Valkey that keeps what it holds through `kill -9`, and can be emptied without forgetting it."""

from typing import Any

import redis.asyncio as redis

from demo.servers.valkey import Valkey

DATABASES = 256


class KeptValkey(Valkey):
    """Redis as an operator runs it who wants its data after a crash."""

    emptied = 0
    """How often; database 1 to this number hold what there was each time."""

    def command(self) -> list[str]:
        kept = [("--appendonly", "yes"), ("--appendfsync", "everysec"), ("--databases", str(DATABASES))]
        return [*super().command(), *(word for option in kept for word in option)]

    def database(self, number: int) -> str:
        """URL of one database; 0 is the one in use."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    async def empty(self) -> None:
        """What FLUSHALL does to its clients; what there was lies in a database of its own afterwards."""
        self.emptied += 1
        client: Any = redis.Redis.from_url(self.database(0))
        try:
            # In one step: nothing is written between the copy and the loss.
            await client.execute_command("SWAPDB", "0", str(self.emptied))
        finally:
            await client.aclose()
