"""Atom (RFC 4287): the active incidents, each with a link to its CAP message."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from citystream.contracts.city_model import Road
from citystream.contracts.emergency import IncidentState
from citystream.contracts.event_time import rfc3339
from gateway.standards import cap, incident_words
from gateway.standards.xml_text import element
from gateway.view import Entry

NAMESPACE = "http://www.w3.org/2005/Atom"
CAP = "application/cap+xml"


def feed(
    entries: Iterable[Entry[IncidentState]], updated_ms: int, sender: str, roads: Mapping[str, Road]
) -> bytes:
    """The list, as XML. Links are relative to where the list is."""
    root = ElementTree.Element("feed", xmlns=NAMESPACE)
    element(root, "id", _id(sender))
    element(root, "title", "Active emergencies")
    element(root, "updated", rfc3339(updated_ms))
    author = ElementTree.SubElement(root, "author")
    element(author, "name", sender)
    ElementTree.SubElement(root, "link", rel="self", href="alerts")
    for entry in entries:
        if entry.value is not None:
            _entry(root, entry.key, entry.value, sender, roads)
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _entry(
    root: ElementTree.Element, key: str, incident: IncidentState, sender: str, roads: Mapping[str, Road]
) -> None:
    entry = ElementTree.SubElement(root, "entry")
    element(entry, "id", _id(f"{sender}/{quote(key, safe='')}"))
    element(entry, "title", incident_words.headline(incident, roads))
    element(entry, "updated", rfc3339(incident.time_ms))
    element(entry, "published", rfc3339(incident_words.reported_ms(incident)))
    element(entry, "summary", incident_words.description(incident))
    ElementTree.SubElement(entry, "category", term=cap.CATEGORIES[incident.kind])
    ElementTree.SubElement(entry, "link", rel="alternate", type=CAP, href=f"alerts/{quote(key, safe='')}.xml")


def _id(name: str) -> str:
    """The same in every process and for all time, as the standard wants it."""
    return uuid5(NAMESPACE_URL, name).urn
