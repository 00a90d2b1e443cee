"""Whether all that belongs to a day is in the archive: its objects follow each other to past the day's end.

Each object is a run of one partition's offsets. In one log each goes on where the one before it ended; one
that begins no later than the one before it is of a log made anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from citystream.contracts.city_day import HOUR_MS

# Long enough for any archive to write what it had; a partition that is silent for longer is idle.
SILENT_MS = 6 * HOUR_MS


class Run(NamedTuple):
    """One object of the archive."""

    partition: int
    first: int
    """Offset of its first record."""
    last: int
    first_ms: int
    """Kafka timestamps of its first and last record."""
    last_ms: int
    follows: int | None = None
    """Offset that the archive went on from, where the object says so."""

    @property
    def begins(self) -> int:
        """The first offset that it accounts for."""
        return self.first if self.follows is None else min(self.follows, self.first)


class Closing(NamedTuple):
    """When a day can be closed, epoch milliseconds."""

    start_ms: int
    """Records that arrived before it are of no interest."""
    settled_ms: int
    """The day's end and the lateness that the stream allows: what arrived by then must be there."""
    end_ms: int
    now_ms: int


def logs(runs: Iterable[Run]) -> dict[int, list[list[Run]]]:
    """The logs of each partition, oldest first, each in its order."""
    found: dict[int, list[list[Run]]] = defaultdict(list)
    for run in sorted(set(runs), key=lambda one: (one.partition, one.first_ms, one.first)):
        of_partition = found[run.partition]
        if not of_partition or run.first <= of_partition[-1][-1].first:
            of_partition.append([])
        of_partition[-1].append(run)
    return dict(found)


def overlap(runs: Sequence[Run]) -> bool:
    """Whether any record may lie in two objects."""
    return len(set(runs)) < len(runs) or any(
        after.first <= before.last
        for of_partition in logs(runs).values()
        for log in of_partition
        for before, after in pairwise(log)
    )


def why_open(runs: Iterable[Run], closing: Closing) -> list[str]:
    """Why the day is not complete, a reason each; none if it is."""
    if closing.now_ms < closing.settled_ms:
        return [f"the day is not over: it can be complete from {_time(closing.settled_ms)} on"]
    by_partition = logs(runs)
    reasons = [reason for number in by_partition for reason in _holes(number, by_partition[number], closing)]
    reached = {
        number: max(run.last_ms for run in newest[-1]) >= closing.settled_ms
        for number, newest in by_partition.items()
    }
    if not by_partition:
        return ["nothing is archived from its day on"]
    others_went_on = any(reached.values()) and closing.now_ms >= closing.end_ms + SILENT_MS
    for number, has_reached in reached.items():
        if not has_reached and not others_went_on:
            last = by_partition[number][-1][-1]
            reasons.append(
                f"partition {number}: nothing is archived after offset {last.last} of {_time(last.last_ms)}"
            )
    return reasons


def why_gaps(runs: Iterable[Run]) -> list[str]:
    """Why what arrived in some span is not complete: only what lies between its objects is asked."""
    always = Closing(0, 1 << 62, 0, 0)
    return [reason for number, all_logs in logs(runs).items() for reason in _holes(number, all_logs, always)]


def _holes(number: int, all_logs: Sequence[Sequence[Run]], closing: Closing) -> list[str]:
    reasons = []
    for log in all_logs:
        if log[0].begins > 0 and log[0].first_ms > closing.start_ms > 0:
            reasons.append(
                f"partition {number}: the archive has nothing before offset {log[0].first} "
                f"of {_time(log[0].first_ms)}"
            )
        upto, upto_ms = log[0].last, log[0].last_ms
        for run in log[1:]:
            if upto_ms >= closing.settled_ms:
                break
            if run.begins > upto + 1 and run.first_ms >= closing.start_ms:
                reasons.append(
                    f"partition {number}: offsets {upto + 1} to {run.begins - 1} are not in the archive"
                )
            upto, upto_ms = max(upto, run.last), max(upto_ms, run.last_ms)
    return reasons


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
