"""Keeps processes running: reports a crash with its last words, and starts it again."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from demo.servers.process import Process
from demo.servers.server import Server, ServerError

Say = Callable[[str], None]

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A process that ran this long had recovered; its next crash is a first one again.
STEADY_S = 60.0
SERVER_ATTEMPTS = 3


class CityDown(RuntimeError):  # noqa: N818 - it is a state of the city, and read as one
    """The city can't go on; the message says what ended and why."""


@dataclass
class Child:
    """One process of the city and its crashes."""

    process: Process
    crashes: int = 0
    """In a row, each before it had run for `STEADY_S`."""
    restarts: int = 0
    started_at: float = 0.0
    due_at: float | None = None
    """When it is started again, on the monotonic clock; None while it runs."""

    @property
    def name(self) -> str:
        return self.process.name

    def start(self) -> None:
        self.process.start()
        self.started_at = time.monotonic()
        self.due_at = None

    def check(self, say: Say) -> None:
        """Report a crash at once; start it again when its pause is over."""
        now = time.monotonic()
        if self.due_at is not None:
            if now >= self.due_at:
                self.restarts += 1
                self.start()
                say(f"{self.name}: started again (pid {self.process.pid})")
        elif not self.process.running:
            self.crashes = 1 if now - self.started_at >= STEADY_S else self.crashes + 1
            pause_s = pause_after(self.crashes)
            self.due_at = now + pause_s
            say(f"{last_words(self.process)}\n{self.name}: starts again in {pause_s:.0f} s")


def pause_after(crashes: int) -> float:
    """Seconds to wait after so many crashes in a row: 1, 2, 4, … 30."""
    return min(FIRST_PAUSE_S * 2.0 ** (crashes - 1), LONGEST_PAUSE_S)


def last_words(process: Process) -> str:
    """How a process ended, and the end of its log."""
    lines = "\n".join(f"  | {line}" for line in process.last_lines(15).splitlines())
    return f"{process.name} ended with status {process.exit_code}; its log ({process.log}) ends:\n{lines}"


def revive(server: Server, say: Say) -> None:
    """Report a server that ended and bring it back.

    Raises:
        CityDown: it did not come back.
    """
    say(last_words(server.process))
    for attempt in range(1, SERVER_ATTEMPTS + 1):
        time.sleep(pause_after(attempt))
        try:
            server.start()
        except ServerError as error:
            say(str(error))
        else:
            say(f"{server.name}: started again (pid {server.process.pid})")
            return
    raise CityDown(f"{server.name} did not come back in {SERVER_ATTEMPTS} attempts")


def stop_together(processes: Iterable[Process], timeout_s: float) -> list[str]:
    """Ask all to end, wait for all, kill who has not ended in time; the names of the killed."""
    asked = list(processes)
    for process in asked:
        process.ask_to_stop()
    deadline = time.monotonic() + timeout_s
    while any(process.running for process in asked) and time.monotonic() < deadline:
        time.sleep(0.02)
    late = [process for process in asked if process.running]
    for process in late:
        process.kill()
    return [process.name for process in late]
