"""The broker killed, and away for a minute: workers wait, feeds wait, and nothing is missing afterwards."""

import asyncio

import pytest

from citystream.settings import Settings
from tests.drills.city import AFTER, BEFORE, Drill, living
from tests.drills.servers import Servers

pytestmark = pytest.mark.real

AWAY_S = 60.0


async def test_broker_lost_for_a_minute(servers: Servers, settings: Settings, seed: int) -> None:
    drill = Drill("broker lost for a minute")
    async with living(settings, seed) as (city, feeds):
        async with feeds.on():
            await city.folds(BEFORE)
            servers.kafka.kill()
            await asyncio.sleep(AWAY_S)
            city.crew.check_running()
            for member in city.crew.members.values():
                assert await member.worker.metric("city_kafka_up", role="stream") == 0
                assert await member.worker.metric("city_sink_up", sink="redis") == 1
            await asyncio.to_thread(servers.kafka.start)
            with drill.until_well():
                await city.catches_up()
            await city.folds(AFTER)
        await city.is_exact(feeds)
        drill.tell(feeds.sent)
