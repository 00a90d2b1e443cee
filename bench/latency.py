"""From what was sent and what was seen, how long each event took."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Sent = Mapping[str, Sequence[int]]
"""Of each probe, the event times that it sent, epoch ms, rising."""
Seen = Mapping[str, Sequence[tuple[int, float]]]
"""Of each probe, the event times seen, epoch ms, each with the wall clock when it was, epoch ms."""


@dataclass(frozen=True)
class Latencies:
    """How long each event took, in milliseconds."""

    ms: tuple[float, ...]
    unseen: int
    """How many of them were not seen by the end, and stand with their age at it."""

    def percentile(self, percent: float) -> float:
        """The smallest latency that this share of events did not exceed.

        Raises:
            ValueError: nothing was sent.
        """
        if not self.ms:
            raise ValueError("no probe event was sent")
        return sorted(self.ms)[max(0, math.ceil(len(self.ms) * percent / 100) - 1)]


def latencies(sent: Sent, seen: Seen, end_ms: float) -> Latencies:
    """Latency of every event sent: until it, or a newer one of its probe, was seen first."""
    found: list[float] = []
    unseen = 0
    for probe, times in sent.items():
        sightings = iter(seen.get(probe, ()))
        sighting = next(sightings, None)
        for time_ms in times:
            while sighting is not None and sighting[0] < time_ms:
                sighting = next(sightings, None)
            if sighting is None:
                unseen += 1
            found.append((sighting[1] if sighting else end_ms) - time_ms)
    return Latencies(tuple(found), unseen)
