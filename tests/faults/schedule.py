"""What goes wrong, and when: drawn from a seed alone."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SESSION_S = 6.0
"""Session time-out of the workers; Kafka takes no less."""


class Kind(StrEnum):
    """What may happen to a process, or on the way to it."""

    KILLED = "killed"
    KILLED_EMPTY = "killed, back with nothing"
    FROZEN = "frozen"
    LEFT = "left in order"
    EMPTIED = "emptied"
    REFUSED = "refused, its connections cut"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One process away for a while."""

    kind: Kind
    target: str
    after_s: float
    """From the beginning of its step."""
    for_s: float
    """From its beginning until the process runs again."""

    def __str__(self) -> str:
        return f"{self.target} {self.kind}, at {self.after_s:.1f} s for {self.for_s:.1f} s"


Step = tuple[Fault, ...]
"""Faults of different processes, which may overlap."""

Lengths = Mapping[Kind, tuple[float, float]]

# Shorter and longer than the session: some are back before they are missed.
WORKER: Lengths = {
    Kind.KILLED: (0.0, SESSION_S + 3),
    Kind.KILLED_EMPTY: (0.0, SESSION_S + 3),
    # Long enough for heirs to go on, and for what a sleeper then writes to meet theirs.
    Kind.FROZEN: (SESSION_S + 2, SESSION_S + 10),
    Kind.LEFT: (0.0, SESSION_S),
}
# A broker that was frozen past the sessions throws every member out when it wakes.
KAFKA: Lengths = {Kind.KILLED: (0.0, 6.0), Kind.FROZEN: (1.0, SESSION_S + 3)}
REDIS: Lengths = {
    Kind.KILLED: (0.0, 6.0),
    Kind.KILLED_EMPTY: (0.0, 6.0),
    Kind.FROZEN: (2.0, 8.0),
    Kind.EMPTIED: (0.0, 0.0),
}
# Not killed, nor stopped: noida-db, which stands for it, forgets some of what it took last.
ELASTICSEARCH: Lengths = {Kind.REFUSED: (0.0, 6.0), Kind.FROZEN: (2.0, 10.0), Kind.SLOW: (2.0, 10.0)}
# moto forgets all.
S3_IN_MEMORY: Lengths = {Kind.REFUSED: (0.0, 8.0), Kind.FROZEN: (2.0, 10.0), Kind.SLOW: (2.0, 10.0)}
S3: Lengths = {**S3_IN_MEMORY, Kind.KILLED: (0.0, 8.0)}

# Faults of one step begin within this.
APART_S = 3.0
MOST_AT_ONCE = 4
# Processes of ours are what the design is about: half of all faults are theirs.
WORKERS_SHARE = 0.5


def draw(seed: int, count: int, workers: Sequence[str], servers: Mapping[str, Lengths]) -> list[Step]:
    """So many faults, in steps.

    No kind of a worker's faults comes up again before each of them did; nor does any server's.
    """
    rng = random.Random(seed)
    of_workers = _in_turn([("", kind) for kind in WORKER], rng)
    of_servers = _in_turn([(name, kind) for name, lengths in servers.items() for kind in lengths], rng)
    faults: list[Fault] = []
    for _ in range(count):
        name, kind = next(of_workers if rng.random() < WORKERS_SHARE else of_servers)
        shortest, longest = (servers[name] if name else WORKER)[kind]
        target = name or rng.choice(workers)
        faults.append(Fault(kind, target, rng.uniform(0, APART_S), rng.uniform(shortest, longest)))
    return _steps(faults, rng)


def _in_turn(kinds: list[tuple[str, Kind]], rng: random.Random) -> Iterator[tuple[str, Kind]]:
    """All of them again and again, each time in another order."""
    while True:
        yield from rng.sample(kinds, len(kinds))


def _steps(faults: Sequence[Fault], rng: random.Random) -> list[Step]:
    steps: list[list[Fault]] = []
    room = 0
    for fault in faults:
        if room and fault.target not in {other.target for other in steps[-1]}:
            steps[-1].append(fault)
            room -= 1
        else:
            steps.append([fault])
            room = rng.randrange(MOST_AT_ONCE)
    return [tuple(step) for step in steps]
