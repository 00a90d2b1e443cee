"""So many a second for each key, and a burst: a token bucket that is one number (GCRA, known from ATM)."""

from collections.abc import Hashable

# About 100 bytes each. Only who has as many addresses can push a key out, and needs not.
MOST_KEYS = 10_000
# Sums of intervals are a little off; the last token of a burst is still one.
ROUNDING_S = 1e-6


class Rates:
    """Full buckets at first; times are seconds of any clock that only goes forward."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._interval_s = 1 / per_s
        self._room_s = burst / per_s
        self._full_at: dict[Hashable, float] = {}

    def take(self, key: Hashable, now: float) -> float:
        """Take one token: 0, or how long to wait, in s, where there is none."""
        full_at = max(self._full_at.get(key, now), now) + self._interval_s
        wait_s = full_at - now - self._room_s
        if wait_s > ROUNDING_S:
            return wait_s
        if len(self._full_at) >= MOST_KEYS and key not in self._full_at:
            del self._full_at[next(iter(self._full_at))]
        self._full_at[key] = full_at
        return 0.0

    def give_back(self, key: Hashable) -> None:
        """One that was taken was none of those that count."""
        if key in self._full_at:
            self._full_at[key] -= self._interval_s
