"""A backfill closes windows faster than a sink takes them: folding waits, and none is dropped."""

import asyncio

from citystream.settings import Settings
from tests.harness import outputs
from tests.harness.patience import PATIENCE_S
from tests.rules.running import owner, readings, send
from tests.services.descriptions import SERVICES

TRAFFIC = SERVICES["traffic"]
(VIEW,) = TRAFFIC.windows
READINGS = 45_000
MOST_PENDING = 20_000
WINDOW_EACH_S = 10.0


async def test_folding_waits_for_a_sink_that_is_up_before_closed_windows_are_dropped(city: Settings) -> None:
    # Elasticsearch is away, and is not waited for.
    own = city.model_copy(update={"sink_pending": MOST_PENDING, "elasticsearch": "http://127.0.0.1:9"})
    async with owner(TRAFFIC, own) as one:
        await one.stream.index()
        await send(own, readings(0, READINGS, WINDOW_EACH_S))
        async with asyncio.timeout(PATIENCE_S):
            while not one.stream.crowded:
                await asyncio.sleep(0.02)
        assert one.next_offset(0) < READINGS
        assert one.stream.redis.waiting <= MOST_PENDING
        async with asyncio.timeout(3 * PATIENCE_S):
            while one.next_offset(0) < READINGS:
                await one.stream.publish()
                await one.stream.index()
                await asyncio.sleep(0.02)
            await one.stream.checkpoint()
        assert one.stream.redis.dropped == 0
    assert len(await outputs.windows(own, "traffic", VIEW)) == READINGS
