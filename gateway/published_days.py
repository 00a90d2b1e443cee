"""Which day has a view of the batch layer: the one that is asked for, or the newest."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from citystream.contracts import quality, reconciliation, trends
from citystream.contracts.city_day import CityDay, city_day, day_at
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import Manifest
from gateway.closed_days import UNREADABLE, ClosedDays, readable
from gateway.days import Day, day_of
from gateway.link import now_ms
from gateway.problems import ProblemError, unanswered

NEWEST_OF_DAYS = 8
"""How many days are looked at for the newest that has a view, today among them."""
AWAY = "the batch layer can't be read now"

_JOBS = {"quality": quality.VIEWS, "trends": trends.VIEWS, "reconcile": reconciliation.VIEWS}
COMMANDS = {batch_view(view): job for job, views in _JOBS.items() for view in views}
COMMANDS[quality.REPORT] = "quality"
"""View -> `city-batch` command that makes it, where it is not `run`."""


class Found(NamedTuple):
    """A day that has the view."""

    manifest: Manifest
    day: Day
    """As to the view."""

    @property
    def name(self) -> str:
        """Of the view's one object."""
        _, name = self.day.hours[0]
        return name


class Missing(NamedTuple):
    """That there is none."""

    date: str | None
    """The newest of the days that has a manifest; None if none has."""
    reasons: tuple[str, ...]
    """What that one says."""


class PublishedDays:
    """All of the city's, as to views of one object each."""

    def __init__(self, closed: ClosedDays) -> None:
        self._closed = closed
        self._zone = closed.zone

    def today(self) -> date:
        """The city's."""
        return day_at(now_ms(), self._zone).date

    async def having(self, view: str, day: date | None) -> Found:
        """The day, if it has a view, by its name in manifests; without a day the newest that has it.

        Raises:
            ProblemError: 404 where there is none; 503 while the batch layer can't be read.
        """
        found = (
            await self.newest(view) if day is None else await self._first(view, [city_day(day, self._zone)])
        )
        if isinstance(found, Missing):
            raise _no_day(view, day, found)
        return found

    async def newest(self, view: str) -> Found | Missing:
        """Of the last days.

        Raises:
            ProblemError: 503 while the batch layer can't be read.
        """
        today = self.today()
        return await self._first(
            view, [city_day(today - timedelta(days=ago), self._zone) for ago in range(NEWEST_OF_DAYS)]
        )

    async def _first(self, view: str, days: Sequence[CityDay]) -> Found | Missing:
        """The first day that has it."""
        published = await self._closed.manifests(days)
        if published is None:
            raise unanswered(AWAY)
        told = [Found(found, day_of(day, found, view)) for day, found in readable(published)]
        for one in told:
            if one.day.hours:
                return one
        if UNREADABLE in published.values():
            raise unanswered(AWAY)
        for _, day in told:
            return Missing(day.date, day.reasons)
        return Missing(None, ())


def _no_day(view: str, day: date | None, missing: Missing) -> ProblemError:
    """404, and what to do about it."""
    named = f"the last {NEWEST_OF_DAYS} days" if day is None else day.isoformat()
    if missing.date is None:
        reason = f"{named}: not published"
    else:
        said = "; ".join(missing.reasons) or "it says no reason"
        newest = f"; the newest of them, {missing.date}" if day is None else ""
        reason = f"{named}: without {view}{newest}: {said}"
    command = COMMANDS.get(view, "run")
    return ProblemError(
        404,
        reason,
        field="date",
        remedy=f"`city-batch {command} --date {day or 'yesterday'}` makes it; or give another date",
    )
