"""Who reports when: a fixed number of events a second, everyone in turn."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Rounds(Generic[Thing]):
    """Goes round things so that `rate_per_s` of them report a second, evenly spread in time."""

    def __init__(self, things: list[Thing], rate_per_s: float, start_ms: int) -> None:
        self._things = things
        self._rate_per_ms = rate_per_s / 1000 if things else 0.0
        self._origin_ms = self._last_ms = start_ms
        self._sent = 0
        self._next = 0

    def due(self, now_ms: int) -> Iterator[tuple[Thing, int]]:
        """Everyone whose turn came since the last call, with the millisecond of it."""
        wanted = int((now_ms - self._origin_ms) * self._rate_per_ms)
        count, since = wanted - self._sent, self._last_ms
        self._sent, self._last_ms = wanted, now_ms
        for index in range(count):
            thing = self._things[self._next]
            self._next = (self._next + 1) % len(self._things)
            yield thing, since + (index + 1) * (now_ms - since) // count

    def skip_to(self, now_ms: int) -> None:
        """Leave out what was due until now."""
        self._origin_ms = self._last_ms = now_ms
        self._sent = 0
