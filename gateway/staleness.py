"""Which things of a view lie far behind its newest event.

Judged by event times alone and against no clock: each process says the same, and a feed of an earlier year is
as fresh as its own newest event. When a whole feed stops, nothing becomes stale; its `as_of` tells that.
"""

from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

import msgspec


class StaleAfter(NamedTuple):
    """How far behind its topic's newest event a thing may be, s."""

    vehicles_s: float
    weather_s: float
    cameras_s: float


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Shape of what is told of things that may be stale."""

    stale: bool | None
    """Whether it lies far behind the newest event of its topic, or of what it is made of; null: no data."""


class Staleness:
    """The verdicts on one view's things. Times are event times, epoch milliseconds."""

    def __init__(self, after_s: float) -> None:
        self._after_ms = round(after_s * 1000)
        self._oldest_ms = -inf
        """What is older is stale."""
        self._fresh: dict[str, int] = {}
        """key -> its time"""
        self._stale: dict[str, int] = {}
        """key -> its time"""
        # A fresh thing has one place in the heap, at its time or before: one that is seen again moves only
        # when its place is met. So most events of a feed cost no more than a look into a dictionary.
        self._heap: list[tuple[int, str]] = []
        self._places: dict[str, int] = {}

    def take(self, key: str, time_ms: int | None) -> bool | None:
        """Take a thing's time, None if it has no data or is gone; whether it is stale, None without data."""
        self._stale.pop(key, None)
        if time_ms is not None and time_ms >= self._oldest_ms:
            self._fresh[key] = time_ms
            if self._places.get(key, inf) > time_ms:
                self._place(key, time_ms)
            return False
        self._fresh.pop(key, None)
        self._places.pop(key, None)
        if time_ms is None:
            return None
        self._stale[key] = time_ms
        return True

    def reach(self, newest_ms: int | None) -> dict[str, bool]:
        """Take the time of the view's newest event, which may be an earlier one: the verdicts that change."""
        before_ms = self._oldest_ms
        self._oldest_ms = -inf if newest_ms is None else newest_ms - self._after_ms
        return self._returned() if self._oldest_ms < before_ms else self._fallen_behind()

    def _fallen_behind(self) -> dict[str, bool]:
        fallen: dict[str, bool] = {}
        while self._heap and self._heap[0][0] < self._oldest_ms:
            place_ms, key = heappop(self._heap)
            if self._places.get(key) != place_ms:
                # It is gone, or has another place.
                continue
            time_ms = self._fresh[key]
            if time_ms >= self._oldest_ms:
                self._place(key, time_ms)
            else:
                fallen[key] = True
                self.take(key, time_ms)
        return fallen

    def _returned(self) -> dict[str, bool]:
        returned = {key: time_ms for key, time_ms in self._stale.items() if time_ms >= self._oldest_ms}
        for key, time_ms in returned.items():
            self.take(key, time_ms)
        return dict.fromkeys(returned, False)

    def _place(self, key: str, time_ms: int) -> None:
        self._places[key] = time_ms
        heappush(self._heap, (time_ms, key))


_MEMBER = {True: b',"stale":true}', False: b',"stale":false}', None: b',"stale":null}'}


def told(body: bytes, stale: bool | None) -> bytes:
    """A thing's body (a JSON object) with the verdict on it as its last member."""
    return body[:-1] + _MEMBER[stale]


def turned(body: bytes, stale: bool) -> bytes:
    """A body that told the opposite, with the verdict that is."""
    return body.removesuffix(_MEMBER[not stale]) + _MEMBER[stale]
