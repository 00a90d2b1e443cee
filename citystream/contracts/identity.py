"""Whom an event is about, and which events are one and the same."""

from collections.abc import Callable
from operator import attrgetter
from typing import TypeVar

from citystream.contracts.event import Event

E = TypeVar("E", bound=Event)


# No sender has these in an id; the time of an event without one is told apart from an id by the second.
BEFORE_ID, BEFORE_TIME = "\x1f", "\x1e"


def entity_of(event: type[E]) -> Callable[[E], str]:
    """What gives the entity that an event is about.

    Raises:
        TypeError: the type declares none.
    """
    if not event.entity_fields:
        raise TypeError(f"{event.__name__}.entity_fields: say whom an event is about")
    first, *others = (attrgetter(field) for field in event.entity_fields)
    if not others:
        return first

    def entity(one: E) -> str:
        found: str | None = first(one)
        if found is None:
            found = next(name for other in others if (name := other(one)) is not None)
        return found

    return entity


def identity_of(event: type[E]) -> Callable[[E, int], str]:
    """What gives the identity of an event from it and its event time: of two alike the second is a duplicate.

    An id is its sender's own, so it counts within its entity.
    """
    entity = entity_of(event)
    first, fields = attrgetter(event.entity_fields[0]), event.identity_fields

    def of_entity(one: E, time_ms: int) -> str:
        # Asked of every event: what is nearly always there first, and no further call for it.
        who, own = first(one), one.event_id
        if who is None:
            who = entity(one)
        return f"{who}{BEFORE_TIME}{time_ms}" if own is None else f"{who}{BEFORE_ID}{own}"

    def of_several(one: E, time_ms: int) -> str:
        return BEFORE_ID.join([of_entity(one, time_ms), *(str(getattr(one, field)) for field in fields)])

    return of_several if fields else of_entity
