"""A forecaster's state as rows of a table: short of 16 kB each, and of one format."""

from typing import TypeVar

import msgspec

FORMAT = 1
"""Raised when what is learned, or from which features, changes: rows of another one are no use."""

S = TypeVar("S")

_encoder = msgspec.msgpack.Encoder()


class FormatError(ValueError):
    """A row is of another format, or not one at all; the message names it."""


class _Row(msgspec.Struct, frozen=True, array_like=True):
    format: int
    body: msgspec.Raw


def encode(state: object) -> bytes:
    """A state as a row's value."""
    return _encoder.encode(_Row(FORMAT, msgspec.Raw(_encoder.encode(state))))


def decode(key: str, value: bytes, type_: type[S]) -> S:
    """The state that a row holds.

    Raises:
        FormatError: another version of the service wrote it, or it is broken.
    """
    try:
        row = msgspec.msgpack.decode(value, type=_Row)
        if row.format != FORMAT:
            raise FormatError(f"{key}: format {row.format} instead of {FORMAT}; learn anew, without rows")
        return msgspec.msgpack.decode(row.body, type=type_)
    except msgspec.DecodeError as error:
        raise FormatError(f"{key}: {error}") from error
