"""What a publish hands to the sinks: one state, as of one offset."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from citystream.fold import PartitionFold, Slot, View, latest_state
from citystream.rows import encode
from citystream.service import Latest, Windows

Identity = tuple[str, str, str, int, int, int]
"""Kind of view, view, key, window, generation, partition."""


def identity(slot: Slot, generation: int, partition: int) -> Identity:
    """What stays the same of a state from update to update."""
    return type(slot.view).__name__, slot.view.name, slot.key, slot.start_s, generation, partition


@dataclass(frozen=True, slots=True)
class Update:
    """One state of one partition. Of two with the same identity the one of the higher offset is right."""

    service: str
    view: View
    key: str
    start_s: int
    window_s: int
    """0 where there is no window."""
    generation: int
    partition: int
    offset: int
    time_ms: int
    payload: bytes
    """msgpack: the state, or the value of a `Latest`."""
    place: tuple[float, float] | None
    """Longitude, latitude."""

    @property
    def identity(self) -> Identity:
        return (
            type(self.view).__name__,
            self.view.name,
            self.key,
            self.start_s,
            self.generation,
            self.partition,
        )

    def document(self) -> dict[str, Any]:
        """What the search index gets of the state."""
        if isinstance(self.view, Latest):
            value: dict[str, Any] = msgspec.msgpack.decode(self.payload)
            return value
        state = msgspec.msgpack.decode(self.payload, type=self.view.state)
        if self.view.document:
            return self.view.document(self.key, state)
        return dict(state.summary())


def updates(fold: PartitionFold[Any], generation: int, slots: Iterable[Slot]) -> list[Update]:
    """The slots as they are now."""
    lengths = {windows.view.name: windows.window_s for windows in fold.windows}
    made = []
    for slot in slots:
        if slot.state is None:
            continue
        view, offset, place = slot.view, slot.offset, None
        if isinstance(view, Latest):
            latest = latest_state(slot)
            payload, offset, place = encode(latest.value), latest.offset, latest.place
        else:
            payload = encode(slot.state)
            if not isinstance(view, Windows) and view.place:
                place = view.place(slot.state)
        made.append(
            Update(
                fold.service.name,
                view,
                slot.key,
                slot.start_s,
                lengths[view.name] if isinstance(view, Windows) else 0,
                generation,
                fold.partition,
                offset,
                slot.time_ms,
                payload,
                place,
            )
        )
    return made
