"""What a service is: one event type and the views folded from it.

A service's own modules state this and nothing else; the kit makes the Faust app, the archive, the
command line, dead letters, metrics and health out of it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from citystream.contracts.event import Event
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from citystream.contracts.state import State, Summary

E = TypeVar("E", bound=Event)
S = TypeVar("S", bound=State)


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """Where in time (event time, at most its Kafka time) and in the log an event stands."""

    time_ms: int
    partition: int
    offset: int


@dataclass(frozen=True)
class Windows(Generic[E, S]):
    """Tumbling event-time windows of a key.

    `add(state, event, time_ms)` changes the state in place, `time_ms` being event time, at most Kafka's;
    its class called without arguments is the zero. `document` is what Elasticsearch gets of a state,
    beside key, window and partition. Where readers ask for history alone, `live` is False: windows are
    then written with the index, and the newest has no place of its own.
    """

    name: str
    key: Callable[[E], str]
    state: type[S]
    add: Callable[[S, E, int], None]
    window_s: int
    ttl_s: int = AGGREGATE_TTL_S
    document: Callable[[str, S], Summary] | None = None
    live: bool = True


@dataclass(frozen=True)
class Things(Generic[E, S]):
    """One state for the whole life of a key (an incident), folded from all its events.

    It leaves the table `ttl_s` of event time after its last event. `place` puts it on the map.
    """

    name: str
    key: Callable[[E], str]
    state: type[S]
    add: Callable[[S, E, Stamp], None]
    place: Callable[[S], tuple[float, float] | None] | None = None
    ttl_s: int = AGGREGATE_TTL_S
    document: Callable[[str, S], Summary] | None = None


@dataclass(frozen=True)
class Latest(Generic[E]):
    """The newest event of a thing (a vehicle), by event time, then by place in the log.

    `value` is what readers get, as msgpack, and Elasticsearch as JSON; `place` (longitude, latitude)
    puts the thing on the map.
    """

    name: str
    key: Callable[[E], str]
    value: Callable[[E, int], dict[str, Any]]
    place: Callable[[E], tuple[float, float]] | None = None
    ttl_s: int = AGGREGATE_TTL_S


@dataclass(frozen=True)
class Service(Generic[E]):
    """A data type: its topic's name, its event, its views."""

    name: str
    event: type[E]
    windows: tuple[Windows[E, Any], ...] = ()
    things: tuple[Things[E, Any], ...] = ()
    latest: tuple[Latest[E], ...] = ()
    check: Callable[[E], Collection[str]] | None = None
    """What else is wrong with an event that can be read: the forms (`tolerance.FORMS`) of what is tolerated.

    Raises `RefusedError` where it is not.
    """
    redact: Callable[[bytes], bytes] | None = None
    """Removes what may not be stored from the original bytes, before archive and dead letters."""
    state_version: int = 1
    """Raised with a change after which an older program, or this one, would misread the other's states."""

    @property
    def views(self) -> tuple[Windows[E, Any] | Things[E, Any] | Latest[E], ...]:
        """All of them."""
        return (*self.windows, *self.things, *self.latest)
