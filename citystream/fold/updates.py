"""What a sink writes: one state, as of one offset. It is made when it is written, and not before."""

from collections.abc import Iterable
from typing import Any

import msgspec

from citystream.contracts import redis_keys
from citystream.fold.fold import PartitionFold, Slot, View, latest_state
from citystream.fold.rows import encode
from citystream.service import Latest, Windows

Identity = tuple[str, str, str, int, int, int]
"""Kind of view, view, key, window, generation, partition."""


class Origin(msgspec.Struct, frozen=True):
    """Where the states of one partition come from."""

    service: str
    generation: int
    partition: int
    window_s: dict[str, int]
    """Length of each view's windows, s."""


class Update(msgspec.Struct, frozen=True, gc=False):
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
        """What stays the same of a state from update to update."""
        kind = type(self.view).__name__
        return kind, self.view.name, self.key, self.start_s, self.generation, self.partition

    @property
    def live_field(self) -> tuple[str, bytes]:
        """Where Redis has it among the parts of its key, and the version that goes before the payload."""
        if isinstance(self.view, Latest):
            version = redis_keys.latest_version(self.time_ms, self.partition, self.offset)
            return redis_keys.LATEST_FIELD, version
        field = redis_keys.partition_field(self.generation, self.partition)
        return field, redis_keys.live_version(self.start_s, self.offset)

    def document(self) -> dict[str, Any]:
        """What the search index gets of the state."""
        if isinstance(self.view, Latest):
            value: dict[str, Any] = msgspec.msgpack.decode(self.payload)
            return value
        state = msgspec.msgpack.decode(self.payload, type=self.view.state)
        if self.view.document:
            return self.view.document(self.key, state)
        return dict(state.summary())


def origin(fold: PartitionFold[Any], generation: int) -> Origin:
    """Where a fold's states come from."""
    lengths = {windows.view.name: windows.window_s for windows in fold.windows}
    return Origin(fold.service.name, generation, fold.partition, lengths)


def updates(slots: Iterable[tuple[Slot, Origin]]) -> list[Update]:
    """States as they are now; without those that are empty."""
    made = []
    for slot, whence in slots:
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
                whence.service,
                view,
                slot.key,
                slot.start_s,
                whence.window_s[view.name] if isinstance(view, Windows) else 0,
                whence.generation,
                whence.partition,
                offset,
                slot.time_ms,
                payload,
                place,
            )
        )
    return made
