"""Events as columns and back."""

import random
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.columns import IDENTITY, ORIGIN, Read, Rows, columns, own_columns, table
from citystream.contracts.event import Event, Id
from citystream.contracts.gps import Gps
from citystream.contracts.identity import entity_of, identity_of
from citystream.fold.reader import Reader
from tests.harness.events import Fields, encode, fields
from tests.services.descriptions import SERVICES

NOW_MS = 1_790_000_000_000
TYPES = list(SERVICES)


def rows(type_: str, made: list[Fields]) -> pa.Table:
    """Rows of events at offsets from 0 on."""
    event = SERVICES[type_].event
    read = Reader(event, 60_000).read
    events, times = zip(*(read(encode(one), NOW_MS) for one in made), strict=True)
    kafka, offsets = pa.array([NOW_MS] * len(made), pa.int64()), pa.array(range(len(made)), pa.int64())
    return table(event, Read(3, list(events), list(times), kafka, offsets), entity_of(event))


@pytest.mark.parametrize("type_", TYPES)
def test_events_come_back_as_they_were(type_: str) -> None:
    event: type[Event] = SERVICES[type_].event
    rng = random.Random(1)
    made = [fields(type_, rng, number, NOW_MS - number) for number in range(50)]
    for one in made[::3]:
        del one["event_id"]
    found = list(Rows(event).events(rows(type_, made).to_batches()[0]))
    expected = [msgspec.structs.asdict(msgspec.convert(one, event)) for one in made]
    assert [msgspec.structs.asdict(one) for one, _, _ in found] == expected
    assert all(isinstance(one, event) for one, _, _ in found)
    assert [(time_ms, kafka_ms) for _, time_ms, kafka_ms in found] == [
        (NOW_MS - n, NOW_MS) for n in range(50)
    ]


@pytest.mark.parametrize("type_", TYPES)
def test_a_type_has_all_its_fields_and_whence_they_are(type_: str) -> None:
    event: type[Event] = SERVICES[type_].event
    expected = {*ORIGIN.names, *event.__struct_fields__} - {"timestamp"}
    assert set(columns(event).names) == expected
    assert {*IDENTITY, *event.identity_fields} <= expected


def test_what_is_not_known_stays_null() -> None:
    known = fields("camera", random.Random(1), 1, NOW_MS)
    unknown = known | {"counts": None}
    table = rows("camera", [unknown, known, unknown | {"mean_speed_kmh": None, "incident": "fire"}])
    assert table.column("counts").to_pylist()[0] is None
    assert table.column("counts").to_pylist()[1]["car"] == known["counts"]["car"]
    assert table.column("mean_speed_kmh").to_pylist() == [known["mean_speed_kmh"]] * 2 + [None]
    assert table.column("partition").to_pylist() == [3, 3, 3]
    assert rows("camera", [unknown, unknown]).column("counts").to_pylist() == [None, None]


def test_a_column_that_an_older_version_lacks_has_its_default() -> None:
    made = rows("gps", [fields("gps", random.Random(1), 1, NOW_MS)]).drop_columns(["vehicle_type", "road_id"])
    ((event, _, _),) = Rows(Gps).events(made.to_batches()[0])
    assert (event.vehicle_type, event.road_id) == ("other", None)


few = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(few, st.none() | few, st.integers(0, 2), few), min_size=2, max_size=2))
def test_columns_alike_are_the_contracts_identity_at_one_event_time(pair: list[tuple[Any, ...]]) -> None:
    for type_, service in SERVICES.items():
        event, identity = service.event, identity_of(service.event)
        identities, places = [], []
        for who, own_id, time_ms, status in pair:
            made = fields(type_, random.Random(1), 1, NOW_MS + time_ms)
            made |= {event.entity_fields[0]: who, "event_id": own_id}
            if event.identity_fields:
                made["status"] = {"a": "reported", "b": "dispatched", "c": "resolved"}[status]
            row = rows(type_, [made]).to_pylist()[0]
            places.append([row[name] for name in (*IDENTITY, *event.identity_fields)])
            identities.append((identity(msgspec.convert(made, event), NOW_MS + time_ms), time_ms))
        assert (places[0] == places[1]) == (identities[0] == identities[1])


class Odd(Event, frozen=True, gc=False, kw_only=True):
    """A type of somebody's own."""

    entity_fields = ("meter",)
    meter: Id
    values: list[int]


class Named(Event, frozen=True, gc=False, kw_only=True):
    """One more."""

    entity_fields = ("meter",)
    meter: Id
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


def test_a_field_that_no_column_is_known_for_is_named() -> None:
    with pytest.raises(TypeError, match=r"Odd\.values: no column is known for ListType"):
        own_columns(Odd)
    with pytest.raises(TypeError, match=r"Named\.offset: the compacted events have a column of this name"):
        own_columns(Named)
