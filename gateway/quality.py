"""How good a day's data is: its summary, and the report as a page."""

from datetime import date
from functools import partial
from typing import Literal, NamedTuple

import msgspec

from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.event_time import rfc3339
from citystream.contracts.manifest import Manifest
from citystream.contracts.quality import QUALITY, QUALITY_ENTITIES, QUALITY_INTERVALS, REPORT, Check
from gateway import daily_process, days_process
from gateway.closed_days import ClosedDays
from gateway.content import Content
from gateway.daily_process import Selection
from gateway.days import Day, IncompleteDay
from gateway.kept import Kept
from gateway.problems import unanswered
from gateway.published_days import AWAY, PublishedDays

PATH = "/api/analytics/quality"
REPORT_PATH = f"{PATH}/report"
# A report is some hundred kB.
MOST_BYTES = 16_000_000


class JobResult(msgspec.Struct, frozen=True):
    """How the last run of one of the day's jobs went, that was published."""

    name: str
    finished_at: str
    seconds: float
    rows: int
    """That it wrote."""
    checks_failed: int
    """Rules of quality that were broken, or metrics that drift past the bound."""
    drift_pct: dict[str, float]
    """`<type>.<metric>` -> drift between the speed layer and the batch layer."""


class QualityLinks(msgspec.Struct, frozen=True):
    """Where there is more of the day; null where the day does not have it."""

    report: str | None
    checks: str
    intervals: str | None
    entities: str | None


class DayQuality(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """How good a day's data is."""

    date: str
    timezone: str
    from_: str
    to: str
    source: Literal["batch"]
    version: str
    """Of the checks."""
    published_at: str
    incomplete_days: list[IncompleteDay]
    jobs: list[JobResult]
    checks: list[Check]
    intervals: int | None
    """In which an entity broke a rule; null where the day does not have them."""
    entities: int | None
    links: QualityLinks


class Told(NamedTuple):
    """An answer, and the day that it is of."""

    content: Content
    day: Day


class Quality:
    """Answers of `/api/analytics/quality`."""

    def __init__(self, closed: ClosedDays, days: PublishedDays) -> None:
        self._closed = closed
        self._days = days
        self._reports: Kept[str] = Kept(MOST_BYTES)

    async def summary(self, day: date | None) -> Told:
        """A day's; without one, of the newest day that has checks.

        Raises:
            ProblemError: 404 where there is none; 503 while the batch layer can't be read.
        """
        found = await self._days.having(batch_view(QUALITY), day)
        chosen = Selection(QUALITY)
        read = partial(daily_process.rows_of, chosen, chosen.columns)
        checks = await self._closed.objects([found.name], QUALITY.name, read)
        if checks is None:
            raise unanswered(AWAY)
        document = _document(found.manifest, found.day) | {"checks": msgspec.Raw(checks[0]["rows"])}
        return Told(Content(msgspec.json.encode(document)), found.day)

    async def report(self, day: date | None) -> Told:
        """A day's, as HTML; without one, of the newest day that has one. Raises as `summary`."""
        found = await self._days.having(REPORT, day)
        kept = self._reports.get(found.name)
        if kept is None:
            bodies = await self._closed.read([found.name], days_process.whole)
            if bodies is None:
                raise unanswered(AWAY)
            kept = self._reports.keep(found.name, Content(bodies[0]))
        return Told(kept, found.day)


def _document(manifest: Manifest, day: Day) -> dict[str, object]:
    """What the manifest tells: all but the checks."""

    def rows(view: DailyView) -> int | None:
        found = manifest.views.get(batch_view(view))
        return found.rows if found and found.objects else None

    def table(view: DailyView) -> str:
        return f"/api/analytics/daily?view={view.name}&date={day.date}"

    report = manifest.views.get(REPORT)
    intervals, entities = rows(QUALITY_INTERVALS), rows(QUALITY_ENTITIES)
    return {
        "date": day.date,
        "timezone": manifest.timezone,
        "from": rfc3339(day.start_ms),
        "to": rfc3339(day.end_ms),
        "source": "batch",
        "version": day.version,
        "published_at": rfc3339(manifest.published_ms),
        "incomplete_days": day.incomplete(),
        "jobs": [
            JobResult(
                name,
                rfc3339(job.finished_ms),
                job.seconds,
                job.rows,
                job.checks_failed,
                job.drift_pct,
            )
            for name, job in manifest.jobs.items()
        ],
        "intervals": intervals,
        "entities": entities,
        "links": QualityLinks(
            f"{REPORT_PATH}?date={day.date}" if report and report.objects else None,
            table(QUALITY),
            None if intervals is None else table(QUALITY_INTERVALS),
            None if entities is None else table(QUALITY_ENTITIES),
        ),
    }
