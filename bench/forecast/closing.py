"""What a close of a large city costs, and for how long nothing else of its process can run."""

import asyncio
import gc
import random
import time
from typing import TypedDict
from zoneinfo import ZoneInfo

from bench.readings import START_MS
from citystream.contracts.forecast import STEP_S
from citystream.garbage import collect_seldom
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.forecaster import Forecaster

NEIGHBOURS = 4
# The longest horizon is 12 steps: from then on a step scores and learns at all of them.
STEPS = 30
TICK_S = 0.002


class Closing(TypedDict):
    """Of the slowest step, in milliseconds of CPU, which do not depend on what else the machine does."""

    roads: int
    step_ms: float
    rows_ms: float
    """to write down what changed"""
    rows: int
    bytes: int
    longest_hold_ms: float
    """that the process computed while its event loop waited for a turn"""
    longest_wait_ms: float
    """the same by the clock: longer where the machine has other work"""


def closing(count: int) -> Closing:
    """Close windows of a made-up city of so many roads in a thread, beside an event loop that ticks."""
    thresholds = gc.get_threshold()
    collect_seldom()  # as a worker does
    try:
        return asyncio.run(_closing(count))
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


async def _closing(count: int) -> Closing:
    roads = [f"road-{number}" for number in range(count)]
    near = {
        road: [roads[(number + step) % count] for step in range(1, NEIGHBOURS + 1)]
        for number, road in enumerate(roads)
    }
    forecaster = Forecaster(near, ZoneInfo("UTC"))
    chance = random.Random(1)
    steps_s, rows_s, holds_s, waits_s = [0.0], [0.0], [0.0], [0.0]
    rows: list[tuple[str, bytes]] = []

    def close(window: ClosedWindow) -> None:
        nonlocal rows
        started = time.thread_time()
        forecaster.step(window)
        stepped = time.thread_time()
        rows = forecaster.changed()
        steps_s.append(stepped - started)
        rows_s.append(time.thread_time() - stepped)

    async def tick() -> None:
        while True:
            computed, clock = time.process_time(), time.perf_counter()
            await asyncio.sleep(TICK_S)
            holds_s.append(time.process_time() - computed)
            waits_s.append(time.perf_counter() - clock - TICK_S)

    ticking = asyncio.create_task(tick())
    for step in range(1, STEPS + 1):
        speeds = {road: chance.uniform(5, 120) for road in roads}
        await asyncio.to_thread(close, ClosedWindow(START_MS + step * STEP_S * 1000, speeds))
    ticking.cancel()
    return Closing(
        roads=count,
        step_ms=_ms(steps_s),
        rows_ms=_ms(rows_s),
        rows=len(rows),
        bytes=sum(len(value) for _, value in rows),
        longest_hold_ms=_ms(holds_s),
        longest_wait_ms=_ms(waits_s),
    )


def _ms(seconds: list[float]) -> float:
    return round(1000 * max(seconds), 1)
