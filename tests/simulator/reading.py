"""What a worker makes of a value, which is what the simulator's counts are measured against."""

from functools import cache
from typing import NamedTuple

from citystream.contracts.event import Event
from citystream.contracts.identity import entity_of, identity_of
from citystream.contracts.registry import EVENTS
from citystream.fold.reader import Reader
from citystream.settings import Settings


class Read(NamedTuple):
    """One event as it was understood."""

    entity: str
    time_ms: int
    identity: str


@cache
def reader_of(type_: str) -> Reader[Event]:
    """With a bound for the future that is far wider than the default."""
    return Reader(EVENTS[type_], 100 * round(Settings().future_s * 1000))


def read(type_: str, value: bytes, now_ms: int) -> Read | None:
    """None of what becomes a dead letter."""
    try:
        event, time_ms = reader_of(type_).read(value, now_ms)
    except (ValueError, RecursionError):
        return None
    return Read(entity_of(EVENTS[type_])(event), time_ms, identity_of(EVENTS[type_])(event, time_ms))
