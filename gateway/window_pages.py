"""Windows of a range of time, out of Redis."""

import asyncio
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from citystream.contracts import redis_keys
from citystream.contracts.state import State
from citystream.contracts.stored import StoredError, whole_from, window_parts
from gateway.link import Link

S = TypeVar("S", bound=State)
K = TypeVar("K")
P = TypeVar("P")

# A Redis that takes longer is as good as away: what else is known answers at once.
IF_OTHERS_KNOW_S = 0.5
# Where nobody else knows, a late answer is better than none.
IF_NOBODY_KNOWS_S = 3.0
# Decoding holds the event loop: an hour of 50 vehicles takes about 5 ms.
KEYS_AT_ONCE = 50


class Pages(NamedTuple, Generic[K, P]):
    """What Redis has of a range."""

    windows: dict[K, P]
    whole_from_ms: int | None
    """It has all windows that begin at this event time or later; None where it does not say."""


class WindowPages(Generic[S]):
    """One view's windows."""

    def __init__(
        self,
        client: redis.Redis,
        link: Link,
        namespace: str,
        type_: str,
        view: str,
        state: type[S],
        patience_s: float,
    ) -> None:
        self._client = client
        self._link = link
        self._patience_s = patience_s
        self._at = namespace, type_, view
        self._decoder: msgspec.msgpack.Decoder[S] = msgspec.msgpack.Decoder(state)

    async def read(self, key: str, start_s: int, end_s: int) -> Pages[int, dict[int, S]] | None:
        """One key's: start -> partition -> state, of every page that the range touches.

        None without Redis's answer.
        """
        pages = range(redis_keys.page_start(start_s), end_s, redis_keys.HOUR_S)
        found = await self._read([redis_keys.page(*self._at, key, page) for page in pages])
        if found is None:
            return None
        hours, whole_from_ms = found
        return Pages({at: parts for hour in hours for at, parts in hour.items()}, whole_from_ms)

    async def hour(
        self, keys: Sequence[str], page_s: int, only_s: int | None = None
    ) -> Pages[str, dict[int, dict[int, S]]] | None:
        """Many keys' of the hour that begins then: key -> start -> partition -> state.

        `only_s`: of windows, only the one that begins then. None without Redis's answer.
        """
        windows: dict[str, dict[int, dict[int, S]]] = {}
        whole_from_ms: int | None = None
        # Of no key Redis is asked too: for what it says of itself.
        for first in range(0, max(1, len(keys)), KEYS_AT_ONCE):
            some = keys[first : first + KEYS_AT_ONCE]
            found = await self._read([redis_keys.page(*self._at, key, page_s) for key in some], only_s)
            if found is None:
                return None
            hours, whole_from_ms = found
            windows |= {key: hour for key, hour in zip(some, hours, strict=True) if hour}
        return Pages(windows, whole_from_ms)

    async def _read(
        self, pages: Sequence[str], only_s: int | None = None
    ) -> tuple[list[dict[int, dict[int, S]]], int | None] | None:
        if not self._link.up:
            return None
        try:
            async with asyncio.timeout(self._patience_s):
                pipe = self._client.pipeline(transaction=False)
                for page in pages:
                    pipe.hgetall(page)
                # Last: what is lost before it is asked for is told by it.
                pipe.get(redis_keys.whole_from(*self._at[:2]))
                *answers, said = await pipe.execute()
            if only_s is not None:
                start = b"%d." % only_s
                answers = [
                    {field: value for field, value in fields.items() if field.startswith(start)}
                    for fields in answers
                ]
            return [window_parts(fields, self._decoder) for fields in answers], whole_from(said)
        except (RedisError, OSError, TimeoutError, StoredError):
            return None
