"""What is missing of a range of event time: what the speed layer lost, and no other layer has.

Spans are of whole windows, so what is named touches every window that may lack something.
"""

import sys
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from citystream.contracts.event_time import rfc3339

AWAY: Final = "the speed layer is away"
LOST: Final = "the speed layer began later or was emptied, and no closed day has it yet"
EXPIRED: Final = "the speed layer does not keep it so long, and no closed day has it"


class Gap(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A part of the range of which no layer that answered has everything."""

    from_: str
    to: str
    reason: str


class Span(NamedTuple):
    """From when up to when, event time in epoch milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def empty(self) -> bool:
        """Whether there is no time in it."""
        return self.start_ms >= self.end_ms

    def within(self, other: "Span") -> "Span":
        """The part that lies in another."""
        return Span(max(self.start_ms, other.start_ms), min(self.end_ms, other.end_ms))


ALWAYS = Span(0, sys.maxsize)
_THE_END = Span(sys.maxsize, sys.maxsize)


class Lost(NamedTuple):
    """What the speed layer does not have, and why."""

    span: Span
    reason: str

    def within(self, other: Span) -> "Lost":
        """The part that lies in a span."""
        return Lost(self.span.within(other), self.reason)


ALL_LOST = [Lost(ALWAYS, AWAY)]


def lost_before(whole_from_ms: int | None, newest_ms: int | None, kept_ms: int, window_ms: int) -> list[Lost]:
    """What a speed layer that answers has lost; nothing is claimed to be while `whole_from_ms` is unknown.

    Args:
        whole_from_ms: windows that begin at this event time or later are there.
        newest_ms: event time of the newest event.
        kept_ms: how far behind it windows are kept.
        window_ms: how long they are.
    """
    if whole_from_ms is None:
        return []
    expired_ms = 0 if newest_ms is None else max(0, newest_ms - kept_ms)
    whole_ms = whole_from_ms + -whole_from_ms % window_ms
    return [Lost(Span(0, expired_ms), EXPIRED), Lost(Span(expired_ms, whole_ms), LOST)]


def missing(asked: Span, newest_ms: int | None, lost: Iterable[Lost], had: Iterable[Span]) -> list[Gap]:
    """Parts of a range, in order of time, that were lost and that nobody else has.

    Args:
        newest_ms: event time of the newest event that is known: beyond it nothing is missing.
        had: what other layers have, in any order.
    """
    known = asked if newest_ms is None else asked.within(Span(0, newest_ms))
    others = sorted(span for span in had if not span.empty)
    found: list[Lost] = []
    for one in sorted(lost):
        for part in _without(one.span.within(known), others):
            last = found[-1] if found else None
            if last and (last.span.end_ms, last.reason) == (part.start_ms, one.reason):
                found[-1] = Lost(Span(last.span.start_ms, part.end_ms), one.reason)
            else:
                found.append(Lost(part, one.reason))
    return [Gap(rfc3339(span.start_ms), rfc3339(span.end_ms), reason) for span, reason in found]


def _without(span: Span, had: Iterable[Span]) -> Iterable[Span]:
    """What is left of a span; `had` in order."""
    at_ms = span.start_ms
    for one in (*had, _THE_END):
        before = Span(at_ms, min(one.start_ms, span.end_ms))
        if not before.empty:
            yield before
        at_ms = max(at_ms, one.end_ms)
