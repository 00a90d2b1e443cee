"""Windows of a range of time, summed to steps, a page at a time.

States are monoids: the mean of an hour is of its events and not of its windows, and percentiles are those of
the summed sketch.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import DAY_S
from gateway.pages import cursor
from gateway.problems import bad_field
from gateway.query import HistoryQuery

# A day of 5-minute windows in 3 partitions takes about 20 ms to decode and sum; a week would hold others up.
PAGE_S = DAY_S

T = TypeVar("T")


class Page(NamedTuple):
    """Which steps are asked for, epoch seconds."""

    start_s: int
    end_s: int
    range_end_s: int
    """Where the range ends of which this is a page."""
    step_s: int
    summed: bool
    """Whether a step was asked for; else each window is one."""

    @property
    def range_ms(self) -> tuple[int, int]:
        """From when up to when, epoch milliseconds."""
        return self.start_s * 1000, self.end_s * 1000

    def step_of(self, start_s: int) -> int:
        """Start of the step that a window is a part of."""
        return start_s - start_s % self.step_s if self.summed else start_s

    def steps(self, windows: Mapping[int, T]) -> dict[int, list[T]]:
        """What is known of the windows that begin in the page, by step, in order of time."""
        found: dict[int, list[T]] = {}
        for at in sorted(windows):
            if self.start_s <= at < self.end_s:
                found.setdefault(self.step_of(at), []).append(windows[at])
        return found

    def document(self, windows: list[dict[str, Any]]) -> dict[str, Any]:
        """Members of an answer that has this page."""
        return {
            "from": rfc3339(self.start_s * 1000),
            "to": rfc3339(self.end_s * 1000),
            "step_s": self.step_s,
            "next_cursor": cursor(self.end_s) if self.end_s < self.range_end_s else None,
            "count": len(windows),
            "windows": windows,
        }


def page_of(wanted: HistoryQuery, window_s: int) -> Page:
    """The page that is asked for, of windows that are so long.

    Asked for with a step, a range grows to whole steps: no step is the sum of a part.

    Raises:
        ProblemError: the cursor is of another range.
    """
    step_s = wanted.step_s or window_s
    start_s, end_s = -(-wanted.start_ms // 1000), -(-wanted.end_ms // 1000)
    length_s = PAGE_S // step_s * step_s
    if wanted.step_s:
        start_s, end_s = start_s - start_s % step_s, end_s + -end_s % step_s
    if wanted.after_s is not None:
        if not start_s < wanted.after_s < end_s or (wanted.after_s - start_s) % length_s:
            raise bad_field(
                "cursor", "not one of this range's", "ask with the from, to and step of the page before"
            )
        start_s = wanted.after_s
    return Page(start_s, min(end_s, start_s + length_s), end_s, step_s, wanted.step_s is not None)
