"""What a command makes of one day, job by job, until it publishes all of it at once."""

import time
from collections.abc import Awaitable, Mapping
from typing import NamedTuple

from batch.publish import publish
from batch.session import Session
from batch.version import new_version
from citystream.contracts.city_day import CityDay
from citystream.contracts.manifest import BatchView, Compacted, Job, Manifest

NO_DRIFT: Mapping[str, float] = {}


class Result(NamedTuple):
    """What a job has made, and found."""

    views: Mapping[str, BatchView]
    checks_failed: int = 0
    drift_pct: Mapping[str, float] = NO_DRIFT


class Run:
    """One version of a day."""

    def __init__(self, session: Session, day: CityDay) -> None:
        self.day = day
        self.version = new_version(day)
        self.compacted: dict[str, Compacted] = {}
        self.views: dict[str, BatchView] = {}
        self._session = session
        self._jobs: dict[str, Job] = {}

    async def compact(self, made: Awaitable[Mapping[str, Compacted]]) -> dict[str, Compacted]:
        """The day's events."""
        begun = time.monotonic()
        self.compacted |= await made
        self._note("compact", begun, sum(one.rows for one in self.compacted.values()), Result({}))
        return self.compacted

    async def job(self, name: str, made: Awaitable[Result]) -> None:
        """The views of a job, by its name in manifests."""
        begun = time.monotonic()
        result = await made
        self.views |= result.views
        self._note(name, begun, sum(one.rows for one in result.views.values()), result)

    async def publish(self) -> Manifest:
        """Switch the day to it.

        Raises:
            PublishError: a later run has made it already.
            StoreError: S3 does not answer; the day is as it was.
        """
        store, namespace = self._session.store, self._session.settings.shared
        return await publish(store, namespace, self.day, self.compacted, self.views, self._jobs)

    def _note(self, name: str, begun: float, rows: int, result: Result) -> None:
        self._jobs[name] = Job(
            finished_ms=round(time.time() * 1000),
            seconds=round(time.monotonic() - begun, 3),
            rows=rows,
            checks_failed=result.checks_failed,
            drift_pct=dict(result.drift_pct),
        )
