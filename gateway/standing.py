"""How several gateway processes stand: what each says of itself, and what that makes together."""

import ctypes
from typing import ClassVar, NamedTuple

from gateway.link import ORIGINS, Origin


class Word(ctypes.Structure):
    """What one process last said of itself, in memory that it shares with the supervisor."""

    at_s: float
    """When, by the monotonic clock, which is the machine's; 0 before the first time."""
    known: bool
    """Whether it has data to answer from."""
    redis_up: bool
    origin: int
    """Where its answers come from: the place in `ORIGINS`."""
    _fields_: ClassVar = [
        ("at_s", ctypes.c_double),
        ("known", ctypes.c_bool),
        ("redis_up", ctypes.c_bool),
        ("origin", ctypes.c_uint8),
    ]

    @property
    def source(self) -> Origin:
        """Where its answers come from."""
        return ORIGINS[self.origin]


class Standing(NamedTuple):
    """All processes taken together."""

    wanted: int
    """How many are to run."""
    alive: int
    """Those that run and do not hang."""
    ready: int
    """Those of them that have data to answer from."""
    source: Origin
    """Where answers come from, all that are ready taken together."""
    redis_up: bool
    """Whether all that are ready follow Redis, and there is one."""
