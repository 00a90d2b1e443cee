"""The newest states that the archive's records make, in the form in which Redis has them.

Who reads Redis can so read them in its place.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from citystream.fold.fold import Slot
from citystream.fold.updates import Origin, updates


@dataclass(frozen=True, slots=True)
class ArchivedState:
    """One field of one key's hash in Redis. Of two values of a field the greater is the newer."""

    view: str
    key: str
    time_ms: int
    """Event time of the newest event in it."""
    field: bytes
    value: bytes


class ArchivedStates:
    """What has changed of some views since it was asked last."""

    def __init__(self, views: Collection[str]) -> None:
        """`views`: names of those that are wanted."""
        self._views = frozenset(views)
        self._changed: dict[tuple[str, str, int, int], tuple[Slot, Origin]] = {}

    def take(self, slots: Iterable[Slot], origin: Origin) -> None:
        """States that have changed; of a key's windows only the newest counts."""
        for slot in slots:
            if slot.view.name in self._views:
                place = slot.view.name, slot.key, origin.generation, origin.partition
                known = self._changed.get(place)
                if known is None or slot.start_s >= known[0].start_s:
                    self._changed[place] = slot, origin

    def changed(self) -> list[ArchivedState]:
        """They, as they are now."""
        changed, self._changed = self._changed, {}
        found = []
        for update in updates(changed.values()):
            field, version = update.live_field
            value = version + update.payload
            found.append(ArchivedState(update.view.name, update.key, update.time_ms, field.encode(), value))
        return found
