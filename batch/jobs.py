"""The jobs of a day, in order, and its switch when all are done."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

from batch.compact import Placed, compact
from batch.daily.job import FAULTS, daily
from batch.placing import stray_rows
from batch.publish import PublishError, load
from batch.quality.job import quality
from batch.reconcile.job import reconcile
from batch.run import Run
from batch.session import Session
from batch.slices import Span
from batch.sweep import sweep
from batch.trends.job import trends
from batch.windows import windows
from citystream.contracts.city_day import CityDay, city_day
from citystream.contracts.daily import ROAD_WINDOWS
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import BatchView, Manifest

GRACE_S = 21_600.0
"""For how long a version stays that is no day's any more: six hours, longer than any job reads one."""


async def compact_day(session: Session, day: CityDay) -> Manifest:
    """Compact a day and publish it; its views stay those of the version before."""
    it = Run(session, day)
    await it.compact(compact(session, day, it.version, await _arrivals(session, day)))
    return await it.publish()


async def windows_of_day(session: Session, day: CityDay) -> Manifest:
    """Make the windows of a day that is compacted, and publish them.

    Raises:
        PublishError: it is not compacted.
    """
    it, known = Run(session, day), await _known(session, day)
    await it.job("windows", windows(session, it.version, known.compacted))
    return await it.publish()


async def daily_of_day(session: Session, day: CityDay) -> Manifest:
    """Make the daily views of a day that is compacted, and publish them.

    Raises:
        PublishError: it is not compacted.
    """
    it, known = Run(session, day), await _known(session, day)
    await it.job("daily", daily(session, day, it.version, known.compacted, _faults(known)))
    return await it.publish()


async def quality_of_day(session: Session, day: CityDay) -> Manifest:
    """Hold a day that is compacted against the rules, and publish what was found.

    Raises:
        PublishError: it is not compacted.
    """
    it, known = Run(session, day), await _known(session, day)
    await it.job("quality", quality(session, day, it.version, known.compacted))
    return await it.publish()


async def trends_of_day(session: Session, day: CityDay) -> Manifest:
    """Make the views of trends of a day that has its daily views, and publish them.

    Raises:
        PublishError: it has none.
    """
    it, known = Run(session, day), await _known(session, day)
    if batch_view(ROAD_WINDOWS) not in known.views:
        raise PublishError(f"{day.date} has no daily views; city-batch daily --date {day.date} makes them")
    await it.job("trends", trends(session, day, it.version, known.compacted, known.views))
    return await it.publish()


async def reconcile_day(session: Session, day: CityDay) -> Manifest | None:
    """Hold the speed layer's windows of a day against its batch views, and publish how far they agree.

    Returns:
        None where nothing of the day can be compared: what is published of it stays.

    Raises:
        PublishError: it is not compacted.
        SpeedLayerError: Redis does not answer.
    """
    it = Run(session, day)
    await it.job("reconcile", reconcile(session, day, it.version, await _known(session, day)))
    return await it.publish() if it.views else None


async def run_day(session: Session, day: CityDay, placed: Placed | None = None) -> Manifest:
    """All jobs of a day; readers see all of it at once."""
    it, arrivals = Run(session, day), await _arrivals(session, day)
    if placed:
        arrivals = [span for span in arrivals if span != placed.arrivals]
    compacted = await it.compact(compact(session, day, it.version, arrivals, placed))
    await it.job("windows", windows(session, it.version, compacted))
    await it.job("quality", quality(session, day, it.version, compacted))
    await it.job("daily", daily(session, day, it.version, compacted, it.views[FAULTS]))
    await it.job("trends", trends(session, day, it.version, compacted, it.views))
    return await it.publish()


async def run_days(session: Session, first: date, last: date) -> AsyncIterator[Manifest]:
    """Each day in turn, the last one too."""
    for number in range((last - first).days + 1):
        yield await run_day(session, city_day(first + timedelta(days=number), session.zone))


async def place_arrivals(session: Session, arrivals: Span) -> AsyncIterator[Manifest]:
    """All days to which stray rows belong that arrived in a span, oldest first."""
    for day, placed in (await stray_rows(session, arrivals)).items():
        yield await run_day(session, day, placed)


async def tidy(session: Session) -> None:
    """Delete versions that are no day's any more."""
    deleted = await sweep(session.store, session.settings.shared, GRACE_S)
    if deleted:
        session.progress.say(f"{deleted} objects of old versions deleted")


def _faults(known: Manifest) -> BatchView | None:
    """When events broke rules; of other versions of the events it tells nothing."""
    faults = known.views.get(FAULTS)
    versions = {type_: one.version for type_, one in known.compacted.items()}
    return faults if faults and faults.made_from.items() <= versions.items() else None


async def _known(session: Session, day: CityDay) -> Manifest:
    """What is published of a day that is compacted."""
    known = await load(session.store, session.settings.shared, str(day.date))
    if not known or not known.manifest.compacted:
        raise PublishError(f"{day.date} is not compacted; city-batch run --date {day.date} does all of it")
    return known.manifest


async def _arrivals(session: Session, day: CityDay) -> list[Span]:
    """Spans of arrival that were placed into the day before."""
    known = await load(session.store, session.settings.shared, str(day.date))
    if not known:
        return []
    return sorted({Span(*span) for one in known.manifest.compacted.values() for span in one.arrivals_ms})
