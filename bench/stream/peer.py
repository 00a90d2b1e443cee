"""A peer's run: its processes, the records that it committed, and the seconds from first to last."""

import asyncio
import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.servers import Kind
from bench.stream.commits import Commits
from bench.stream.job import Job, Outcome, Window
from citystream.settings import Settings
from demo.servers.process import Process

ROOT = Path(__file__).resolve().parents[2]
# From a peer's start to its first record, and from its last to its end: a JVM, a rebalance, tables to close.
AROUND_S = 120.0
LOOK_S = 0.05


class PeerFailed(Exception):  # noqa: N818 - what a peer did is a finding, and read as one
    """A peer ended with an error or did not end; the message has its last words."""


@dataclass(frozen=True)
class Run:
    """One peer's run."""

    records: int
    """Folded and committed in `seconds`."""
    seconds: float
    positions: dict[int, int]
    """Partition -> next offset, as committed at the end."""
    windows: list[Window]
    spent: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Role -> activity -> seconds, of a worker that says so; `cpu` is the kernel's count."""

    @property
    def per_s(self) -> float:
        """Records a second."""
        return self.records / self.seconds


class Peer(ABC):
    """One way to fold the topic."""

    kinds: tuple[Kind, ...] = ()
    """Servers that it needs beside Kafka."""

    def __init__(self, name: str, what: str, guarantee: str) -> None:
        """`guarantee` says what of it survives a crash."""
        self.name = name
        self.what = what
        self.guarantee = guarantee

    def prepare(self) -> None:  # noqa: B027 - some need nothing
        """Fetch what it needs.

        Raises:
            ServerError: that can't be had; the message says why.
        """

    @abstractmethod
    async def run(self, settings: Settings, job: Job) -> Run:
        """Fold the topic once, from its start.

        Raises:
            PeerFailed: it could not.
        """


class Script(Peer):
    """A program that takes a job, stops by itself and writes its outcome."""

    def __init__(self, name: str, what: str, guarantee: str, program: Callable[[], Sequence[str]]) -> None:
        """`program` fetches what it needs and says its command, to which the job is appended."""
        super().__init__(name, what, guarantee)
        self._program = program

    def prepare(self) -> None:
        self._program()

    async def run(self, settings: Settings, job: Job) -> Run:
        command = [*self._program(), msgspec.json.encode(job).decode()]
        process = process_of(self.name, command, job, {})
        async with watched(Commits(settings, job.topic, [job.group])) as commits, running(process):
            await ended(process, job.seconds + AROUND_S)
        outcome = msgspec.json.decode(job.outcome.read_bytes(), type=Outcome)
        seconds = commits.changed_at - outcome.started
        return Run(commits.records, seconds, commits.positions, outcome.windows)


def process_of(name: str, command: Sequence[str], job: Job, environment: Mapping[str, str]) -> Process:
    """A peer's process; it finds this repository's modules whatever its Python."""
    log = Path(job.folder) / f"{name}.log"
    return Process(name, command, log, {**os.environ, "PYTHONPATH": str(ROOT), **environment})


async def ended(process: Process, within_s: float) -> None:
    """Wait for a process to end well.

    Raises:
        PeerFailed: it did not.
    """
    deadline = time.monotonic() + within_s
    while process.running:
        if time.monotonic() > deadline:
            raise PeerFailed(f"{process.name} does not end:\n{process.last_lines()}")
        await asyncio.sleep(LOOK_S)
    if process.exit_code:
        raise PeerFailed(f"{process.name} ended with {process.exit_code}:\n{process.last_lines()}")


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    """The processes, started; those that still run at the end are killed."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            process.kill()


@asynccontextmanager
async def watched(commits: Commits) -> AsyncIterator[Commits]:
    """The commits, watched; a last look is taken at the end."""
    task = asyncio.create_task(commits.watch())
    try:
        yield commits
    finally:
        task.cancel()
        await task
