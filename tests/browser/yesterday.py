"""What a city's sensors would have told in its last day, had it been there: roads get a past."""

import time
from collections.abc import Iterator

from citystream.contracts import city_model
from citystream.settings import Settings
from simulator.counts import Counts
from simulator.publisher import Publisher
from simulator.record import Record
from simulator.world import World

DAY_MS = 86_400_000
STEP_MS = 10_000
# Nobody looks at yesterday's, but with fewer of them help comes late, and the day is one jam.
VEHICLES = 1_000
# A tenth of the events are readings: each road has about two in each window.
EVENTS_PER_S = 7.0


async def tell(settings: Settings, seed: int) -> int:
    """Send a day of readings up to now, in order of time; their number.

    Nobody may send younger ones before: these would come too late.

    Raises:
        PublishError: Kafka can't take them.
    """
    counts = Counts("yesterday")
    publisher = Publisher(settings, ("traffic",), counts)
    await publisher.start()
    try:
        for records in _hours(settings, seed):
            await publisher.send(records)
        await publisher.flush()
    finally:
        await publisher.stop()
    return counts.total


def _hours(settings: Settings, seed: int) -> Iterator[list[Record]]:
    """Readings, an hour or less at once."""
    assert settings.model is not None
    model = city_model.load(settings.model)
    end_ms = time.time_ns() // 1_000_000
    start_ms = end_ms - DAY_MS
    world = World(model, seed, start_ms, VEHICLES, EVENTS_PER_S)
    readings: list[Record] = []
    for at, now_ms in enumerate(range(start_ms + STEP_MS, end_ms, STEP_MS)):
        readings += [record for record in world.step(now_ms) if record.type == "traffic"]
        if at % 360 == 359:
            yield readings
            readings = []
    yield readings
