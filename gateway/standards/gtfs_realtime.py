"""GTFS-Realtime 2.0: positions of buses, and active incidents as service alerts.

Each entity is encoded by itself, as a feed that has only it: protobuf messages add up when their bytes are
put one after another. So a feed is made of the bytes of the things that did not change since the last one.
"""

from collections.abc import Iterable, Mapping

from google.transit.gtfs_realtime_pb2 import (
    Alert,
    EntitySelector,
    FeedEntity,
    FeedHeader,
    FeedMessage,
    Position,
    TimeRange,
    TranslatedString,
    VehicleDescriptor,
    VehiclePosition,
)

from citystream.contracts.city_model import Road
from citystream.contracts.emergency import IncidentKind, IncidentState
from gateway import vehicles
from gateway.standards import incident_words
from gateway.view import Entry

VERSION = "2.0"
BUS = 3
"""Route type of GTFS. Which routes an incident touches is not known, so its alert is for buses at large."""

CAUSES: Mapping[IncidentKind, "Alert.Cause"] = {
    "medical": Alert.MEDICAL_EMERGENCY,
    "accident": Alert.ACCIDENT,
    "fire": Alert.OTHER_CAUSE,
    "crime": Alert.POLICE_ACTIVITY,
    "hazard": Alert.OTHER_CAUSE,
    # Of a kind that was not told, too.
    "other": Alert.UNKNOWN_CAUSE,
}


def vehicle(entry: Entry[vehicles.Position]) -> bytes:
    """A bus as a part of a feed; empty for what is none. Of a field that is None, protobuf sends nothing."""
    seen = entry.value
    if seen is None or seen.vehicle_type != "bus":
        return b""
    position = Position(
        latitude=seen.latitude,
        longitude=seen.longitude,
        bearing=None if seen.heading_deg is None else seen.heading_deg % 360,
        speed=None if seen.speed_kmh is None else seen.speed_kmh / 3.6,
    )
    return _part(
        FeedEntity(
            id=entry.key,
            vehicle=VehiclePosition(
                vehicle=VehicleDescriptor(id=entry.key),
                position=position,
                timestamp=seen.time_ms // 1000,
            ),
        )
    )


def alert(entry: Entry[IncidentState], roads: Mapping[str, Road]) -> bytes:
    """An incident as a part of a feed. What it does to the service is not known."""
    incident = entry.value
    if incident is None:
        return b""
    period = [TimeRange(start=incident_words.reported_ms(incident) // 1000)]
    return _part(
        FeedEntity(
            id=entry.key,
            alert=Alert(
                # The first is deprecated for the other two, and all that most readers know.
                active_period=period,
                communication_period=period,
                impact_period=period,
                informed_entity=[EntitySelector(route_type=BUS)],
                cause=CAUSES[incident.kind],
                effect=Alert.UNKNOWN_EFFECT,
                severity_level=severity(incident.severity),
                header_text=_text(incident_words.headline(incident, roads)),
                description_text=_text(incident_words.description(incident)),
            ),
        )
    )


def severity(of_5: int) -> "Alert.SeverityLevel":
    """The platform's five levels as the standard's three."""
    if of_5 <= 1:
        return Alert.INFO
    return Alert.WARNING if of_5 <= 3 else Alert.SEVERE


def feed(parts: Iterable[bytes], as_of_s: int) -> bytes:
    """All of a feed. `as_of_s` is the event time of the newest event in it, epoch seconds."""
    header = FeedHeader(
        gtfs_realtime_version=VERSION, incrementality=FeedHeader.FULL_DATASET, timestamp=as_of_s
    )
    return b"".join((FeedMessage(header=header).SerializeToString(), *parts))


def _part(entity: FeedEntity) -> bytes:
    # Partial: the header that a whole feed must have comes first, once.
    part: bytes = FeedMessage(entity=[entity]).SerializePartialToString()
    return part


def _text(words: str) -> TranslatedString:
    return TranslatedString(
        translation=[TranslatedString.Translation(text=words, language=incident_words.LANGUAGE)]
    )
