"""Plates never rest in clear: a keyed hash stands for each, or nothing where no key is set.

This runs on the original bytes before archive and dead letters, so it also takes plates out of events
that can't be decoded.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

import msgspec

FIELD = "plate"
HASH_FIELD = "plate_hash"
# Keys may be escaped (`\\u0070late`).
_NAME = b"".join(rb"(?:%c|\\u00%02x)" % (letter, letter) for letter in FIELD.encode())
# A plate in JSON that may be broken, up to its closing quote or the end.
_TEXT = re.compile(rb'"(?i:%s)"\s*:\s*("(?:[^"\\]|\\.)*(?:"|$)|[^,}\]\s]+)' % _NAME)
_MAYBE = (b"plate", b"\\u")


def normalized(plate: str) -> str:
    """One spelling of a plate: letters and digits, capitals."""
    return "".join(char for char in plate.upper() if char.isalnum())


def redactor(key: str | None) -> Callable[[bytes], bytes]:
    """Replaces each `plate` by `plate_hash` (HMAC-SHA256, hex), or removes it without a key."""

    def digest(plate: str) -> str | None:
        if not key:
            return None
        return hmac.new(key.encode(), normalized(plate).encode(), hashlib.sha256).hexdigest()

    def in_text(match: re.Match[bytes]) -> bytes:
        hashed = digest(match.group(1).decode(errors="replace"))
        return f'"{HASH_FIELD}":{"null" if hashed is None else chr(34) + hashed + chr(34)}'.encode()

    def clean(thing: Any) -> Any:
        if isinstance(thing, list):
            return [clean(part) for part in thing]
        if not isinstance(thing, dict):
            return thing
        kept = {name: clean(part) for name, part in thing.items() if name != FIELD}
        if FIELD in thing:
            hashed = digest(str(thing[FIELD]))
            if hashed is not None:
                kept[HASH_FIELD] = hashed
        return kept

    def redact(value: bytes) -> bytes:
        if not any(mark in value for mark in _MAYBE):
            return value
        if b'"plate"' not in value and b"\\u" not in value:
            return value
        try:
            whole = msgspec.json.decode(value)
        except (ValueError, RecursionError):
            return _TEXT.sub(in_text, value)
        cleaned = clean(whole)
        return value if cleaned == whole else msgspec.json.encode(cleaned)

    return redact
