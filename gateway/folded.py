"""One view's windows of the last hours, as they were folded of the archive."""

import asyncio
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from citystream.contracts.state import State, merged
from gateway.missing import Span

if TYPE_CHECKING:
    from citystream.replay.archived_windows import ArchivedWindow, Found

S = TypeVar("S", bound=State)

# Taking holds the event loop: so many windows take a few milliseconds.
TAKEN_AT_ONCE = 5_000


class Folded(Generic[S]):
    """Parts of windows that have closed in their partition, encoded until they are asked for."""

    def __init__(self, state: type[S], window_s: int, lateness_s: float, hours: int) -> None:
        """`hours`: how far behind the watermark windows are kept."""
        self._decoder: msgspec.msgpack.Decoder[S] = msgspec.msgpack.Decoder(state)
        self._window_ms = window_s * 1000
        self._lateness_ms = round(lateness_s * 1000)
        self._kept_ms = hours * 3_600_000
        self._windows: dict[int, dict[str, list[ArchivedWindow]]] = {}
        """start -> key -> parts"""
        self._closed_ms = -1
        self.answers = False
        """Whether the archive was read at least once."""
        self.whole_from_ms: int | None = None
        """Event time from which on there is all that has closed; None while nothing was read."""

    async def take(self, found: "Found | None") -> None:
        """What a look at the archive brought; None if it has nothing at all."""
        if found:
            for number, window in enumerate(found.windows):
                if number % TAKEN_AT_ONCE == 0:
                    await asyncio.sleep(0)
                self._windows.setdefault(window.start_s, {}).setdefault(window.key, []).append(window)
            oldest_ms = found.closed_ms - self._kept_ms
            for start_s in [start_s for start_s in self._windows if start_s * 1000 < oldest_ms]:
                del self._windows[start_s]
            self._closed_ms, self.whole_from_ms = found.closed_ms, max(found.whole_from_ms, oldest_ms)
        self.answers = True

    def clear(self) -> None:
        """All is folded anew."""
        self._windows.clear()
        self.answers, self.whole_from_ms = False, None

    def has_closed(self, start_s: int) -> bool:
        """Whether a window has closed in every partition."""
        return start_s * 1000 + self._window_ms + self._lateness_ms <= self._closed_ms

    @property
    def span(self) -> Span:
        """Event time of the windows that are here and have closed in every partition."""
        if self.whole_from_ms is None:
            return Span(0, 0)
        first_ms, last_ms = self.whole_from_ms, self._closed_ms - self._lateness_ms
        return Span(first_ms + -first_ms % self._window_ms, last_ms - last_ms % self._window_ms)

    def starts(self, start_s: int, end_s: int, *, alone: bool) -> list[int]:
        """Starts in a range of event time of windows that are whole.

        `alone`: nobody else has parts, so only windows that have closed in every partition.
        """
        whole_from_ms = self.whole_from_ms
        if whole_from_ms is None:
            return []
        return [
            at
            for at in self._windows
            if start_s <= at < end_s and at * 1000 >= whole_from_ms and (not alone or self.has_closed(at))
        ]

    def keys(self, starts: Iterable[int]) -> set[str]:
        """Whose windows begin then."""
        return {key for at in starts for key in self._windows.get(at, ())}

    def lacking(self, key: str, start_s: int, had: Collection[int]) -> dict[int, S]:
        """One window's parts, by partition, but of the partitions that somebody else has."""
        by_partition: dict[int, list[S]] = {}
        for window in self._windows.get(start_s, {}).get(key, ()):
            if window.log[0] not in had:
                by_partition.setdefault(window.log[0], []).append(self._decoder.decode(window.state))
        return {partition: merged(states) for partition, states in by_partition.items()}
