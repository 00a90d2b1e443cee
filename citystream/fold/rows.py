"""Rows of a service's table: what a state is as key and value bytes.

A value is a version (generation, offset; 12 bytes, big-endian, so that bytes compare as the log does)
and a msgpack body. A tombstone has no value: its version travels in a header of the changelog record.
"""

import struct
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from citystream.contracts.state import State
from citystream.fold.fold import LatestState, PartitionFold, Slot, View, latest_state
from citystream.service import Latest, Windows

S = TypeVar("S", bound=State)

VERSION = struct.Struct(">IQ")
VERSION_BYTES = VERSION.size
VERSION_HEADER = "version"

FACTS_KEY = b"\x00facts"
IDS_PREFIX = b"\x00ids\x01"
IDS_ALONE_PREFIX = b"\x00ids\x00"
"""Of hashes of ids alone, as they were packed before entities counted; read until they expire."""

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode


class Facts(msgspec.Struct, array_like=True):
    """How far one partition is folded; written last in its checkpoint."""

    generation: int
    next_offset: int
    newest_ms: int
    state_version: int = 1
    """Of the service that folded it."""


class StateVersionError(ValueError):
    """A table's states are of another version than the program's; the message says what to do."""


class _Body(msgspec.Struct, array_like=True):
    time_ms: int
    state: msgspec.Raw


_body_decoder = msgspec.msgpack.Decoder(_Body)


def version(generation: int, offset: int) -> bytes:
    """Orders the rows of one key; an offset of -1 comes before every record."""
    return VERSION.pack(generation, offset + 1)


def offset_of(value: bytes) -> int:
    """Highest offset that a row's state has folded."""
    return int(VERSION.unpack_from(value)[1]) - 1


def slot_key(slot: Slot) -> bytes:
    """Key of a state: its view, its window, its key."""
    return f"{_kind(slot.view)}\x00{slot.start_s}\x00{slot.key}".encode()


def window_of(key: bytes, view: Windows[Any, Any]) -> tuple[int, str] | None:
    """Start (epoch seconds) and key of a row that is a window of this view."""
    name, _, rest = key.partition(b"\x00")
    if name != _kind(view).encode():
        return None
    start_s, _, entity = rest.decode().partition("\x00")
    return int(start_s), entity


def window_state(value: bytes, state: msgspec.msgpack.Decoder[S]) -> S:
    """The state in such a row."""
    return state.decode(_body_decoder.decode(memoryview(value)[VERSION_BYTES:]).state)


def facts_of(value: bytes) -> Facts:
    """What the row of facts says."""
    return msgspec.msgpack.decode(memoryview(value)[VERSION_BYTES:], type=Facts)


def slot_value(slot: Slot, generation: int) -> bytes:
    """Value of a state."""
    return version(generation, slot.offset) + encode((slot.time_ms, state_of(slot)))


def state_of(slot: Slot) -> Any:
    """The state as it is stored."""
    return latest_state(slot) if isinstance(slot.view, Latest) else slot.state


def facts_value(facts: Facts) -> bytes:
    return version(facts.generation, facts.next_offset - 1) + encode(facts)


def ids_key(bucket: int, position: int, offset: int) -> bytes:
    """Key of one packing of new ids; unique, as no checkpoint ends where another did."""
    return IDS_PREFIX + f"{bucket}\x00{offset}\x00{position}".encode()


def ids_bucket(key: bytes) -> int:
    """The bucket that a packing belongs to."""
    return int(key[len(IDS_PREFIX) :].split(b"\x00", 1)[0])


class Restored(msgspec.Struct):
    """What a table held beside states."""

    facts: Facts | None = None
    """None of a partition that was never checkpointed."""
    ids: list[bytes] = []
    """Keys of packed ids that were taken back."""
    stale: list[bytes] = []
    """Keys of packed ids that a checkpoint left behind which did not come to its facts."""


def restore(fold: PartitionFold[Any], rows: Iterator[tuple[bytes, bytes]]) -> Restored:
    """Take a table's rows back into a fold; that of the facts comes first.

    Raises:
        StateVersionError: another version wrote them.
    """
    views = {_kind(view): view for view in fold.service.views}
    decoders = {name: msgspec.msgpack.Decoder(_state_type(view)) for name, view in views.items()}
    restored, packed_ids = Restored(), []
    for key, value in rows:
        if key == FACTS_KEY:
            restored.facts = facts_of(value)
            _check_version(fold, restored.facts)
        elif key.startswith((IDS_PREFIX, IDS_ALONE_PREFIX)):
            packed_ids.append((key, value))
        else:
            name, start_s, entity = key.decode().split("\x00", 2)
            if name not in views:
                continue  # a view that this version of the service no longer has
            body = _body_decoder.decode(value[VERSION_BYTES:])
            slot = Slot(views[name], entity, int(start_s), decoders[name].decode(body.state))
            slot.offset, slot.time_ms = offset_of(value), body.time_ms
            fold.adopt(slot)
    if restored.facts:
        fold.next_offset, fold.newest_ms = restored.facts.next_offset, restored.facts.newest_ms
    for key, value in packed_ids:
        # Ids beyond the facts are of records that will come again, and would be their own duplicates.
        if offset_of(value) < fold.next_offset:
            take_back = fold.seen.restore if key.startswith(IDS_PREFIX) else fold.seen.restore_by_id
            take_back(ids_bucket(key), value[VERSION_BYTES:])
            restored.ids.append(key)
        else:
            restored.stale.append(key)
    # What has expired leaves, even if no event comes any more: a sleeper may have written it again.
    fold.pruned_ids += fold.seen.prune(fold.watermark_ms)
    return restored


def _check_version(fold: PartitionFold[Any], facts: Facts) -> None:
    own = fold.service.state_version
    if facts.state_version != own:
        raise StateVersionError(
            f"the table of {fold.service.name}, partition {fold.partition}, has states of version "
            f"{facts.state_version}, and this program folds version {own}: run a program of that version, or "
            "start this one beside it under a namespace of its own (docs/upgrades.md)"
        )


def _kind(view: View) -> str:
    return f"{type(view).__name__}.{view.name}"


def _state_type(view: View) -> Any:
    return LatestState if isinstance(view, Latest) else view.state
