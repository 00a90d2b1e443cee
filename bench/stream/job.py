"""What a peer is told, and what it tells. It runs in an environment of its own: msgspec is all this needs."""

import asyncio
import sys
import time
from pathlib import Path

import msgspec

WINDOW_S = 300
# Readings are 2 s out of order; none may be late for anyone.
GRACE_S = 70
# What the kit's checkpoint clock has; for those who let one choose and have no better of their own.
COMMIT_S = 1.0
LOOK_S = 0.05


class Job(msgspec.Struct, kw_only=True, frozen=True):
    """Fold a topic: all its readings, or as many as there is time for."""

    kafka: str
    topic: str
    group: str
    partitions: int
    events: int
    seconds: float
    """To stop after, from the first record on."""
    folder: str
    """For state; the outcome goes there too."""

    @property
    def outcome(self) -> Path:
        """Where the outcome is written."""
        return Path(self.folder) / "outcome.json"


class Window(msgspec.Struct, array_like=True):
    """One road's readings in one window."""

    road_id: str
    start_s: int
    count: int
    sum: float
    min: float
    max: float


class Outcome(msgspec.Struct):
    """What a peer made of what it committed."""

    started: float
    """When its first record came, on the machine's monotonic clock, s."""
    windows: list[Window]


class Course:
    """When a peer began, and whether it is done."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._deadline = 0.0
        self.started = 0.0
        self.records = 0

    @property
    def done(self) -> bool:
        """All was taken, or time is over."""
        return self.records >= self._job.events or bool(self.records and time.monotonic() >= self._deadline)

    def take(self, records: int) -> None:
        """Records came, and are about to be folded."""
        if not self.records:
            self.started = time.monotonic()
            self._deadline = self.started + self._job.seconds
        self.records += records

    async def over(self) -> None:
        """Wait until it is done."""
        # Looked at now and then: an event would have to be set in the midst of folding.
        while not self.done:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)

    def finish(self, windows: list[Window]) -> None:
        """Say what was made."""
        self._job.outcome.write_bytes(msgspec.json.encode(Outcome(self.started, windows)))


def job_of_command_line() -> Job:
    """The job that stands as JSON in the last argument."""
    return msgspec.json.decode(sys.argv[-1], type=Job)


def window_start_s(time_ms: int) -> int:
    """Start of the window that a time falls in."""
    return time_ms // (WINDOW_S * 1000) * WINDOW_S
