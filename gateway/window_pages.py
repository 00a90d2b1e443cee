"""A key's windows of a range of time, out of Redis."""

import asyncio
from typing import TypeVar

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from citystream.contracts import redis_keys
from citystream.contracts.state import State
from citystream.contracts.stored import StoredError, window_parts

S = TypeVar("S", bound=State)

# A Redis that takes longer is as good as away: what else is known answers at once.
REDIS_ANSWER_S = 0.5


class WindowPages:
    """One view's windows."""

    def __init__(self, client: redis.Redis, namespace: str, type_: str, view: str) -> None:
        self._client = client
        self._at = namespace, type_, view

    async def read(
        self, key: str, start_s: int, end_s: int, decoder: msgspec.msgpack.Decoder[S]
    ) -> dict[int, dict[int, S]] | None:
        """Start -> partition -> state, of every page that the range touches; None without Redis's answer."""
        try:
            async with asyncio.timeout(REDIS_ANSWER_S):
                pipe = self._client.pipeline(transaction=False)
                for page in range(redis_keys.page_start(start_s), end_s, redis_keys.HOUR_S):
                    pipe.hgetall(redis_keys.page(*self._at, key, page))
                pages = await pipe.execute()
            found: dict[int, dict[int, S]] = {}
            for fields in pages:
                found |= window_parts(fields, decoder)
        except (RedisError, OSError, TimeoutError, StoredError):
            return None
        return found
