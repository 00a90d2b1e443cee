"""When a record is due: as fast as it goes, or as it arrived, by Kafka's timestamps."""

import time
from collections.abc import Callable, Iterable, Sequence

from citystream.log.batches import Record


class Pace:
    """The clock of one replay."""

    def __init__(self, speed: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        """`speed` is a multiple of real time; None is as fast as it goes."""
        self.speed = speed
        self._clock = clock
        self._began: tuple[float, int] | None = None

    def due_ms(self) -> float:
        """Kafka timestamp up to which records are due now."""
        if self.speed is None:
            return float("inf")
        if self._began is None:
            return -1
        began_s, first_ms = self._began
        return first_ms + (self._clock() - began_s) * 1000 * self.speed

    def begin(self, first_ms: int) -> None:
        """The first record that has a time of its own is due now; those before it only prepare."""
        if self._began is None:
            self._began = self._clock(), first_ms

    def wait_s(self, waiting: Iterable[int]) -> float:
        """Seconds until the first of these Kafka timestamps is due; 0 where no clock decides yet."""
        if self.speed is None or self._began is None:
            return 0.0
        return max(0.0, (min(waiting, default=0) - self.due_ms()) / 1000 / self.speed)

    def left_s(self, last_ms: int) -> float | None:
        """Seconds until a Kafka timestamp is due; None where no clock decides."""
        if self.speed is None or self._began is None:
            return None
        return self.wait_s([last_ms])


def due_count(records: Sequence[Record], due_ms: float) -> int:
    """How many records of the beginning are due."""
    if not records or records[-1].timestamp <= due_ms:
        return len(records)
    return next(number for number, record in enumerate(records) if record.timestamp > due_ms)
