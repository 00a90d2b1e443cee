from random import Random

import msgspec
import pytest

from citystream.contracts.city_model import CityModel
from citystream.contracts.identity import entity_of
from citystream.contracts.registry import EVENTS
from citystream.fold.reader import Reader
from citystream.fold.tolerance import FORMS as TOLERATED
from simulator.field_forms import FORMS, in_field_form
from simulator.record import Record
from simulator.world import World
from tests.simulator.conftest import MONDAY_RUSH


@pytest.fixture(scope="module")
def events(model: CityModel) -> dict[str, list[Record]]:
    """Good events by type, several of each."""
    found: dict[str, list[Record]] = {type_: [] for type_ in EVENTS}
    for record in World(model, 1, MONDAY_RUSH).step(MONDAY_RUSH + 10_000):
        found[record.type].append(record)
    return found


@pytest.mark.parametrize(
    ("type_", "name"), [(type_, name) for type_, forms in FORMS.items() for name in forms]
)
def test_each_form_is_read_as_the_event_that_it_was_and_told_by_its_name(
    events: dict[str, list[Record]], type_: str, name: str
) -> None:
    clean, reader = Reader(EVENTS[type_], 60_000), Reader(EVENTS[type_], 60_000)
    entity = entity_of(EVENTS[type_])
    for record in events[type_]:
        value = FORMS[type_][name](msgspec.json.decode(record.value))
        assert value != record.value
        was, was_ms = clean.read(record.value, MONDAY_RUSH)
        found, found_ms = reader.read(value, MONDAY_RUSH)
        assert (entity(found), found_ms) == (entity(was), was_ms)
    assert not clean.tolerated
    # Fields that are missing are clean.
    assert reader.tolerated == ({name: len(events[type_])} if name in TOLERATED else {})
    assert len(events[type_]) >= 4


def test_every_form_that_is_tolerated_is_sent_but_the_one_that_changes_the_time() -> None:
    sent = {name for forms in FORMS.values() for name in forms}
    assert set(TOLERATED) - sent == {"leap_second"}


def test_numbers_for_ids_differ_between_events_and_runs(model: CityModel) -> None:
    records = [
        record
        for start_ms in (MONDAY_RUSH, MONDAY_RUSH + 1)
        for record in World(model, 1, start_ms).step(start_ms + 2_000)
    ]
    ids = {
        msgspec.json.decode(FORMS[type_]["number_for_text"](msgspec.json.decode(value)))["event_id"]
        for type_, _, value, _ in records
    }
    assert len(ids) == len(records) > 3_000


def test_every_form_of_a_type_is_drawn_and_the_record_stays_what_it_was(
    events: dict[str, list[Record]],
) -> None:
    record = events["camera"][0]
    drawn = [in_field_form(record, Random(seed)) for seed in range(200)]
    assert len({one.value for one in drawn}) == len(FORMS["camera"])
    assert {one._replace(value=record.value) for one in drawn} == {record}
