"""How a day lies in the archive: cuts of each partition every half minute, on and on."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from citystream.contracts.city_day import CityDay, city_day

PARTITIONS = 4
CUT_MS = 30_000
"""As the archive role cuts where events are not many: after `CITY_ARCHIVE_S`."""
DAY = city_day(date(2026, 3, 10), ZoneInfo("UTC"))
CUTS_A_DAY = (DAY.end_ms - DAY.start_ms) // CUT_MS
AFTER = 4
"""Cuts after the day's end, two minutes: by them it is known to be over."""


class Cut(NamedTuple):
    """One object of each partition."""

    number: int
    """How many came before it."""
    start_ms: int
    """Arrival of the first records, epoch milliseconds, where a partition's cuts come with the clock."""


class Span(NamedTuple):
    """What is archived of a day: its beginning, and what comes after its end."""

    name: str
    day: CityDay
    cuts: Sequence[Cut]

    @property
    def cuts_of_day(self) -> int:
        """Those that begin on the day."""
        return sum(cut.start_ms < self.day.end_ms for cut in self.cuts)


def span(name: str, cuts: int) -> Span:
    """So many cuts from the day's start on, and those after its end; in between nothing was sent."""
    starts = [DAY.start_ms + number * CUT_MS for number in range(cuts)]
    starts += [DAY.end_ms + number * CUT_MS for number in range(AFTER)]
    return Span(name, DAY, [Cut(number, start_ms) for number, start_ms in enumerate(starts)])


WHOLE = span("day", CUTS_A_DAY)
EIGHTH = span("eighth", CUTS_A_DAY // 8)
