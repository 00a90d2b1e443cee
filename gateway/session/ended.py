"""Sessions that were ended before their time.

A token can't be called back, so each process remembers those that were ended, and tells the others through
Redis. While Redis is away they are ended in this process alone; the others hear of them when it is back.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NoReturn, cast

import redis.asyncio as redis
from redis.exceptions import RedisError

from citystream.contracts import redis_keys
from gateway.link import now_ms

log = logging.getLogger(__name__)

EVERY_S = 1.0
# How far apart the clocks of two machines may be for one to miss nothing of the other.
CLOCKS_APART_MS = 60_000
# About 200 bytes each; whoever ends more in 12 hours has the oldest go on to their time.
MOST = 100_000


class EndedSessions:
    """All that this process knows of."""

    def __init__(self, client: redis.Redis, namespace: str) -> None:
        self._client = client
        self._key = redis_keys.ended_sessions(namespace)
        self._ended: dict[str, None] = {}
        self._untold: dict[str, int] = {}
        self._heard_up_to_ms = 0
        self._wake = asyncio.Event()
        self._on_end: list[Callable[[str], None]] = []

    def on_end(self, call: Callable[[str], None]) -> None:
        """Call this with the id of each session that is ended, here or elsewhere."""
        self._on_end.append(call)

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._ended

    def end(self, session_id: str) -> None:
        """Over in this process now, in the others within a second or so."""
        self._untold[session_id] = now_ms()
        self._take([session_id])
        self._wake.set()

    async def run(self) -> NoReturn:
        """Tell and hear, until cancelled."""
        while True:
            try:
                await self._tell()
                await self._hear()
            except (RedisError, OSError):
                # The feed reports a lost Redis.
                log.debug("ended sessions are known here alone", exc_info=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)
            self._wake.clear()

    async def _tell(self) -> None:
        told = dict(self._untold)
        if not told:
            return
        pipeline = self._client.pipeline(transaction=False)
        pipeline.zadd(self._key, told)
        pipeline.zremrangebyscore(self._key, "-inf", now_ms() - redis_keys.SESSION_S * 1000)
        pipeline.expire(self._key, redis_keys.SESSION_S)
        await pipeline.execute()
        for one in told:
            del self._untold[one]

    async def _hear(self) -> None:
        now = now_ms()
        since = self._heard_up_to_ms - CLOCKS_APART_MS
        # The client returns bytes: nothing told it to decode.
        ids = cast("list[bytes]", await self._client.zrangebyscore(self._key, since, "+inf"))
        self._take(one.decode() for one in ids)
        self._heard_up_to_ms = now

    def _take(self, session_ids: Iterable[str]) -> None:
        for one in session_ids:
            if one in self._ended:
                continue
            if len(self._ended) >= MOST:
                del self._ended[next(iter(self._ended))]
            self._ended[one] = None
            for call in self._on_end:
                call(one)
