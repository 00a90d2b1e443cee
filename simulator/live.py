"""The simulated city, live: the world's steps at the pace of the clock, into Kafka."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from citystream.contracts.city_model import CityModel
from citystream.contracts.registry import EVENTS
from citystream.settings import Settings
from simulator.counts import Counts
from simulator.misbehaviour import Misbehaviour
from simulator.progress import Progress
from simulator.publisher import Publisher
from simulator.stopping import until_stopped
from simulator.world import World

TICK_MS = 50
"""At 1,000 events/s, 50 events in about 20 partitions a tick: fresh, for little work."""
BEHIND_S = 1.0
"""Further behind the clock than this (a broker away, a machine asleep), time is skipped, not made up."""


@dataclass(frozen=True)
class Run:
    """One run of `city-simulator run`."""

    model: CityModel
    seed: int
    rate: float
    vehicles: int
    duration_s: float | None
    misbehave: frozenset[str]
    count_file: Path | None
    start_ms: int | None
    """City time of the first step; unset is now."""


async def run(plan: Run, settings: Settings) -> Counts:
    """Run the city until its duration is over or a signal comes; returns what was acknowledged.

    Raises:
        PublishError: Kafka can't be reached, refuses records, or did not take the last ones in time.
        OSError: the count file can't be written.
    """
    start_ms = plan.start_ms if plan.start_ms is not None else round(time.time() * 1000)
    world = World(plan.model, plan.seed, start_ms, plan.vehicles, plan.rate, skewed="skew" in plan.misbehave)
    counts = Counts(world.run_id)
    publisher = Publisher(settings, EVENTS, counts)
    if plan.count_file:
        # A path that can't be written is found now, and nobody reads the count of an earlier run.
        counts.write(plan.count_file, finished=False)

    async def drive(stop: asyncio.Event) -> None:
        await publisher.start()
        async with Progress(publisher, counts, plan.count_file):
            misbehaviour = Misbehaviour(plan.misbehave, plan.seed)
            await _drive(plan, world, misbehaviour, publisher, stop)
            await publisher.send(misbehaviour.drain())
            await publisher.flush()

    try:
        await until_stopped(drive, publisher)
    finally:
        await publisher.stop()
        if plan.count_file:
            counts.write(plan.count_file, finished=True)
    return counts


async def _drive(
    plan: Run, world: World, misbehaviour: Misbehaviour, publisher: Publisher, stop: asyncio.Event
) -> None:
    """Step the world every `TICK_MS` of the clock. Moments are whole ticks from the start, so that a
    run with a set start repeats the stream of another."""
    start_ms, origin_s, tick = world.now_ms, time.monotonic(), 0
    last = float("inf") if plan.duration_s is None else plan.duration_s * 1000 / TICK_MS
    while tick < last and not stop.is_set():
        tick += 1
        early_s = origin_s + tick * TICK_MS / 1000 - time.monotonic()
        if early_s > 0:
            await asyncio.sleep(early_s)
        elif early_s < -BEHIND_S:
            if plan.start_ms is None:
                tick += int(-early_s * 1000 / TICK_MS)
                world.skip_to(start_ms + tick * TICK_MS)
            else:
                # A replay leaves nothing out; it goes on from here at its pace.
                origin_s -= early_s
            continue
        now_ms = start_ms + tick * TICK_MS
        await publisher.send(misbehaviour.process(now_ms, world.step(now_ms)))
