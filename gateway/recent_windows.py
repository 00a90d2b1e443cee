"""One view's windows of the last days: of Redis what it has, and out of the archive what it lacks."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from citystream.contracts import redis_keys
from citystream.contracts.state import State
from gateway.folded import Folded
from gateway.joining import Known, recent, summed
from gateway.missing import ALL_LOST, Lost, Span, lost_before
from gateway.view import View
from gateway.window_pages import KEYS_AT_ONCE, Pages, WindowPages

S = TypeVar("S", bound=State)
K = TypeVar("K")
P = TypeVar("P")


class Recent(NamedTuple, Generic[K, S]):
    """What both have of a range."""

    windows: dict[K, Known[S]]
    answers: bool
    """Whether either could be asked."""
    speed: bool
    """Whether Redis answered."""
    lost: list[Lost]
    """What of the range Redis does not have."""
    folded: Span
    """What of it was folded of the archive."""
    settled_ms: int | None
    """Event time up to which nothing more comes in, but late events; None of what Redis may know better."""


class RecentWindows(Generic[S]):
    """Reads them."""

    def __init__(
        self, pages: WindowPages[S], folded: Folded[S] | None, view: View[Any], window_s: int
    ) -> None:
        """`view`: what is live of the same type."""
        self._pages = pages
        self.folded = folded
        self._view = view
        self._window_s = window_s

    async def of_key(self, key: str, start_s: int, end_s: int) -> Recent[int, S]:
        """One key's windows that begin in a range, and others of the same hours, by their start."""
        found = await self._pages.read(key, start_s, end_s)
        speed = found.windows if found else {}
        starts = self._starts(start_s, end_s, found)
        windows = dict(self._joined(key, speed, starts))
        return self._recent(windows, found, Span(start_s * 1000, end_s * 1000), self._folded_span)

    async def at(self, start_s: int) -> Recent[str, S]:
        """The window that begins then, by key."""
        found = await self._pages.hour(self._live(), redis_keys.page_start(start_s), start_s)
        end_s, folded = start_s + self._window_s, self._folded_span
        starts = self._starts(start_s, end_s, found)
        windows = {key: one async for key, _, one in self._each(found, starts)}
        return self._recent(windows, found, Span(start_s * 1000, end_s * 1000), folded)

    async def hour(self, hour_s: int, *, speed: bool) -> Recent[int, S]:
        """The windows of all keys together that begin in an hour, by their start.

        `speed`: whether to ask Redis.
        """
        found = await self._pages.hour(self._live(), hour_s) if speed else None
        end_s, folded = hour_s + redis_keys.HOUR_S, self._folded_span
        starts = self._starts(hour_s, end_s, found)
        windows: dict[int, Known[S]] = {}
        async for _, at, one in self._each(found, starts):
            windows[at] = summed([windows[at], one]) if at in windows else one
        return self._recent(windows, found, Span(hour_s * 1000, end_s * 1000), folded)

    def _live(self) -> list[str]:
        return sorted(self._view.with_data())

    @property
    def _folded_span(self) -> Span:
        return self.folded.span if self.folded else Span(0, 0)

    def _starts(self, start_s: int, end_s: int, found: object | None) -> list[int]:
        return self.folded.starts(start_s, end_s, alone=found is None) if self.folded else []

    async def _each(
        self, found: Pages[str, dict[int, dict[int, S]]] | None, starts: list[int]
    ) -> AsyncIterator[tuple[str, int, Known[S]]]:
        """Each window of each key, in pieces: joining holds the event loop."""
        speed = found.windows if found else {}
        folded = self.folded.keys(starts) if self.folded else set()
        for number, key in enumerate({*speed, *folded}):
            if number % KEYS_AT_ONCE == 0:
                await asyncio.sleep(0)
            for at, one in self._joined(key, speed.get(key, {}), starts):
                yield key, at, one

    def _joined(
        self, key: str, speed: Mapping[int, Mapping[int, S]], starts: Iterable[int]
    ) -> Iterable[tuple[int, Known[S]]]:
        whole = set(starts)
        for at in {*speed, *whole}:
            parts = speed.get(at, {})
            lacking = self.folded.lacking(key, at, parts) if self.folded and at in whole else {}
            if parts or lacking:
                yield at, recent(parts, lacking)

    def _recent(
        self, windows: dict[K, Known[S]], found: Pages[Any, Any] | None, asked: Span, folded: Span
    ) -> Recent[K, S]:
        """`folded`: what was, when joining began."""
        newest_ms, kept_ms = self._view.newest_ms, self._view.ttl_ms
        all_lost = ALL_LOST
        if found:
            all_lost = lost_before(found.whole_from_ms, newest_ms, kept_ms, self._window_s * 1000)
        lost = [one.within(asked) for one in all_lost]
        lost = [one for one in lost if not one.span.empty]
        settled_ms = folded.end_ms if lost and self.folded else newest_ms
        return Recent(
            windows,
            answers=found is not None or bool(self.folded and self.folded.answers),
            speed=found is not None,
            lost=lost,
            # Meanwhile the oldest of it may have been dropped.
            folded=folded.within(self._folded_span).within(asked),
            settled_ms=settled_ms if found else None,
        )
