"""Of many things of a kind one is told in a while, and then how many were not."""

import time
from collections.abc import Hashable
from dataclasses import dataclass

EVERY_S = 10.0
# Kinds that are remembered; beyond it those are forgotten that may be told again anyway.
MOST_KINDS = 1_000


@dataclass(slots=True)
class _Told:
    at: float
    untold: int = 0


class Thinning:
    """One of a kind in `EVERY_S`."""

    def __init__(self) -> None:
        self._told: dict[Hashable, _Told] = {}

    def untold(self, kind: Hashable) -> int | None:
        """How many were not told since the last one, if this one shall be; None if it is one of those."""
        now, told = time.monotonic(), self._told.get(kind)
        if told and now - told.at < EVERY_S:
            told.untold += 1
            return None
        if len(self._told) >= MOST_KINDS:
            recent = {kind: told for kind, told in self._told.items() if now - told.at < EVERY_S}
            self._told = recent if len(recent) < MOST_KINDS else {}
        self._told[kind] = _Told(now)
        return told.untold if told else 0
