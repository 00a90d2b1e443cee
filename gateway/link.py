"""Whether Redis can be asked, and since when not."""

import time
from typing import Literal

Origin = Literal["speed", "last-known"]


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
    def source(self) -> Origin:
        """Where answers come from now."""
        return "speed" if self.up else "last-known"

    def restored(self) -> None:
        """All views are as Redis has them, and followed."""
        if not self.up:
            self.up, self.since_ms, self.error = True, now_ms(), None

    def lost(self, error: BaseException) -> None:
        """Redis does not answer."""
        if self.up:
            self.since_ms = now_ms()
        self.up, self.error = False, f"{type(error).__name__}: {error}"
