"""How far a replay is: a bar on a terminal, else a line now and then; both on stderr."""

import time
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from citystream.logs.setup import on_terminal, say

LINE_EVERY_S = 10.0


class ReplayProgress:
    """One replay's; a context manager."""

    def __init__(self, title: str, *, terminal: bool | None = None, every_s: float = LINE_EVERY_S) -> None:
        """`every_s`: seconds between lines, where there is no terminal."""
        self._every_s = every_s
        self._title = title
        self._bar: Progress | None = None
        if on_terminal() if terminal is None else terminal:
            self._bar = Progress(
                TextColumn(title),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[said]}"),
                console=Console(stderr=True, force_terminal=True),
                transient=True,
            )
        self._task = (
            self._bar.add_task(title, total=None, said="looking for the range") if self._bar else None
        )
        self._began: tuple[float, int] | None = None
        self._printed_at = time.monotonic()

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, line: str) -> None:
        """A line that stays."""
        if self._bar:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            say(line)

    def update(self, done: int, total: int, left_s: float | None) -> None:
        """Offsets passed of offsets in all; `left_s` where a clock knows better than the rate."""
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
        since, begun = self._began
        rate = (done - begun) / (now - since) if now > since else 0.0
        if left_s is None and rate:
            left_s = (total - done) / rate
        left = "" if left_s is None else f", {timedelta(seconds=round(left_s))} left"
        said = f"{done:,} of {total:,} records, {rate:,.0f}/s{left}"
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, total=total, said=said)
        elif now - self._printed_at >= self._every_s:
            self._printed_at = now
            say(f"{self._title}: {100 * done // max(1, total)} %, {said}")
