"""Whether Redis can be asked, since when not, and where answers come from meanwhile."""

import time
from collections.abc import Collection
from typing import Literal, get_args

Origin = Literal["speed", "batch", "last-known"]
"""Redis; at least in part the archive; what was known when Redis was lost."""
ORIGINS: tuple[Origin, ...] = get_args(Origin)


def combined(origins: Collection[Origin]) -> Origin:
    """One word for an answer made of several views."""
    if "batch" in origins:
        return "batch"
    return "last-known" if "last-known" in origins else "speed"


def now_ms() -> int:
    """The wall clock, epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Link:
    """State of the connection to the speed layer. Only the feed changes it; a start counts as down."""

    def __init__(self) -> None:
        self.up = False
        self.since_ms = now_ms()
        self.error: str | None = "not connected yet"

    @property
    def state(self) -> Literal["up", "down"]:
        return "up" if self.up else "down"

    @property
    def down_s(self) -> float:
        """For how long it has been down, s; 0 while it is up."""
        return 0.0 if self.up else max(0, now_ms() - self.since_ms) / 1000

    def restored(self) -> None:
        """All views are as Redis has them, and followed."""
        if not self.up:
            self.up, self.since_ms, self.error = True, now_ms(), None

    def lost(self, error: BaseException) -> None:
        """Redis does not answer."""
        if self.up:
            self.since_ms = now_ms()
        self.up, self.error = False, f"{type(error).__name__}: {error}"
