"""A dead letter as it is read back: `dead_letters.message`, the other way round."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citystream.contracts.event_time import rfc3339
from citystream.fold.dead_letters import REASON_BYTES


class DeadLetterError(Exception):
    """Dead letters can't be read or sent; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters; a filter that is None lets all pass."""

    field: str | None = None
    since: datetime | None = None
    """Kafka time of the refused record."""
    origins: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One refused record; `origin` is `<topic>-<partition>-<offset>`."""

    origin: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    field: str
    reason: str
    length: int
    """Bytes of the record, also where the letter was cut."""
    cut: bool
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    @property
    def time(self) -> str:
        """Kafka time of the record, RFC 3339."""
        return rfc3339(self.timestamp_ms)

    @property
    def whole(self) -> bool:
        """Whether key and value are what was received (or what redaction left of it)."""
        return not self.cut and (self.key is None or len(self.key) < REASON_BYTES)

    def facts(self) -> dict[str, Any]:
        """What a list says of it; neither key nor bytes."""
        return {
            "origin": self.origin,
            "time": self.time,
            "field": self.field,
            "reason": self.reason,
            "bytes": self.length,
            "cut": self.cut,
        }

    def matches(self, wanted: Wanted) -> bool:
        since_ms = wanted.since.timestamp() * 1000 if wanted.since else 0
        return (
            (wanted.field is None or self.field == wanted.field)
            and (wanted.origins is None or self.origin in wanted.origins)
            and self.timestamp_ms >= since_ms
        )


def parse(record: Any) -> Letter | None:
    """The letter in a record of a dead letter topic; None where it is not one of ours."""
    headers = tuple(record.headers)
    facts = {name: raw.decode(errors="replace") for name, raw in headers if name != "key"}
    value = record.value or b""
    try:
        return Letter(
            origin=record.key.decode(),
            topic=facts["topic"],
            partition=int(facts["partition"]),
            offset=int(facts["offset"]),
            timestamp_ms=int(facts["timestamp_ms"]),
            field=facts["field"],
            reason=facts["reason"],
            length=int(facts.get("length", len(value))),
            cut="length" in facts,
            key=dict(headers).get("key"),
            value=value,
            headers=headers,
        )
    except (AttributeError, KeyError, ValueError):
        return None


def escaped(raw: bytes) -> str:
    """Text that a terminal only shows: what is not printable stands as its escape, but for line ends."""
    return "".join(_escapes(raw.decode("utf-8", "backslashreplace")))


def _escapes(text: str) -> Iterator[str]:
    for char in text:
        if char.isprintable() or char == "\n":
            yield char
        else:
            yield char.encode("unicode_escape").decode()
