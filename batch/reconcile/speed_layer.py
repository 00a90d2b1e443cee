"""The speed layer's windows: pages of keys, a bounded number of them at a time."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from citystream.contracts import redis_keys
from citystream.contracts.stored import StoredError, newest_watermark_ms, whole_from, window_parts
from citystream.servers.connections import redis_client
from citystream.settings import Settings

PAGES_AT_ONCE = 200
"""Of a pipeline: a page is an hour of one key."""
PATIENCE_S = 10.0

Parts = dict[int, Any]
"""Partition -> its state of a window."""


class SpeedLayerError(OSError):
    """Redis does not answer, or what it has can't be read; the message says what to do."""


class Reach(NamedTuple):
    """How far the windows of a type go, event time in epoch milliseconds."""

    newest_ms: int
    """Newest watermark of its partitions; -1 while Redis has none."""
    whole_from_ms: int
    """Windows that begin earlier may be lost, or lack a partition; 0 where Redis does not say."""


class SpeedLayer:
    """Of one namespace."""

    def __init__(self, client: redis.Redis, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    async def reach(self, type_: str) -> Reach:
        """Of a type.

        Raises:
            SpeedLayerError: see there.
        """
        with _answering():
            pipe = self._client.pipeline(transaction=False)
            pipe.hgetall(redis_keys.partitions(self._namespace, type_))
            pipe.get(redis_keys.whole_from(self._namespace, type_))
            facts, said = await pipe.execute()
            return Reach(newest_watermark_ms(facts), whole_from(said) or 0)

    async def windows(
        self, type_: str, view: str, state: type[Any], pages: Sequence[tuple[str, int]]
    ) -> AsyncIterator[tuple[str, dict[int, Parts]]]:
        """Each page's key and windows: start (epoch s) -> partition -> state.

        Args:
            pages: keys, and seconds that lie in their pages.

        Raises:
            SpeedLayerError: see there.
        """
        decoder = msgspec.msgpack.Decoder(state)
        for first in range(0, len(pages), PAGES_AT_ONCE):
            some = pages[first : first + PAGES_AT_ONCE]
            with _answering():
                pipe = self._client.pipeline(transaction=False)
                for key, at_s in some:
                    pipe.hgetall(redis_keys.page(self._namespace, type_, view, key, at_s))
                found = [window_parts(fields, decoder) for fields in await pipe.execute()]
            for (key, _), windows in zip(some, found, strict=True):
                yield key, windows


@asynccontextmanager
async def speed_layer(settings: Settings) -> AsyncIterator[SpeedLayer]:
    """The speed layer for the length of a block."""
    client = redis_client(settings, PATIENCE_S)
    try:
        yield SpeedLayer(client, settings.namespace)
    finally:
        await client.aclose()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except StoredError as error:
        raise SpeedLayerError(
            f"Redis has what this version does not write: {error}. Nothing was published. Are workers and "
            "city-batch of the same version?"
        ) from error
    except (RedisError, OSError, TimeoutError) as error:
        raise SpeedLayerError(
            f"Redis does not answer: {error}. Nothing was published. Are CITY_REDIS, CITY_REDIS_USERNAME and "
            "CITY_REDIS_PASSWORD right? Run the same command again."
        ) from error
