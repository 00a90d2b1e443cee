"""Which events are the same: an id is its sender's own."""

import msgspec
import pytest

from citystream.contracts.emergency import Emergency
from citystream.contracts.event import Event
from citystream.contracts.identity import entity_of, identity_of
from citystream.contracts.registry import EVENTS
from tests.field.table import AT_MS, CLEAN
from tests.harness.events import Fields

ENTITIES = {
    "gps": "vehicle_id",
    "traffic": "sensor_id",
    "emergency": "incident_id",
    "weather": "station_id",
    "camera": "camera_id",
}


def identity(type_: str, fields: Fields, time_ms: int = AT_MS) -> str:
    return identity_of(EVENTS[type_])(msgspec.convert(CLEAN[type_] | fields, EVENTS[type_]), time_ms)


@pytest.mark.parametrize("type_", EVENTS)
def test_the_same_id_of_another_entity_is_another_event(type_: str) -> None:
    assert identity(type_, {}) != identity(type_, {ENTITIES[type_]: "another"})
    assert identity(type_, {}) == identity(type_, {}, AT_MS + 1)
    assert identity(type_, {}) != identity(type_, {"event_id": "18"})


@pytest.mark.parametrize("type_", EVENTS)
def test_without_an_id_the_time_tells_events_of_an_entity_apart(type_: str) -> None:
    nameless = {"event_id": None}
    assert identity(type_, nameless) == identity(type_, nameless)
    assert identity(type_, nameless) != identity(type_, nameless, AT_MS + 1)
    assert identity(type_, nameless) != identity(type_, nameless | {ENTITIES[type_]: "another"})
    assert identity(type_, nameless) != identity(type_, {"event_id": str(AT_MS)})


def test_two_sensors_of_one_road_and_probe_data_of_it_are_three_entities() -> None:
    ids = {identity("traffic", {"sensor_id": sensor}) for sensor in ("a", "b", None)}
    assert len(ids) == 3


def test_one_id_for_a_whole_incident_does_not_lose_its_steps() -> None:
    steps = [identity("emergency", {"status": status}) for status in ("reported", "on_scene", "resolved")]
    assert len(set(steps)) == 3
    assert entity_of(Emergency)(msgspec.convert(CLEAN["emergency"], Emergency)) == "2026-0815"


def test_a_type_that_declares_no_entity_is_told() -> None:
    class Nobody(Event, frozen=True, kw_only=True):
        """Of nobody."""

    with pytest.raises(TypeError, match="entity_fields"):
        identity_of(Nobody)
