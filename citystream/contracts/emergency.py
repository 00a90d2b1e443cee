"""Emergencies: the steps of incidents."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from citystream.contracts.event import FORGIVEN, Event, Id, Latitude, Longitude
from citystream.contracts.event_time import rfc3339
from citystream.contracts.state import Summary

THINGS = "incident"
"""Name of the view."""

IncidentKind = Literal["medical", "accident", "fire", "crime", "hazard", "other"]
IncidentStatus = Literal[
    "reported", "dispatched", "en_route", "on_scene", "transporting", "resolved", "cancelled"
]
ACTIVE_STATUSES = frozenset({"reported", "dispatched", "en_route", "on_scene", "transporting"})

Place = tuple[int, int, int]
"""Of a step: event time (epoch milliseconds), partition, offset."""
NOWHERE: Place = (-1, -1, -1)
POSITION = "position"
TOLD = ("road_id", "unit_id", "hospital_id")
"""What a step need not repeat: each is as the newest step had it that had it at all."""


class Emergency(Event, frozen=True, gc=False, kw_only=True):
    """One step in the life of an incident. It is never refused for its place: that is then not known."""

    entity_fields = ("incident_id",)
    identity_fields = ("status",)

    incident_id: Annotated[Id, Meta(description="The same in every step of one incident.")]
    kind: IncidentKind = "other"
    status: IncidentStatus
    severity: Annotated[int, Meta(ge=1, le=5, description="1 is slight, 5 is worst.", examples=[3])]
    latitude: Annotated[Latitude | None, Meta(extra={FORGIVEN: True})] = None
    longitude: Annotated[Longitude | None, Meta(extra={FORGIVEN: True})] = None
    road_id: Id | None = None
    unit_id: Annotated[Id | None, Meta(description="The vehicle on its way or there.")] = None
    hospital_id: Annotated[Id | None, Meta(description="Where a patient is brought.")] = None


class IncidentState(msgspec.Struct, array_like=True):
    """One incident: where it stands, and when it first reached each status."""

    time_ms: int = -1
    """event time of the newest step, epoch milliseconds"""
    partition: int = -1
    offset: int = -1
    kind: IncidentKind = "hazard"
    status: IncidentStatus = "reported"
    severity: int = 1
    latitude: float | None = None
    longitude: float | None = None
    """degrees; as the newest step had them that was placed"""
    road_id: str | None = None
    unit_id: str | None = None
    hospital_id: str | None = None
    first_ms: dict[str, int] = msgspec.field(default_factory=dict)
    """status -> event time it was first reached, epoch milliseconds"""
    told_at: dict[str, Place] = msgspec.field(default_factory=dict)
    """field of `TOLD`, and `POSITION` -> the newest step that had it"""

    def merge(self, other: "IncidentState") -> "IncidentState":
        newest = max(self, other, key=lambda one: (one.time_ms, one.partition, one.offset))
        first = dict(self.first_ms)
        for status, ms in other.first_ms.items():
            first[status] = min(ms, first.get(status, ms))
        merged = msgspec.structs.replace(newest, first_ms=first, told_at=dict(newest.told_at))
        for one in (self, other):
            for field in TOLD:
                merged.tell(field, getattr(one, field), one.told_at.get(field, NOWHERE))
            merged.put(one.position, one.placed_at)
        return merged

    @property
    def position(self) -> tuple[float, float] | None:
        """Longitude and latitude; None while no step had them."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    @property
    def placed_at(self) -> Place:
        """The step that the position is of; of a state of an earlier version, its newest."""
        own = NOWHERE if self.position is None else (self.time_ms, self.partition, self.offset)
        return self.told_at.get(POSITION, own)

    def put(self, position: tuple[float, float] | None, place: Place) -> None:
        """Keep a position, unless a newer step has told one."""
        known = self.position
        if position is None or (known is not None and (place, position) <= (self.placed_at, known)):
            return
        self.longitude, self.latitude = position
        self.told_at[POSITION] = place

    def tell(self, field: str, value: str | None, place: Place) -> None:
        """Keep a field of `TOLD`, unless a newer step has told it."""
        if value is None:
            return
        known = getattr(self, field)
        if known is None or (place, value) > (self.told_at.get(field, NOWHERE), known):
            setattr(self, field, value)
            self.told_at[field] = place

    @property
    def active(self) -> bool:
        return self.status in ACTIVE_STATUSES

    def seconds_between(self, earlier: str, later: str) -> float | None:
        """Seconds from one status to another; None until both were reached."""
        if earlier not in self.first_ms or later not in self.first_ms:
            return None
        return (self.first_ms[later] - self.first_ms[earlier]) / 1000

    def summary(self) -> Summary:
        return {
            "kind": self.kind,
            "status": self.status,
            "active": self.active,
            "severity": self.severity,
            "timestamp": rfc3339(self.time_ms),
            "latitude": self.latitude,
            "longitude": self.longitude,
            "road_id": self.road_id,
            "unit_id": self.unit_id,
            "hospital_id": self.hospital_id,
            "history": {
                status: rfc3339(ms) for status, ms in sorted(self.first_ms.items(), key=lambda item: item[1])
            },
            "dispatch_s": self.seconds_between("reported", "dispatched"),
            "response_s": self.seconds_between("reported", "on_scene"),
            "resolution_s": self.seconds_between("reported", "resolved"),
        }
