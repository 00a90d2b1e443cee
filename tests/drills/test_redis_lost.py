"""Redis killed, and back empty: live views come back by themselves, closed windows by a replay."""

import asyncio

import pytest

from citystream.contracts import topics
from citystream.settings import Settings
from citystream.stream import time_rules
from tests.drills.city import AFTER, BEFORE, City, Drill, command, living
from tests.drills.servers import Servers
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.patience import PATIENCE_S
from tests.services.descriptions import SERVICES

pytestmark = pytest.mark.real


async def test_redis_lost(servers: Servers, settings: Settings, seed: int) -> None:
    drill = Drill("Redis lost, back empty")
    async with living(settings, seed) as (city, feeds):
        async with feeds.on():
            await city.folds(BEFORE)
            servers.redis.kill()
            await city.folds(AFTER)
            assert await states(city) == {"down"}
            await asyncio.to_thread(servers.redis.start)
            with drill.until_well():
                async with asyncio.timeout(PATIENCE_S):
                    while await states(city) != {"up"}:
                        await asyncio.sleep(0.1)
                await city.catches_up()
                for service in events.TYPES:
                    if SERVICES[service].windows:
                        await lacks_its_oldest_windows(settings, service)
                    replaying = settings.model_copy(update={"data_dir": settings.data_dir / "replays"})
                    await command(replaying, f"city-{service}", "replay")
            await city.folds(AFTER)
        await city.is_exact(feeds)
        drill.tell(feeds.sent)


async def states(city: City) -> set[str]:
    """up, down, or both, as the workers say of Redis."""
    return {await member.worker.sink_state("redis") for member in city.crew.members.values()}


async def lacks_its_oldest_windows(settings: Settings, service: str) -> None:
    """Or the replay has nothing to do, and shows nothing."""
    log, described = (
        await kafka_log.read(settings, topics.source(settings.shared, service)),
        SERVICES[service],
    )
    for view in described.windows:
        wanted = recount.windows(described, view, log, time_rules(settings))
        found = await outputs.windows(settings, service, view)
        assert found, f"no window of {view.name} came back by itself"
        assert min(start_s for _, start_s in wanted) < min(start_s for _, start_s in found)
