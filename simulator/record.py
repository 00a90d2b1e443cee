"""What is to be sent: a record of one of the five types."""

from typing import Any, Literal, NamedTuple

Kind = Literal["event", "late", "duplicate", "malformed"]

Fields = dict[str, Any]
"""What an event's JSON object holds."""


class Record(NamedTuple):
    """One record. `kind` says what the simulator did to it, for its own count."""

    type: str
    key: bytes
    value: bytes
    kind: Kind = "event"
