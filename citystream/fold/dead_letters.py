"""Events that could not be used: the original bytes, with the facts as headers.

Keyed by origin (topic-partition-offset), so that one sent again is the same one.
"""

import hashlib
from dataclasses import dataclass

import msgspec

REASON_BYTES = 500


class RefusedError(ValueError):
    """An event can't be used, for a reason found after decoding."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record."""

    offset: int
    timestamp_ms: int
    field: str
    reason: str
    key: bytes | None
    value: bytes


def explain(error: Exception) -> tuple[str, str]:
    """Field and reason of a decoding error; the field is `$` where the whole is unreadable."""
    if isinstance(error, RefusedError):
        return error.field, error.reason
    text = str(error)
    if isinstance(error, RecursionError):
        return "$", "JSON is nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "$", "text is not UTF-8"
    if isinstance(error, msgspec.ValidationError):
        reason, _, path = text.partition(" - at `$.")
        if path:
            return path.rstrip("`"), reason
        if "missing required field" in text:
            return text.rsplit("`", 2)[-2], "is missing"
        # A check of the event's own.
        field, separator, own = text.partition(": ")
        return (field, own) if separator and field.isidentifier() else ("$", text)
    if isinstance(error, ValueError) and not isinstance(error, msgspec.MsgspecError):
        field, separator, reason = text.partition(": ")
        return (field, reason) if separator else ("$", text)
    return "$", text or type(error).__name__


def message(
    letter: DeadLetter, topic: str, partition: int, service: str, limit_bytes: int
) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of a dead letter; a value over the limit is cut, with its length and hash."""
    value = letter.value
    facts = {
        "service": service,
        "topic": topic,
        "partition": str(partition),
        "offset": str(letter.offset),
        "timestamp_ms": str(letter.timestamp_ms),
        "field": letter.field,
        "reason": letter.reason,
    }
    if len(value) > limit_bytes:
        facts |= {"length": str(len(value)), "sha256": hashlib.sha256(value).hexdigest()}
        value = value[:limit_bytes]
    headers = [(name, text.encode(errors="replace")[:REASON_BYTES]) for name, text in facts.items()]
    if letter.key is not None:
        headers.append(("key", letter.key[:REASON_BYTES]))
    return f"{topic}-{partition}-{letter.offset}".encode(), value, headers
