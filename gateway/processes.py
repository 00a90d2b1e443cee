"""The platform's processes, as they speak of themselves in Redis; and this one's own word."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from typing import NoReturn

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from citystream.contracts import redis_keys
from citystream.contracts.status import ProcessStatus
from gateway.city import City
from gateway.layer_states import LayerStates
from gateway.link import now_ms

log = logging.getLogger(__name__)

# A third of a status's life: two words may be lost before a process counts as gone.
RHYTHM_S = redis_keys.STATUS_TTL_S / 3
SCAN_COUNT = 1_000


class Processes:
    """What was last heard of every process."""

    def __init__(
        self, client: redis.Redis, namespace: str, city: City, layers: LayerStates, port: int
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._city = city
        self._layers = layers
        self._port = port
        self._instance = f"{socket.gethostname()}-{os.getpid()}"
        self.heard: list[ProcessStatus] = []

    async def run(self) -> NoReturn:
        """Speak and listen until cancelled."""
        while True:
            try:
                await self._speak()
                self.heard = await self._listen()
            except (RedisError, OSError):
                # The feed reports a lost Redis; what was heard stays, and ages.
                log.debug("no word from Redis", exc_info=True)
            self._layers.hear(speaking(self.heard, now_ms()))
            await asyncio.sleep(RHYTHM_S)

    def own(self) -> ProcessStatus:
        """This process."""
        link = self._city.link
        newest = [view.newest_ms for view in self._city.measured_views if view.newest_ms is not None]
        now = now_ms()
        return ProcessStatus(
            process="gateway",
            role="gateway",
            instance=self._instance,
            at_ms=now,
            health_port=self._port,
            state="up" if link.up else "degraded" if self._city.known else "starting",
            freshness_ms=float(now - max(newest)) if newest else None,
        )

    async def _speak(self) -> None:
        key = redis_keys.status(self._namespace, "gateway", self._instance)
        await self._client.set(key, msgspec.json.encode(self.own()), ex=redis_keys.STATUS_TTL_S)

    async def _listen(self) -> list[ProcessStatus]:
        pattern = redis_keys.status_pattern(self._namespace)
        keys = [key async for key in self._client.scan_iter(match=pattern, count=SCAN_COUNT)]
        heard = []
        for text in await self._client.mget(keys) if keys else ():
            if text is None:
                continue
            try:
                heard.append(msgspec.json.decode(text, type=ProcessStatus))
            except msgspec.DecodeError as error:
                log.warning("a process status can't be read: %s", error)
        return sorted(heard, key=lambda one: (one.process, one.role, one.instance))


def speaking(heard: Sequence[ProcessStatus], now: int) -> list[ProcessStatus]:
    """Those that count as there at a time, epoch milliseconds."""
    return [one for one in heard if now - one.at_ms <= redis_keys.STATUS_TTL_S * 1000]
