"""What all layers have of a range: closed days, else Redis, else what was folded of the archive."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from citystream.contracts.state import State
from gateway.closed_days import DayViews, Views
from gateway.days import Days
from gateway.folded import Folded
from gateway.joining import Known, joined
from gateway.missing import Gap, Lost, Span, missing
from gateway.problems import unanswered
from gateway.recent_windows import Recent, RecentWindows
from gateway.view import View

S = TypeVar("S", bound=State)
K = TypeVar("K")


class Layers(NamedTuple, Generic[K, S]):
    """Windows of a range, and which layer could be asked."""

    windows: dict[K, Known[S]]
    answer: bool
    """Whether any could be asked."""
    speed: bool
    """Whether Redis answered."""
    days: Days
    lost: list[Lost]
    had: list[Span]
    newest_ms: int | None
    """Event time of the newest event that is known of the topic."""

    def missing(self, start_ms: int, end_ms: int) -> list[Gap]:
        """Parts of the range, or of a shorter one, of which no layer that answered has everything."""
        return missing(Span(start_ms, end_ms), self.newest_ms, self.lost, self.had)

    def require(self) -> None:
        """Refuse to answer from nothing.

        Raises:
            ProblemError: 503 while no layer can be asked.
        """
        if not self.answer:
            raise unanswered("neither the speed layer nor the archive answers, nor the batch layer")


def is_unknown(view: View[Any], key: str, missing: list[Gap]) -> bool:
    """Whether a thing of which no window was found is none.

    Of one that is not known there may be windows where something is missing.
    """
    return view.get(key) is None and (view.known or not missing)


class WindowLayers(Generic[S]):
    """One view's windows."""

    def __init__(self, recent: RecentWindows[S], days: DayViews[S], view: View[Any]) -> None:
        """`view`: what is live of the same type."""
        self.recent = recent
        self.days = days
        self._view = view

    @property
    def window_s(self) -> int:
        """How long they are."""
        return self.days.window_s

    @property
    def folded(self) -> Folded[S] | None:
        """What was folded of the archive."""
        return self.recent.folded

    @property
    def newest_ms(self) -> int | None:
        """Event time of the newest event that is known of the topic."""
        return self._view.newest_ms

    async def of_key(self, key: str, start_s: int, end_s: int) -> Layers[int, S]:
        """One key's that begin in a range, and others of the same hours, by their start."""
        recent, views = await asyncio.gather(
            self.recent.of_key(key, start_s, end_s), self.days.of_key(key, start_s, end_s)
        )
        return self.joined([recent], views, lambda at: views.days.cover(at, at + self.window_s))

    def joined(
        self, recent: Iterable[Recent[K, S]], views: Views[K, S], closed: Callable[[K], bool]
    ) -> Layers[K, S]:
        """Windows by their start, or one window's keys; `recent` is in parts of the range.

        `closed`: whether complete days have all of a window.
        """
        parts, days = list(recent), views.days
        windows = {key: one for part in parts for key, one in part.windows.items()}
        return Layers(
            joined(windows, views.windows, closed),
            days.reached or any(part.answers for part in parts),
            all(part.speed for part in parts),
            days,
            [one for part in parts for one in part.lost],
            [*days.complete, *(part.folded for part in parts)],
            self.newest_ms,
        )
