"""The one reader of events: fold, archive, replay, `validate` and feeds decide alike.

Strict first, which is all that a clean event costs; what that refuses is read once more, tolerantly.
"""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Generic, TypeVar

import msgspec

from citystream.contracts.event import Event
from citystream.contracts.event_time import event_time_ms
from citystream.fold.dead_letters import RefusedError
from citystream.fold.tolerance import Told, Tolerance

E = TypeVar("E", bound=Event)
Check = Callable[[E], Collection[str]]

TOO_FAR_AHEAD = ("timestamp", "is further in the future than clocks may differ")


class Reader(Generic[E]):
    """Reads the events of one type."""

    def __init__(
        self, event: type[E], future_ms: int, check: Callable[[E], Collection[str]] | None = None
    ) -> None:
        """`future_ms`: how far an event may lie ahead of its Kafka time; `check` is the service's own."""
        self.decode = msgspec.json.Decoder(event).decode
        """Strictly."""
        self._event = event
        self._future_ms = future_ms
        self._check = check
        self._tolerance: Tolerance | None = None
        self.read = self._reading()
        """`read(value, Kafka time)` gives event and event time, both times epoch milliseconds.

        Raises:
            ValueError, RecursionError: it must become a dead letter; `dead_letters.explain` says why.
        """
        self.tolerated: Counter[str] = Counter()
        """Events taken that were not clean, by form."""
        self.unlisted: Counter[tuple[str, str]] = Counter()
        """Field and word that is in no list."""

    def _reading(self) -> Callable[[bytes | None, int], tuple[E, int]]:
        decode, future_ms, tolerate, time_of = self.decode, self._future_ms, self._tolerate, event_time_ms
        check = self._check

        def read(value: bytes | None, kafka_ms: int) -> tuple[E, int]:
            told = None
            try:
                event = decode(value or b"")
                time_ms = time_of(event.timestamp)
            except (ValueError, RecursionError) as refusal:
                event, told = tolerate(value or b"", refusal)
                time_ms = time_of(event.timestamp)
            if time_ms > kafka_ms + future_ms:
                raise RefusedError(*TOO_FAR_AHEAD)
            forms = check(event) if check is not None else ()
            if told is not None:
                self.tolerated.update(told.forms.union(forms))
                self.unlisted.update(told.unlisted)
            elif forms:
                self.tolerated.update(forms)
            return event, time_ms

        return read

    def _tolerate(self, value: bytes, refusal: Exception) -> tuple[E, Told]:
        if self._tolerance is None:
            self._tolerance = Tolerance(self._event)
        return self._tolerance.read(value, refusal)

    def take_tolerated(self) -> tuple[Counter[str], Counter[tuple[str, str]]]:
        """What was met since this was last asked: events by form, and words by field."""
        taken = self.tolerated, self.unlisted
        self.tolerated, self.unlisted = Counter(), Counter()
        return taken
