"""Emergencies: where each incident stands, at once, and how long each step took."""

from operator import attrgetter

from citystream.contracts import views
from citystream.contracts.events import Emergency
from citystream.contracts.views import TOLD, IncidentState, Summary
from citystream.service import Service, Stamp, Things


def add(incident: IncidentState, event: Emergency, stamp: Stamp) -> None:
    """One more step."""
    place = (stamp.time_ms, stamp.partition, stamp.offset)
    first = incident.first_ms.get(event.status)
    if first is None or stamp.time_ms < first:
        incident.first_ms[event.status] = stamp.time_ms
    for field in TOLD:
        incident.tell(field, getattr(event, field), place)
    if place < (incident.time_ms, incident.partition, incident.offset):
        return
    incident.time_ms, incident.partition, incident.offset = place
    incident.kind, incident.status, incident.severity = event.kind, event.status, event.severity
    incident.latitude, incident.longitude = event.latitude, event.longitude


def document(incident_id: str, incident: IncidentState) -> Summary:
    """What the search index gets of an incident."""
    return {"incident_id": incident_id, **incident.summary()}


SERVICE: Service[Emergency] = Service(
    name="emergency",
    event=Emergency,
    things=(
        Things(
            name=views.EMERGENCY_THINGS,
            key=attrgetter("incident_id"),
            state=IncidentState,
            add=add,
            place=lambda incident: (incident.longitude, incident.latitude),
            document=document,
        ),
    ),
)
