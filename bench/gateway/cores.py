"""Which cores the servers that are compared have, and which all else has."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Cores:
    """Two sets without a common core; on a machine with one core they are the same."""

    server: frozenset[int]
    """One core: gateway and bare app are one process each, and take turns."""
    others: frozenset[int]
    """Redis, what feeds it, and the clients."""


def share_out() -> Cores:
    """The cores that this process may use, shared out."""
    first, *rest = sorted(os.sched_getaffinity(0))
    return Cores(frozenset({first}), frozenset(rest or {first}))


def pin(pid: int, cores: frozenset[int]) -> None:
    """Keep a process (0 is this one), and what it starts from now on, on these cores."""
    os.sched_setaffinity(pid, cores)
