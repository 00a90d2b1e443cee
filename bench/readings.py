"""Road readings by the million: what the simulated city sends, without the city."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

# 2026-01-01T00:00:00Z, which is also the start of a window of any length that divides a day.
START_MS = 1_767_225_600_000
# A sender's clock and way may put a reading this far behind the newest.
DISORDER_MS = 2_000
MAX_SPEED_TENTHS = 1_300


class Reading(NamedTuple):
    """One reading of one road: its number, event time (epoch ms), speed, and the event as JSON."""

    road: int
    time_ms: int
    speed_kmh: float
    value: bytes


@dataclass(frozen=True)
class Readings:
    """The same readings for the same fields, in the order in which they are sent."""

    count: int
    roads: int = 1_000
    per_s: int = 10_000
    """Of event time: how fast it advances."""
    start_ms: int = START_MS
    seed: int = 1
    first_road: int = 0
    """Number of the first road: partitions with roads of their own have no key in common."""

    def __iter__(self) -> Iterator[Reading]:
        rng = random.Random(self.seed)
        fraction, roads, per_ms = rng.random, self.roads, self.per_s / 1000
        speeds = [(tenths / 10, b"%.1f" % (tenths / 10)) for tenths in range(MAX_SPEED_TENTHS)]
        numbers = range(self.first_road, self.first_road + roads)
        places = [b'"sensor_id":"sensor-%d","road_id":"%b"' % (road, road_id(road)) for road in numbers]
        counts = [
            b'"vehicle_count":%d,"occupancy_pct":%.1f' % (road % 17, road % 90 + 0.5) for road in numbers
        ]
        for number in range(self.count):
            road = int(fraction() * roads)
            time_ms = self.start_ms + int(number / per_ms - fraction() * DISORDER_MS)
            speed_kmh, speed = speeds[int(fraction() * MAX_SPEED_TENTHS)]
            value = b'{"event_id":"5f0c8f3f-%d","timestamp":%d,%b,"speed_kmh":%b,%b}' % (
                number,
                time_ms,
                places[road],
                speed,
                counts[road],
            )
            yield Reading(numbers[road], time_ms, speed_kmh, value)


def road_id(road: int) -> bytes:
    """A road's id, which is also the record's key."""
    return b"road-%d" % road
