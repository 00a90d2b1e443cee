"""How far a job is: bars on a terminal, else a line now and then; both on stderr."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from citystream.logs.setup import on_terminal, say

LINE_EVERY_S = 10.0


class Step:
    """One step of a job: so many things of one kind."""

    def __init__(self, progress: "Progress", title: str, total: int) -> None:
        self._progress = progress
        self._title = title
        self._total = total
        self._done = 0
        self._began = self._printed_at = time.monotonic()
        self._task = progress.bars.add_task(title, total=total) if progress.bars else None

    def advance(self, number: int = 1) -> None:
        """So many more are done."""
        self._done += number
        if self._progress.bars and self._task is not None:
            self._progress.bars.update(self._task, completed=self._done)
        elif time.monotonic() - self._printed_at >= LINE_EVERY_S:
            self._printed_at = time.monotonic()
            self._progress.say(f"{self._title}: {self._done:,} of {self._total:,}")

    def finish(self) -> None:
        """It is done; a step that took long leaves a line."""
        seconds = time.monotonic() - self._began
        if self._progress.bars and self._task is not None:
            self._progress.bars.remove_task(self._task)
        if seconds >= 1:
            self._progress.say(f"{self._title}: {self._done:,} in {seconds:.1f} s")


class Progress:
    """One command's; a context manager."""

    def __init__(self, *, terminal: bool | None = None) -> None:
        self.bars: Bars | None = None
        if on_terminal() if terminal is None else terminal:
            self.bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self) -> Self:
        if self.bars:
            self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bars:
            self.bars.stop()

    def step(self, title: str, total: int) -> Step:
        """Begin a step."""
        return Step(self, title, total)

    def say(self, line: str) -> None:
        """A line that stays."""
        if self.bars:
            self.bars.console.print(line, markup=False, highlight=False)
        else:
            say(line)
