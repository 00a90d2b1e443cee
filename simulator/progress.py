"""How a run goes, for people (a line) and for programs (the count file)."""

import asyncio
import logging
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from citystream.logs.setup import on_terminal
from simulator.counts import Counts
from simulator.publisher import Publisher

log = logging.getLogger(__name__)

REPORT_S = 1.0
LOG_S = 10.0
"""Between two lines in a log, be they of progress or of a broker that is silent."""
SILENT_S = 3.0
"""A broker that acknowledged nothing for so long is worth a word."""


class Progress:
    """Reports every second while it is entered; leaves the final count file to the caller."""

    def __init__(self, publisher: Publisher, counts: Counts, count_file: Path | None) -> None:
        self._publisher = publisher
        self._counts = counts
        self._count_file = count_file
        self._terminal = on_terminal()
        self._logged_s = time.monotonic()
        self._total = 0
        self._silent = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._report())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            # A count file that could not be written ends the run with its reason.
            done, _ = await asyncio.wait({self._task})
            for task in done:
                if not task.cancelled():
                    task.result()
        if self._terminal:
            click.echo(err=True)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            if self._count_file:
                self._counts.write(self._count_file, finished=False)
            due = time.monotonic() - self._logged_s >= LOG_S
            if due:
                self._logged_s = time.monotonic()
            self._say_silence(due=due)
            rate, self._total = self._counts.total - self._total, self._counts.total
            if self._terminal:
                click.echo(f"\r{self._line()}, {rate:,}/s \x1b[K", nl=False, err=True)
            elif due:
                log.info("%s", self._line())

    def _line(self) -> str:
        types = ", ".join(
            f"{type_} {count:,}"
            for type_, count in self._counts.by_type("event", "late", "duplicate", "malformed").items()
            if count
        )
        return f"acknowledged: {types or 'nothing yet'}"

    def _say_silence(self, *, due: bool) -> None:
        silent_s = self._publisher.silent_s()
        if silent_s > SILENT_S and (due or not self._silent):
            self._silent = True
            log.warning(
                "Kafka has acknowledged nothing for %.0f s; %d records wait, and it is tried on. Is it up?",
                silent_s,
                self._publisher.waiting,
            )
        elif self._silent and silent_s < SILENT_S:
            self._silent = False
            log.warning("Kafka acknowledges again")
