"""Plates never rest in clear: a keyed hash stands for each, or a mark where no key is set.

This runs on the original bytes before archive and dead letters, so it also takes plates out of events
that can't be decoded.
"""

import hashlib
import hmac
from collections.abc import Callable

from citystream.fold.members import Members, text_of
from citystream.fold.redaction import MARK

FIELD = "plate"
HASH_FIELD = "plate_hash"
_plates = Members([FIELD])


def normalized(plate: str) -> str:
    """One spelling of a plate: letters and digits, capitals."""
    return "".join(char for char in plate.upper() if char.isalnum())


def redactor(key: str | None) -> Callable[[bytes], bytes]:
    """Replaces each `plate` by `plate_hash` (HMAC-SHA256, hex), or its value by a mark without a key."""

    def write(head: bytes, value: bytes) -> bytes:
        if value in (b"null", MARK):
            return head + value
        if not key:
            return head + MARK
        digest = hmac.new(key.encode(), normalized(text_of(value)).encode(), hashlib.sha256).hexdigest()
        return f'"{HASH_FIELD}":"{digest}"'.encode()

    def redact(value: bytes) -> bytes:
        if b"\\" not in value and FIELD.encode() not in value.lower():
            return value
        return _plates.written(value, write)

    return redact
