"""What a road's speed is at a time of the day, on working days and on weekends."""

from array import array
from datetime import datetime
from typing import NamedTuple, Self

BINS = 48
BIN_MIN = 24 * 60 // BINS
MOST_READINGS = 20
"""A mean is of about so many newest readings: with six a bin, of the last three days or so."""


class Slot(NamedTuple):
    """A moment in a week: between the middles of two bins of its kind of day."""

    weekend: bool
    holding: int
    """the bin that it lies in"""
    before: int
    after: int
    share: float
    """of the way from the middle of the bin before to that of the bin after"""


def slot_of(local: datetime) -> Slot:
    """Where a local time lies."""
    minute = local.hour * 60 + local.minute + local.second / 60
    holding = int(minute // BIN_MIN)
    place = minute / BIN_MIN - 0.5
    before = int(place // 1)
    return Slot(local.weekday() >= 5, holding, before % BINS, (before + 1) % BINS, place - before)


class DailyProfile:
    """Running means of one road, by half hours of a kind of day.

    Examples
    --------
    >>> profile = DailyProfile()
    >>> profile.expected(slot_of(datetime(2026, 3, 2, 8, 15)))
    >>> profile.learn(slot_of(datetime(2026, 3, 2, 8, 15)), 30.0)
    >>> profile.learn(slot_of(datetime(2026, 3, 2, 8, 45)), 40.0)
    >>> profile.expected(slot_of(datetime(2026, 3, 3, 8, 30)))
    35.0

    """

    def __init__(self) -> None:
        self._means = array("d", bytes(8 * 2 * BINS))
        self._counts = bytearray(2 * BINS)

    def learn(self, slot: Slot, speed_kmh: float) -> None:
        """Learn what was read."""
        at = slot.weekend * BINS + slot.holding
        count = min(self._counts[at] + 1, MOST_READINGS)
        self._counts[at] = count
        self._means[at] += (speed_kmh - self._means[at]) / count

    def expected(self, slot: Slot) -> float | None:
        """Speed at such a time, of the other kind of day where this one is unknown; None where both are."""
        found = self._between(slot.weekend * BINS, slot)
        return found if found is not None else self._between((not slot.weekend) * BINS, slot)

    def state(self) -> tuple[bytes, bytes]:
        """Means as 64-bit floats, and counts as bytes."""
        return self._means.tobytes(), bytes(self._counts)

    def restore(self, means: bytes, counts: bytes) -> Self:
        """Go on from a state."""
        self._means = array("d", means)
        self._counts = bytearray(counts)
        return self

    def _between(self, start: int, slot: Slot) -> float | None:
        before, after = start + slot.before, start + slot.after
        if not self._counts[before]:
            return self._means[after] if self._counts[after] else None
        if not self._counts[after]:
            return self._means[before]
        return self._means[before] + (self._means[after] - self._means[before]) * slot.share
