"""How fast a count rises."""

import time
from collections.abc import Callable

# Status, scrapes and probes look at any time; of a moment between two of them no rate can be told.
LEAST_S = 2.0


class Rate:
    """Of the last seconds, however often somebody looks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at, self._count = clock(), 0
        self._per_s = 0.0

    def per_s(self, count: int) -> float:
        """As of this count. One that fell begins anew."""
        now = self._clock()
        if now - self._at >= LEAST_S:
            self._per_s = max(0, count - self._count) / (now - self._at)
            self._at, self._count = now, count
        return self._per_s
