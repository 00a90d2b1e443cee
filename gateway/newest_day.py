"""Looks by itself which closed day is the newest that the batch layer has published."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import NoReturn

from citystream.contracts import s3_paths
from citystream.contracts.city_day import city_day, day_at
from citystream.contracts.manifest import Manifest
from gateway import days_process
from gateway.closed_days import ClosedDays
from gateway.link import now_ms

log = logging.getLogger(__name__)

# So many whose manifests can't be read are passed over.
MOST_DAYS = 8


class NewestDay:
    """Lists the manifests as often as is wanted, and reads the newest of a day that is over."""

    def __init__(
        self, closed: ClosedDays, namespace: str, every_s: float, told: Callable[[Manifest | None], None]
    ) -> None:
        """`told` hears of it after each look; None where no such day is published."""
        self._closed = closed
        self._namespace = namespace
        self._every_s = every_s
        self._told = told

    async def run(self) -> NoReturn:
        """Look for ever; while S3 is away what was told last stays."""
        while True:
            try:
                await self._look()
            except OSError as error:
                log.warning("the newest closed day can't be told: %s", error)
            await asyncio.sleep(self._every_s)

    async def _look(self) -> None:
        today = day_at(now_ms(), self._closed.zone).date
        # Whatever its day, beside it lie those of all others.
        one = s3_paths.manifest(self._namespace, today.isoformat())
        listed = await self._closed.read([one], days_process.beside)
        if listed is None:
            return
        over = sorted((day for day in _dates(listed[0]) if day < today), reverse=True)
        for day in over[:MOST_DAYS]:
            known = await self._closed.manifests([city_day(day, self._closed.zone)])
            if known is None:
                return
            for found in known.values():
                if isinstance(found, Manifest):
                    self._told(found)
                    return
        self._told(None)


def _dates(names: Iterable[str]) -> Iterable[date]:
    """Of the days whose manifests have these names; a name of a day that there is not is passed over."""
    for text in map(s3_paths.date_of, names):
        with suppress(ValueError):
            if text:
                yield date.fromisoformat(text)
