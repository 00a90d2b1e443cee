"""A made-up city: rush hours that begin at another time each day, sensors that fail."""

import math
import random
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from citystream.contracts.forecast import STEP_S, RoadForecast
from services.traffic.forecast.closed import ClosedWindow, Surroundings
from services.traffic.forecast.forecaster import Forecaster

STEP_MS = STEP_S * 1000
DAY_STEPS = 86_400 // STEP_S
MONDAY_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z."""
ZONE = ZoneInfo("UTC")
ROADS = [f"road-{number}" for number in range(8)]
NEIGHBOURS = {road: [ROADS[at - 1], ROADS[at - 2], "road-unread"] for at, road in enumerate(ROADS)}


def speeds(steps: int, seed: int = 1) -> Iterator[dict[str, float]]:
    """Of all roads, step by step: free flow, and a jam morning and evening that travels along the roads."""
    chance = random.Random(seed)
    delays = [chance.gauss(0, 4) for _ in range(2 * (steps // DAY_STEPS + 1))]
    for step in range(steps):
        day, minute = divmod(step, DAY_STEPS)
        read = {}
        for number, road in enumerate(ROADS):
            jam = sum(
                math.exp(-(((minute - peak - delays[2 * day + half] - number) / 12) ** 2))
                for half, peak in enumerate((96, 210))
            )
            read[road] = max(0.0, 90 - 55 * jam + chance.gauss(0, 2 + 4 * jam))
        yield read


def holey(steps: int, seed: int = 1) -> Iterator[ClosedWindow]:
    """The same with readings left out, outages, a road that comes late, weather and incidents."""
    chance = random.Random(seed)
    silent_until = dict.fromkeys(ROADS, 0)
    silent_until[ROADS[-1]] = steps // 3
    for step, read in enumerate(speeds(steps, seed)):
        for road in ROADS:
            if chance.random() < 0.01:
                silent_until[road] = step + chance.randint(1, 12)
        kept = {
            road: speed
            for road, speed in read.items()
            if step >= silent_until[road] and chance.random() > 0.05
        }
        told = Surroundings(
            precipitation_mm_h=chance.choice([None, 0.0, 3.0]),
            visibility_m=chance.choice([None, 800.0, 20_000.0]),
            incidents={chance.choice(ROADS): 3} if chance.random() < 0.2 else {},
        )
        yield ClosedWindow(end_ms(step), kept, told)


def end_ms(step: int) -> int:
    """End of a step's window."""
    return MONDAY_MS + (step + 1) * STEP_MS


def stepped(forecaster: Forecaster, steps: int, seed: int = 1) -> list[RoadForecast]:
    """What is forecast after so many steps without a hole."""
    forecasts: list[RoadForecast] = []
    for step, read in enumerate(speeds(steps, seed)):
        forecasts = forecaster.step(ClosedWindow(end_ms(step), read))
    return forecasts
