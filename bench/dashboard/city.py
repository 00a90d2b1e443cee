"""A city that the page shows: Redis that is fed as the services feed it, and a gateway."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.gateway.feeding import Feeding, Load
from bench.gateway_process import GatewayProcess
from bench.servers import S3_KEYS, SINKS_NOWHERE
from citystream.contracts import city_model
from citystream.settings import Settings
from demo.servers.valkey import Valkey
from simulator import city as simulated
from simulator.world import CAMERA_SHARE, TRAFFIC_SHARE, WEATHER_SHARE

ROADS = 100
REPORT_S = 5.0
"""How often each vehicle tells where it is."""
# Roads and incidents of a city without vehicles are those of one with so many.
LEAST_VEHICLES = 1_000


@dataclass(frozen=True)
class City:
    """Where its page is, and who may sign in."""

    url: str
    user: tuple[str, str]
    vehicles: int
    roads: tuple[str, ...]


def rate_of(vehicles: int) -> float:
    """Events a second over all types, of which so many vehicles have their share."""
    return max(vehicles, LEAST_VEHICLES) / REPORT_S / (1 - TRAFFIC_SHARE - CAMERA_SHARE - WEATHER_SHARE)


@asynccontextmanager
async def city(folder: Path, vehicles: int) -> AsyncIterator[City]:
    """One that lives until the block ends, each vehicle told of once.

    Raises:
        ServerError: a part did not start.
    """
    redis = Valkey(folder / "valkey")
    try:
        redis.start()
        settings, roads = _settled(folder, redis)
        feeding = Feeding(Load(settings, vehicles, rate_of(vehicles), frozenset(os.sched_getaffinity(0))))
        gateway = GatewayProcess(settings, folder)
        try:
            await asyncio.to_thread(feeding.start)
            await gateway.start()
            user = gateway.user.username, gateway.user.password
            yield City(f"http://127.0.0.1:{gateway.port}", user, vehicles, roads)
        finally:
            gateway.stop()
            feeding.kill()
    finally:
        redis.kill()


def _settled(folder: Path, redis: Valkey) -> tuple[Settings, tuple[str, ...]]:
    """Settings of one that has a model, and its roads."""
    generated = simulated.generate(roads=ROADS)
    model = folder / "city.geojson"
    model.write_bytes(city_model.dump(generated))
    wired: dict[str, Any] = {**SINKS_NOWHERE, **S3_KEYS, "redis": redis.address, "model": model}
    return Settings(**wired), tuple(generated.roads)
