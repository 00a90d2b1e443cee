"""Who sees a vehicle's newest position: a reader of Redis, and a client of the gateway.

Each notes the wall clock as soon as it has a position, before it is decoded.
"""

import time
from collections.abc import Collection
from datetime import datetime
from typing import NoReturn

import msgspec
import redis.asyncio as redis
from websockets.asyncio.client import ClientConnection

from citystream.contracts import redis_keys
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.gps import LATEST
from gateway.subscription import FASTEST_MS

Sightings = dict[str, list[tuple[int, float]]]
"""Of each probe, the event times seen, epoch ms, each with the wall clock when it was."""


class RedisObserver:
    """Reads the probes whose change the service announced."""

    def __init__(self, client: redis.Redis, namespace: str, probes: Collection[str]) -> None:
        self._client = client
        self._namespace = namespace
        self._probes = frozenset(probes)
        self._decode = msgspec.msgpack.Decoder(dict[str, list[str]]).decode
        self.seen: Sightings = {probe: [] for probe in probes}

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        async with self._client.pubsub() as pubsub:
            await pubsub.subscribe(redis_keys.changes(self._namespace, "gps"))
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
                if message is not None:
                    await self._read(self._decode(message["data"]).get(LATEST, []))

    async def _read(self, changed: list[str]) -> None:
        probes = [vehicle for vehicle in changed if vehicle in self._probes]
        if not probes:
            return
        pipe = self._client.pipeline(transaction=False)
        for probe in probes:
            pipe.hget(redis_keys.latest(self._namespace, "gps", LATEST, probe), redis_keys.LATEST_FIELD)
        values: list[bytes] = await pipe.execute()
        at_ms = time.time() * 1000
        for probe, value in zip(probes, values, strict=True):
            # A version begins with the event time.
            self.seen[probe].append((int(value[: redis_keys.TIME_DIGITS]), at_ms))


class _Vehicle(msgspec.Struct):
    vehicle_id: str
    timestamp: str


class _Message(msgspec.Struct):
    items: list[_Vehicle] = []
    changed: list[_Vehicle] = []


class WebSocketObserver:
    """Subscribes to all vehicles at the fastest rate that the gateway gives."""

    def __init__(self, socket: ClientConnection, probes: Collection[str]) -> None:
        self._socket = socket
        self._decode = msgspec.json.Decoder(_Message).decode
        self.seen: Sightings = {probe: [] for probe in probes}

    async def run(self) -> None:
        """Watch until cancelled, or the gateway ends the connection."""
        await self._socket.send(
            msgspec.json.encode({"subscribe": ["vehicles"], "rate_ms": FASTEST_MS}).decode()
        )
        async for text in self._socket:
            at_ms = time.time() * 1000
            message = self._decode(text)
            for vehicle in (*message.items, *message.changed):
                if vehicle.vehicle_id in self.seen:
                    time_ms = event_time_ms(datetime.fromisoformat(vehicle.timestamp))
                    self.seen[vehicle.vehicle_id].append((time_ms, at_ms))
