"""Emergencies: where each incident stands, at once, and how long each step took."""

from citystream.contracts import views
from citystream.contracts.events import Emergency
from citystream.contracts.views import IncidentState, Summary
from citystream.service import Service, Stamp, Things


def add(incident: IncidentState, event: Emergency, stamp: Stamp) -> None:
    """One more step."""
    first = incident.first_ms.get(event.status)
    if first is None or stamp.time_ms < first:
        incident.first_ms[event.status] = stamp.time_ms
    if (stamp.time_ms, stamp.partition, stamp.offset) < (
        incident.time_ms,
        incident.partition,
        incident.offset,
    ):
        return
    incident.time_ms, incident.partition, incident.offset = stamp.time_ms, stamp.partition, stamp.offset
    incident.kind, incident.status, incident.severity = event.kind, event.status, event.severity
    incident.latitude, incident.longitude = event.latitude, event.longitude
    # A later step need not repeat who was sent where.
    incident.road_id = event.road_id or incident.road_id
    incident.unit_id = event.unit_id or incident.unit_id
    incident.hospital_id = event.hospital_id or incident.hospital_id


def document(incident_id: str, incident: IncidentState) -> Summary:
    """What the search index gets of an incident."""
    return {"incident_id": incident_id, **incident.summary()}


SERVICE: Service[Emergency] = Service(
    name="emergency",
    event=Emergency,
    things=(
        Things(
            name=views.EMERGENCY_THINGS,
            key=lambda event: event.incident_id,
            state=IncidentState,
            add=add,
            place=lambda incident: (incident.longitude, incident.latitude),
            document=document,
        ),
    ),
)
