"""Which hours of arrival a day of the city is made from.

An event lies in the archive by when Kafka got it, in a day by when it happened. So a day is made from what
arrived from an hour before it (clocks that are ahead) until three days after it (what waited in a device).
What arrived further from its day than that is stray: it is kept beside, and placed when it is asked for.
"""

from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from citystream.contracts.city_day import HOUR_MS, CityDay, city_day, day_at, floor_hour

EARLY_MS = HOUR_MS
LATE_MS = 72 * HOUR_MS


class Span(NamedTuple):
    """From one epoch millisecond to before another."""

    start_ms: int
    end_ms: int

    def has(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms

    def without(self, other: "Span") -> list["Span"]:
        """What of it lies outside another."""
        parts = (
            Span(self.start_ms, min(self.end_ms, other.start_ms)),
            Span(max(self.start_ms, other.end_ms), self.end_ms),
        )
        return [part for part in parts if part.start_ms < part.end_ms]


def arrival_hours(day: CityDay) -> range:
    """Starts of the hours of arrival (UTC) that a day is made from."""
    return range(floor_hour(day.start_ms - EARLY_MS), day.end_ms + LATE_MS, HOUR_MS)


def spanned(hours: range) -> Span:
    """From the first of some hours to the end of the last."""
    return Span(hours.start, hours[-1] + HOUR_MS)


def hours_of(span: Span) -> range:
    """Starts of the hours of arrival that a span touches."""
    return range(floor_hour(span.start_ms), span.end_ms, HOUR_MS)


def own_hours(day: CityDay) -> range:
    """Starts of those that begin on the day: what is no event, and what is stray in them, is told with it."""
    first = floor_hour(day.start_ms)
    return range(first if first >= day.start_ms else first + HOUR_MS, day.end_ms, HOUR_MS)


def reach(hour_ms: int, zone: ZoneInfo) -> Span:
    """Event times of the days that are made from an hour of arrival; others are stray in it."""
    last = day_at(hour_ms + 2 * HOUR_MS, zone)
    if hour_ms not in arrival_hours(last):
        last = city_day(last.date - timedelta(days=1), zone)
    return Span(day_at(hour_ms - LATE_MS, zone).start_ms, last.end_ms)
