"""Incidents in words, for the standards that want sentences."""

from collections.abc import Mapping

from citystream.contracts.city_model import Road
from citystream.contracts.emergency import IncidentKind, IncidentState, IncidentStatus

LANGUAGE = "en"

EVENTS: Mapping[IncidentKind, str] = {
    "medical": "Medical emergency",
    "accident": "Accident",
    "fire": "Fire",
    "crime": "Crime",
    "hazard": "Hazard",
    "other": "Incident",
}
PROGRESS: Mapping[IncidentStatus, str] = {
    "reported": "It was reported; no unit is on its way yet.",
    "dispatched": "A unit was dispatched.",
    "en_route": "A unit is on its way.",
    "on_scene": "A unit is on the scene.",
    "transporting": "A patient is being brought to hospital.",
    "resolved": "It is over.",
    "cancelled": "The report was withdrawn.",
}


def place(incident: IncidentState, roads: Mapping[str, Road]) -> str:
    """Where it is: the road's name if the city model has it, else the point."""
    road = roads.get(incident.road_id) if incident.road_id is not None else None
    return road.name if road else point(incident)


def point(incident: IncidentState) -> str:
    """Latitude and longitude, or that they are not known."""
    if incident.position is None:
        return "a place that is not known"
    longitude, latitude = incident.position
    return f"{latitude:.5f}, {longitude:.5f}"


def headline(incident: IncidentState, roads: Mapping[str, Road]) -> str:
    """What is where."""
    return f"{EVENTS[incident.kind]}: {place(incident, roads)}"


def description(incident: IncidentState) -> str:
    """How bad it is, and what is being done."""
    return f"Severity {incident.severity} of 5, at {point(incident)}. {PROGRESS[incident.status]}"


def reported_ms(incident: IncidentState) -> int:
    """Event time of its first step, epoch milliseconds."""
    return min(incident.first_ms.values(), default=incident.time_ms)
