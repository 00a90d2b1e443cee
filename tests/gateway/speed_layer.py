"""Writes Redis as the services do, through the contracts alone."""

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from citystream.contracts import emergency, gps, redis_keys, traffic
from citystream.contracts.emergency import IncidentState
from citystream.contracts.redis_keys import PartitionFacts
from citystream.contracts.state import MICRO, MILLI
from citystream.contracts.status import ProcessStatus
from citystream.contracts.traffic import TrafficWindow

TTL_S = 600
POSITION = {
    "vehicle_type": "car",
    "longitude": 13.4,
    "latitude": 52.5,
    "speed_kmh": 30.0,
    "heading_deg": 90.0,
    "road_id": None,
}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def readings(*speeds_kmh: float) -> TrafficWindow:
    """A window of these speeds, one vehicle each; the quantile sketch stays empty."""
    return TrafficWindow(
        readings=len(speeds_kmh),
        vehicles=len(speeds_kmh),
        speed_sum=sum(round(speed * MICRO) for speed in speeds_kmh),
        speed_sumsq=sum(round(speed * MILLI) ** 2 for speed in speeds_kmh),
        speed_min=min(speeds_kmh),
        speed_max=max(speeds_kmh),
    )


class SpeedLayer:
    """The services' side of one namespace."""

    def __init__(self, url: str, namespace: str) -> None:
        self.url = url
        self.namespace = namespace
        # Other files' tests kill the server, and a connection with it, between two uses.
        self.client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 1))
        self._offsets = count()

    async def position(
        self, vehicle_id: str, *, longitude: float = 13.4, latitude: float = 52.5, **fields: Any
    ) -> None:
        """One vehicle, now unless `time_ms` says otherwise, and announce it."""
        await self.positions({vehicle_id: {"longitude": longitude, "latitude": latitude, **fields}})

    async def positions(self, vehicles: Mapping[str, Mapping[str, Any]]) -> None:
        """Many vehicles in one announcement."""
        values = {
            key: {"vehicle_id": key, "time_ms": now_ms(), **POSITION, **fields}
            for key, fields in vehicles.items()
        }
        await self.latest("gps", gps.LATEST, values)

    async def latest(self, type_: str, view: str, values: Mapping[str, Mapping[str, Any]]) -> None:
        """Things with one latest event each."""
        pipeline = self.client.pipeline(transaction=False)
        for key, value in values.items():
            self._put_latest(pipeline, type_, view, key, value)
        self._announce(pipeline, type_, view, list(values))
        await pipeline.execute()

    async def silently(self, type_: str, view: str, key: str, value: Mapping[str, Any]) -> None:
        """A thing whose announcement is lost."""
        pipeline = self.client.pipeline(transaction=False)
        self._put_latest(pipeline, type_, view, key, value)
        await pipeline.execute()

    def _put_latest(self, pipeline: Any, type_: str, view: str, key: str, value: Mapping[str, Any]) -> None:
        version = redis_keys.latest_version(value["time_ms"], 0, next(self._offsets))
        name = redis_keys.latest(self.namespace, type_, view, key)
        pipeline.hset(name, redis_keys.LATEST_FIELD, version + msgspec.msgpack.encode(value))
        pipeline.expire(name, TTL_S)
        self._index(pipeline, type_, view, key, value["time_ms"])

    async def road(
        self,
        road_id: str,
        start_s: int,
        state: TrafficWindow,
        *,
        partition: int = 0,
        time_ms: int | None = None,
    ) -> None:
        """One partition's newest window of a road."""
        at = start_s * 1000 if time_ms is None else time_ms
        await self._live("traffic", traffic.WINDOWS, road_id, start_s, partition, state, at)

    async def page(
        self, type_: str, view: str, key: str, windows: Mapping[int, object], *, partition: int = 0
    ) -> None:
        """One partition's windows of a key, by their start, as history keeps them."""
        pipeline = self.client.pipeline(transaction=False)
        for start_s, state in windows.items():
            name = redis_keys.page(self.namespace, type_, view, key, start_s)
            version = redis_keys.window_version(next(self._offsets))
            field = redis_keys.window_field(start_s, 0, partition)
            pipeline.hset(name, field, version + msgspec.msgpack.encode(state))
            pipeline.expire(name, TTL_S)
        await pipeline.execute()

    async def incident(self, incident_id: str, state: IncidentState) -> None:
        """One incident."""
        await self._live("emergency", emergency.THINGS, incident_id, 0, 0, state, state.time_ms)

    async def watermarks(self, type_: str, watermarks_ms: Mapping[int, int]) -> None:
        """How far each partition is."""
        name = redis_keys.partitions(self.namespace, type_)
        for partition, watermark_ms in watermarks_ms.items():
            facts = PartitionFacts(0, 1, watermark_ms, now_ms())
            await self.client.hset(name, str(partition), msgspec.msgpack.encode(facts))
        await self.client.expire(name, TTL_S)

    async def whole_from(self, type_: str, time_ms: int) -> None:
        """From when on all windows of a type are there."""
        await self.client.set(redis_keys.whole_from(self.namespace, type_), time_ms, ex=TTL_S)

    async def status(self, status: ProcessStatus) -> None:
        """What a process says of itself."""
        name = redis_keys.status(self.namespace, status.process, status.instance)
        await self.client.set(name, msgspec.json.encode(status), ex=TTL_S)

    async def announce(self, type_: str, view: str, keys: list[str]) -> None:
        """Say that keys changed."""
        pipeline = self.client.pipeline(transaction=False)
        self._announce(pipeline, type_, view, keys)
        await pipeline.execute()

    async def _live(
        self, type_: str, view: str, key: str, start_s: int, partition: int, state: object, time_ms: int
    ) -> None:
        version = redis_keys.live_version(start_s, next(self._offsets))
        name = redis_keys.live(self.namespace, type_, view, key)
        pipeline = self.client.pipeline(transaction=False)
        pipeline.hset(name, redis_keys.partition_field(0, partition), version + msgspec.msgpack.encode(state))
        pipeline.expire(name, TTL_S)
        self._index(pipeline, type_, view, key, time_ms)
        self._announce(pipeline, type_, view, [key])
        await pipeline.execute()

    def _index(self, pipeline: Any, type_: str, view: str, key: str, time_ms: int) -> None:
        name = redis_keys.index(self.namespace, type_, view, redis_keys.bucket(key))
        pipeline.zadd(name, {key: time_ms // 1000}, gt=True)
        pipeline.expire(name, TTL_S)

    def _announce(self, pipeline: Any, type_: str, view: str, keys: list[str]) -> None:
        channel = redis_keys.changes(self.namespace, type_)
        pipeline.publish(channel, msgspec.msgpack.encode({view: keys}))
