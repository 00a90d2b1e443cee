"""From a vehicle's own clock to the API: how old a position is when it is first answered."""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import httpx

from demo.api import Api

POLL_S = 0.2
"""What polling adds to an age: up to this long, half of it on average."""


class Ages:
    """Age of each position when the API first answered it, in milliseconds."""

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}
        self.ages_ms: list[int] = []

    def observe(self, times_ms: Mapping[str, int], now_ms: int) -> None:
        """Take one answer: vehicle -> event time of its position."""
        for vehicle, time_ms in times_ms.items():
            if time_ms > self._newest.get(vehicle, -1):
                self._newest[vehicle] = time_ms
                self.ages_ms.append(now_ms - time_ms)


async def sample(api: Api, ages: Ages) -> None:
    """Ask for every vehicle again and again, until cancelled."""
    while True:
        # What is missed is older when it is seen, and counts as that.
        with suppress(httpx.HTTPError):
            ages.observe(await api.positions_ms(), time.time_ns() // 1_000_000)
        await asyncio.sleep(POLL_S)


def percentile(values: Sequence[int], share: float) -> int | None:
    """The least value that this share of all do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
