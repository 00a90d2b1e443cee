"""What manifests say of the days that a range touches, as to one view."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.manifest import Manifest
from gateway.missing import Span


class IncompleteDay(msgspec.Struct, frozen=True):
    """A day of the city of which the batch layer does not have everything."""

    date: str
    reasons: list[str]


class Day(NamedTuple):
    """One day that has a manifest."""

    date: str
    start_ms: int
    end_ms: int
    version: str | None
    """Of its view; None without one."""
    hours: tuple[tuple[int, str], ...]
    """Of the view's objects: start of the UTC hour, epoch milliseconds, and name."""
    reasons: tuple[str, ...]
    """Why it is not complete."""

    def incomplete(self) -> list[IncompleteDay]:
        """Itself, if it is not complete."""
        return [IncompleteDay(self.date, list(self.reasons))] if self.reasons else []


class Days(NamedTuple):
    """Those of a range that have a manifest, in order of time."""

    known: tuple[Day, ...] = ()
    reached: bool = True
    """Whether the batch layer could be asked."""

    @property
    def answer(self) -> bool:
        """Whether any of them has the view."""
        return any(day.version is not None for day in self.known)

    def cover(self, start_s: int, end_s: int) -> bool:
        """Whether complete days have all of a range of event time, epoch seconds."""
        at_ms = start_s * 1000
        for day in self.known:
            if not day.reasons and day.start_ms <= at_ms < day.end_ms:
                at_ms = day.end_ms
        return at_ms >= end_s * 1000

    @property
    def complete(self) -> list[Span]:
        """Event time of those that are complete."""
        return [Span(day.start_ms, day.end_ms) for day in self.known if not day.reasons]

    def objects(self, start_s: int, end_s: int) -> list[str]:
        """Names of the objects that have events of a range of event time."""
        return [
            name
            for day in self.known
            for hour_ms, name in day.hours
            if hour_ms < end_s * 1000 and hour_ms + HOUR_MS > start_s * 1000
        ]

    def incomplete(self) -> list[IncompleteDay]:
        """Those that are not complete."""
        return [one for day in self.known for one in day.incomplete()]


NO_DAYS = Days(reached=False)
"""While the batch layer can't be asked."""


def extent_s(start_s: int, end_s: int, window_s: int) -> tuple[int, int]:
    """From when to when the windows last that begin in a range, epoch seconds; empty if none does."""
    return start_s + -start_s % window_s, end_s + -end_s % window_s


def days_of(manifests: Iterable[tuple[CityDay, Manifest]], view: str) -> Days:
    """The days as to one view."""
    return Days(tuple(day_of(day, manifest, view) for day, manifest in manifests))


def day_of(day: CityDay, manifest: Manifest, name: str) -> Day:
    """One day as to one view."""
    view = manifest.views.get(name)
    objects: tuple[tuple[int, str], ...] = ()
    if (manifest.start_ms, manifest.end_ms) != (day.start_ms, day.end_ms):
        # Its events would be another day's too.
        view, reasons = None, [f"it is a day of {manifest.timezone}, and the city's are of {day.timezone}"]
    elif view is None:
        reasons = [f"it has no view {name}"]
    else:
        objects = tuple((one.hour_ms, one.key) for one in view.objects)
        made_from = (manifest.compacted.get(type_) for type_ in view.made_from)
        reasons = [*view.reasons, *(reason for one in made_from if one for reason in one.reasons)]
    return Day(
        day.date.isoformat(),
        day.start_ms,
        day.end_ms,
        view.version if view else None,
        objects,
        # The view may repeat what is said of its events.
        tuple(dict.fromkeys(reasons)),
    )
