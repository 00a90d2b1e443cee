"""The contest: one topic, every peer in turn, each result checked."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.load import Sent, fill
from bench.readings import Readings
from bench.report import progress
from bench.stream.job import Job, Window
from bench.stream.peer import Peer, Run
from bench.stream.recount import WindowId, check, recount
from citystream.contracts import topics
from citystream.settings import Settings
from demo.servers.server import ServerError

TYPE = "traffic"


@dataclass
class Results:
    """By peer."""

    per_s: dict[str, list[float]] = field(default_factory=dict)
    """Readings per second of each run."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a peer could not take part."""
    spent: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    """Of the last run of a worker: role -> activity -> microseconds a reading."""


class Contest:
    """Peers that fold the same readings."""

    def __init__(self, settings: Settings, readings: Readings, seconds: float, folder: Path) -> None:
        """`seconds` is what a peer may take from its first record on."""
        self._settings = settings
        self._readings = readings
        self._seconds = seconds
        self._folder = folder
        self._sent: dict[int, Sent] = {}
        self._whole: Mapping[WindowId, Window] = {}

    async def hold(self, peers: Sequence[Peer], runs: int) -> Results:
        """Run every peer so often; every other round in reverse order.

        Raises:
            PeerFailed, WrongResult: a peer did not do what it should.
        """
        results = Results()
        for peer in peers:
            try:
                peer.prepare()
            except ServerError as error:
                progress.print(f"{peer.name} is absent: {error}")
                results.absent[peer.name] = str(error)
            else:
                results.per_s[peer.name] = []
        self._sent = await fill(self._settings, TYPE, self._readings)
        self._whole = recount(self._sent, self._ends)
        there = [peer for peer in peers if peer.name in results.per_s]
        for number in range(runs):
            for peer in there if number % 2 == 0 else reversed(there):
                run = await self._run(peer, number)
                results.per_s[peer.name].append(run.per_s)
                if run.spent:
                    results.spent[peer.name] = {
                        role: {what: round(s / run.records * 1e6, 2) for what, s in activities.items()}
                        for role, activities in run.spent.items()
                    }
        return results

    @property
    def _ends(self) -> dict[int, int]:
        return {number: len(part.roads) for number, part in self._sent.items()}

    async def _run(self, peer: Peer, number: int) -> Run:
        folder = self._folder / f"{peer.name}-{number}"
        folder.mkdir(parents=True)
        job = Job(
            kafka=self._settings.kafka,
            topic=topics.source(self._settings.namespace, TYPE),
            group=f"{peer.name.replace('_', '-')}-{number}",
            partitions=self._settings.partitions,
            events=self._readings.count,
            seconds=self._seconds,
            folder=str(folder),
        )
        run = await peer.run(self._settings, job)
        complete = run.positions == self._ends
        check(peer.name, run.windows, self._whole if complete else recount(self._sent, run.positions))
        progress.print(
            f"run {number + 1}  {peer.name:<24} {run.per_s:>11,.0f}/s  "
            f"{run.records:,} in {run.seconds:.1f} s, {len(run.windows):,} windows right"
        )
        shutil.rmtree(folder)
        return run
