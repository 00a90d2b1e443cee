"""Incidents: where each stands, and how long it took to get there."""

from collections.abc import Mapping

import msgspec

from citystream.contracts.emergency import THINGS, IncidentKind, IncidentState, IncidentStatus
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from citystream.contracts.stored import newest_window
from gateway import bounds
from gateway.reader import Reader
from gateway.view import Entry, View


class Incident(msgspec.Struct, frozen=True):
    """What is told of an incident."""

    incident_id: str
    kind: IncidentKind
    status: IncidentStatus
    active: bool
    severity: int
    timestamp: str
    latitude: float | None
    longitude: float | None
    """Null where no step had a position that can be."""
    road_id: str | None
    unit_id: str | None
    hospital_id: str | None
    history: dict[str, str]
    """Status -> when it was first reached."""
    dispatch_s: float | None
    response_s: float | None
    resolution_s: float | None


_decoder = msgspec.msgpack.Decoder(IncidentState)


class EmergencyReader(Reader[IncidentState]):
    """`emergency` incidents by id; lists have the active ones."""

    type_ = "emergency"
    name = THINGS
    kind = "live"

    def __init__(self) -> None:
        self.view = View("emergencies", AGGREGATE_TTL_S, listed=_is_active)

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        # An incident is stored as a window that starts at 0 and never ends.
        _, state = newest_window(fields, _decoder)
        body = msgspec.json.encode({"incident_id": key, **state.summary()})
        place = bounds.of_point(*state.position) if state.position else None
        self.view.put(Entry(key, state.time_ms, state, body, place))


def _is_active(entry: Entry[IncidentState]) -> bool:
    return entry.value is not None and entry.value.active
