"""What a worker says of the Redis that it writes to, and of itself."""

import pytest
from redis.asyncio import Redis

from citystream.contracts.metric import PREFIX
from citystream.health import Health
from citystream.metrics import Metrics
from demo.servers.server import Server
from tests.conftest import MakeSettings

RATIO, USED = f"{PREFIX}redis_memory_used_ratio", f"{PREFIX}redis_memory_used_bytes"


def shown(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(name, {"service": "gps"})


async def test_how_full_redis_is_is_told_while_it_answers_and_has_a_bound(
    settings: MakeSettings, redis_server: Server
) -> None:
    own, metrics = settings(), Metrics("gps")
    health = Health(own, metrics, [])
    async with Redis.from_url(own.redis) as redis:
        try:
            await redis.config_set("maxmemory", 0)
            await health.report()
            assert shown(metrics, RATIO) is None
            used = shown(metrics, USED)
            assert used is not None
            await redis.config_set("maxmemory", round(used * 4))
            await health.report()
            assert shown(metrics, RATIO) == pytest.approx(0.25, rel=0.2)
            redis_server.kill()
            await health.report()
            assert shown(metrics, RATIO) is shown(metrics, USED) is None
        finally:
            await health.close()


async def test_a_process_tells_its_memory_and_time(settings: MakeSettings) -> None:
    metrics = Metrics("gps")
    health = Health(settings(), metrics, [])
    try:
        for _ in range(2):
            health.refresh()
            resident, used_s = (
                shown(metrics, f"{PREFIX}process_{name}") for name in ("resident_bytes", "cpu_seconds_total")
            )
            assert resident is not None
            assert 10e6 < resident < 10e9
            assert used_s is not None
            assert 0 < used_s < 10_000
    finally:
        await health.close()
