"""Emergencies: where each incident stands, at once, and how long each step took."""

from operator import attrgetter

from citystream.contracts.area import Area, no_fix
from citystream.contracts.emergency import THINGS, TOLD, Emergency, IncidentState
from citystream.contracts.state import Summary
from citystream.service import Service, Stamp, Things

UNPLACED = ("unplaced",)


def document(incident_id: str, incident: IncidentState) -> Summary:
    """What the search index gets of an incident."""
    return {"incident_id": incident_id, **incident.summary()}


def position_of(event: Emergency, area: Area | None) -> tuple[float, float] | None:
    """Longitude and latitude; None where they are not known, are those of no fix, or can't be."""
    longitude, latitude = event.longitude, event.latitude
    if longitude is None or latitude is None or no_fix(longitude, latitude):
        return None
    if area is not None and not area.holds(longitude, latitude):
        return None
    return longitude, latitude


def service(area: Area | None) -> Service[Emergency]:
    """The emergency service of a city; without an area, incidents may be anywhere."""

    def add(incident: IncidentState, event: Emergency, stamp: Stamp) -> None:
        """One more step."""
        place = (stamp.time_ms, stamp.partition, stamp.offset)
        first = incident.first_ms.get(event.status)
        if first is None or stamp.time_ms < first:
            incident.first_ms[event.status] = stamp.time_ms
        for field in TOLD:
            incident.tell(field, getattr(event, field), place)
        incident.put(position_of(event, area), place)
        if place < (incident.time_ms, incident.partition, incident.offset):
            return
        incident.time_ms, incident.partition, incident.offset = place
        incident.kind, incident.status, incident.severity = event.kind, event.status, event.severity

    def check(event: Emergency) -> tuple[str, ...]:
        """An incident is never dropped for its place."""
        return () if position_of(event, area) else UNPLACED

    return Service(
        name="emergency",
        event=Emergency,
        check=check,
        things=(
            Things(
                name=THINGS,
                key=attrgetter("incident_id"),
                state=IncidentState,
                add=add,
                place=attrgetter("position"),
                document=document,
            ),
        ),
    )
