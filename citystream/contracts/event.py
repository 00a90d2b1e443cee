"""What every event is: who it is about and when it happened, and the words its fields are described with.

Each type is a module beside this one: its event (a msgspec Struct), its states, the names of its views and
the length of its windows. Units are in the names. Unknown fields are ignored here and kept in the archive,
which stores the original bytes. Descriptions and examples go into the JSON Schemas (`city schemas export`).

This is the clean form. What else real senders write is read by `citystream.fold.reader`, which needs to know:

- a `Literal` whose field has a default takes what is not in its list as that default;
- `UNKNOWN` in a number's `Meta` are values that stand for "not known";
- `FORGIVEN` in a field's `Meta` has what can't be read taken for not known;
- `catch_all` of a struct of counts is the field that takes classes it does not know.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Timestamp = Annotated[
    Annotated[datetime, Meta(tz=True)] | float,
    Meta(
        description="When it happened, in the years 2000 to 2100: RFC 3339 with a zone, "
        "or epoch seconds, or (from 1e11 on) epoch milliseconds.",
        examples=["2026-11-23T08:15:30.250Z"],
    ),
]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="WGS 84, north positive.", examples=[34.0537])]
Longitude = Annotated[
    float, Meta(ge=-180, le=180, description="WGS 84, east positive.", examples=[-118.2428])
]
UNKNOWN = "unknown"
FORGIVEN = "forgiven"
NEGATIVE: dict[str, Any] = {UNKNOWN: (-1, -99, -999, -9999)}
"""Marks for "not known" where nothing negative can be measured."""
SpeedKmh = Annotated[float, Meta(ge=0, le=400, extra=NEGATIVE, examples=[42.5])]
Count = Annotated[int, Meta(ge=0, le=100_000, examples=[3])]


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What every event carries: who it is about, and when it happened."""

    entity_fields: ClassVar[tuple[str, ...]] = ()
    """Who or what it is about: the first of these fields that is there. Every type declares them."""
    identity_fields: ClassVar[tuple[str, ...]] = ()
    """What tells events of one entity apart beside their id, where a sender gives several the same one."""

    event_id: Annotated[
        Id | None,
        Meta(
            description="The sender's own. The same id of the same entity is the same event; "
            "without one, the same time is."
        ),
    ] = None
    timestamp: Timestamp
