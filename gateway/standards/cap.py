"""CAP 1.2 (OASIS): an incident as an alert that is brought up to date with each of its steps.

Each step is a message of its own, named after the incident and the step's time. Only the newest can be had;
it names the ones that it replaces, so a reader knows which of its alerts it is about.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

from citystream.contracts.city_model import Road
from citystream.contracts.emergency import IncidentKind, IncidentState
from gateway.standards import incident_words
from gateway.standards.xml_text import element

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
RADIUS_KM = 0.1
"""Around the point. How far an incident reaches is not known: the standard wants an area to be looked at."""

CATEGORIES: Mapping[IncidentKind, str] = {
    "medical": "Health",
    "accident": "Transport",
    "fire": "Fire",
    "crime": "Security",
    "hazard": "Safety",
    "other": "Other",
}


def message(key: str, incident: IncidentState, sender: str, roads: Mapping[str, Road]) -> bytes:
    """The newest message of an incident, as XML."""
    root = ElementTree.Element("alert", xmlns=NAMESPACE)
    earlier = [_reference(key, sender, ms) for ms in _steps_before(incident)]
    element(root, "identifier", identifier(key, incident.time_ms))
    element(root, "sender", sender)
    element(root, "sent", date_time(incident.time_ms))
    element(root, "status", "Actual")
    element(root, "msgType", message_type(incident))
    element(root, "scope", "Public")
    if earlier:
        element(root, "references", " ".join(earlier))
    element(root, "incidents", quote(key, safe=""))
    info = ElementTree.SubElement(root, "info")
    element(info, "language", incident_words.LANGUAGE)
    element(info, "category", CATEGORIES[incident.kind])
    element(info, "event", incident_words.EVENTS[incident.kind])
    if incident.status == "resolved":
        element(info, "responseType", "AllClear")
    element(info, "urgency", "Immediate" if incident.active else "Past")
    element(info, "severity", severity(incident.severity))
    element(info, "certainty", certainty(incident))
    element(info, "onset", date_time(incident_words.reported_ms(incident)))
    element(info, "headline", incident_words.headline(incident, roads))
    element(info, "description", incident_words.description(incident))
    area = ElementTree.SubElement(info, "area")
    element(area, "areaDesc", incident_words.place(incident, roads))
    if incident.position:
        longitude, latitude = incident.position
        element(area, "circle", f"{latitude:.6f},{longitude:.6f} {RADIUS_KM}")
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def identifier(key: str, time_ms: int) -> str:
    """Name of the message of a step: no spaces, commas, < or &, whatever the incident's id has."""
    return f"{quote(key, safe='')}.{time_ms}"


def message_type(incident: IncidentState) -> str:
    """The first message is an `Alert`, a withdrawn report a `Cancel`, all else an `Update`."""
    if not any(_steps_before(incident)):
        return "Alert"
    return "Cancel" if incident.status == "cancelled" else "Update"


def severity(of_5: int) -> str:
    """The platform's five levels as the standard's four."""
    if of_5 >= 5:
        return "Extreme"
    if of_5 == 4:
        return "Severe"
    return "Moderate" if of_5 == 3 else "Minor"


def certainty(incident: IncidentState) -> str:
    """Whether someone has seen it: a unit was there, it was only reported, or that was withdrawn."""
    if incident.status == "cancelled":
        return "Unlikely"
    return "Observed" if {"on_scene", "transporting", "resolved"} & incident.first_ms.keys() else "Likely"


def date_time(ms: int) -> str:
    """Epoch milliseconds as the standard has UTC: whole seconds and `-00:00`, never `Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _steps_before(incident: IncidentState) -> Iterator[int]:
    """Times of the steps before the newest that are known, epoch milliseconds, oldest first."""
    return (ms for ms in sorted(set(incident.first_ms.values())) if ms < incident.time_ms)


def _reference(key: str, sender: str, ms: int) -> str:
    return f"{sender},{identifier(key, ms)},{date_time(ms)}"
