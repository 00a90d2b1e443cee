"""Values as services store them in Redis: a version of fixed length, then msgpack."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from citystream.contracts.redis_keys import (
    LATEST_FIELD,
    LATEST_VERSION_LENGTH,
    LIVE_VERSION_LENGTH,
    TIME_DIGITS,
    WINDOW_VERSION_LENGTH,
    PartitionFacts,
)
from citystream.contracts.state import State, merged

S = TypeVar("S", bound=State)
V = TypeVar("V")

_facts = msgspec.msgpack.Decoder(PartitionFacts)


class StoredError(ValueError):
    """A stored value is not what the contracts say; the message gives the field and the reason."""


def newest_window(fields: Mapping[bytes, bytes], decoder: msgspec.msgpack.Decoder[S]) -> tuple[int, S]:
    """Start (epoch seconds) and merged state of the newest window in a `live` hash.

    Partitions that have not reached that window yet have nothing in it. An unreadable part spoils the
    whole: a sum that lacks a part would pass for complete.

    Raises:
        StoredError: no field, or one that can't be read.
    """
    parts = [(_start_s(field, value), field, value) for field, value in fields.items()]
    if not parts:
        raise StoredError("no field")
    newest = max(start_s for start_s, _, _ in parts)
    states = [
        _decode(decoder, field, value, LIVE_VERSION_LENGTH)
        for start_s, field, value in parts
        if start_s == newest
    ]
    return newest, merged(states)


def window_parts(
    fields: Mapping[bytes, bytes], decoder: msgspec.msgpack.Decoder[S]
) -> dict[int, dict[int, S]]:
    """Windows of a `page` hash: start (epoch seconds) -> partition -> state, its generations merged.

    Raises:
        StoredError: a field can't be read.
    """
    found: dict[int, dict[int, S]] = {}
    for field, value in fields.items():
        try:
            start_s, _, partition = (int(part) for part in field.split(b"."))
        except ValueError as error:
            raise StoredError(f"{field!r}: not start.generation.partition") from error
        state = _decode(decoder, field, value, WINDOW_VERSION_LENGTH)
        parts = found.setdefault(start_s, {})
        parts[partition] = parts[partition].merge(state) if partition in parts else state
    return found


def latest(fields: Mapping[bytes, bytes], decoder: msgspec.msgpack.Decoder[V]) -> V:
    """The event in a `latest` hash.

    Raises:
        StoredError: it is missing or can't be read.
    """
    field = LATEST_FIELD.encode()
    if field not in fields:
        raise StoredError(f"{LATEST_FIELD}: missing")
    return _decode(decoder, field, fields[field], LATEST_VERSION_LENGTH)


def watermark_ms(fields: Mapping[bytes, bytes]) -> int:
    """Event time up to which all partitions are complete; -1 while there is none.

    A partition that never had an event holds nothing back.

    Raises:
        StoredError: a field can't be read.
    """
    return min(_watermarks_ms(fields), default=-1)


def newest_watermark_ms(fields: Mapping[bytes, bytes]) -> int:
    """The newest partition's watermark; -1 while there is none.

    Raises:
        StoredError: a field can't be read.
    """
    return max(_watermarks_ms(fields), default=-1)


def whole_from(value: bytes | None) -> int | None:
    """Event time, epoch ms, from which on a type's windows are all there; None where nothing says so.

    Raises:
        StoredError: it is no number.
    """
    if value is None:
        return None
    if not value.isdigit():
        raise StoredError(f"{value!r}: not epoch milliseconds")
    return int(value)


def _watermarks_ms(fields: Mapping[bytes, bytes]) -> list[int]:
    facts = [_decode(_facts, field, value, 0) for field, value in fields.items()]
    return [one.watermark_ms for one in facts if one.watermark_ms >= 0]


def _start_s(field: bytes, value: bytes) -> int:
    digits = value[:TIME_DIGITS]
    if len(value) <= LIVE_VERSION_LENGTH or not digits.isdigit():
        raise StoredError(f"{field!r}: no version")
    return int(digits)


def _decode(decoder: msgspec.msgpack.Decoder[V], field: bytes, value: bytes, version_length: int) -> V:
    try:
        return decoder.decode(memoryview(value)[version_length:])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoredError(f"{field!r}: {error}") from error
