"""Showers that cross the city from west to east."""

from collections import deque
from math import sqrt
from random import Random
from typing import NamedTuple

MINUTE_MS = 60_000
FRONT_M_PER_MS = 0.008
"""A front moves at 8 m/s, about 29 km/h."""


class Shower(NamedTuple):
    """Rain over the middle of the city: from nothing up to the peak, and down again."""

    start_ms: float
    duration_ms: float
    peak_mm_h: float


class Rain:
    """Falls in showers of 6 to 20 minutes with dry spells of 8 to 30 between them."""

    def __init__(self, rng: Random, start_ms: int) -> None:
        self._rng = rng
        # The first comes soon, or is there already, so that a short run has wet and dry minutes.
        self._showers = deque([self._shower(start_ms + rng.uniform(-6, 6) * MINUTE_MS)])

    def advance(self, now_ms: float) -> None:
        """Let showers come and go; one is kept for an hour after its end, for the city's far east."""
        last = self._showers[-1]
        while last.start_ms + last.duration_ms <= now_ms:
            last = self._shower(last.start_ms + last.duration_ms + self._rng.uniform(8, 30) * MINUTE_MS)
            self._showers.append(last)
        while self._showers[0].start_ms + self._showers[0].duration_ms < now_ms - 60 * MINUTE_MS:
            self._showers.popleft()

    def mm_per_h(self, now_ms: float, east_m: float) -> float:
        """Intensity so many metres east of the city's middle."""
        there_ms = now_ms - east_m / FRONT_M_PER_MS
        return sum(_intensity(shower, there_ms) for shower in self._showers)

    def _shower(self, start_ms: float) -> Shower:
        duration_ms = self._rng.uniform(6, 20) * MINUTE_MS
        return Shower(start_ms, duration_ms, self._rng.uniform(1, 12))


def _intensity(shower: Shower, at_ms: float) -> float:
    share = (at_ms - shower.start_ms) / shower.duration_ms
    if not 0 < share < 1:
        return 0.0
    return shower.peak_mm_h * (1 - abs(2 * share - 1))


def speed_factor(rain_mm_h: float) -> float:
    """What is left of the speed in rain: 0.92 at 1 mm/h, 0.72 at 12, never below 0.65."""
    return 1 - min(0.35, 0.08 * sqrt(rain_mm_h))
