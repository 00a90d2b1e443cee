"""Where a vehicle can't be: without a fix, and far outside the city."""

from typing import Any

import msgspec
import pytest

from citystream.contracts.area import Area
from citystream.contracts.city_model import CityModel, Place, Road
from citystream.contracts.emergency import IncidentState
from citystream.fold.fold import PartitionFold, Slot, TimeRules
from citystream.fold.updates import Origin, updates
from services.emergency.aggregate import service as emergency
from services.gps.aggregate import service
from tests.citystream.records import FakeRecord
from tests.field.table import AT_MS, CLEAN

MARGIN_KM = 100.0
RULES = TimeRules(disorder_ms=0, lateness_ms=0, future_ms=0)
LUCERNE, FIJI = (8.31, 47.05), (179.4, -16.8)


def city(*places: tuple[float, float]) -> CityModel:
    road = Road("r", "", [places[0], places[-1]], 1.0, 50.0, 1, [])
    stations = {str(number): Place(str(number), "", at) for number, at in enumerate(places)}
    return CityModel(roads={"r": road}, hospitals={}, sensors={}, cameras={}, stations=stations)


def area(*places: tuple[float, float], margin_km: float = MARGIN_KM) -> Area:
    found = Area.around(city(*places), margin_km)
    assert found
    return found


def refusals(within: Area | None, *places: tuple[float, float]) -> list[str]:
    """What the dead letters of vehicles at these places say; "" is none."""
    fold: PartitionFold[Any] = PartitionFold(service(within), RULES, 0)
    fold.fold(
        [
            FakeRecord(
                offset,
                msgspec.json.encode(
                    CLEAN["gps"] | {"vehicle_id": str(offset), "longitude": longitude, "latitude": latitude}
                ),
                AT_MS,
            )
            for offset, (longitude, latitude) in enumerate(places)
        ]
    )
    told = {letter.offset: f"{letter.field}: {letter.reason}" for letter in fold.letters}
    shown = {slot.key for slot in fold.all_slots()}
    assert shown == {str(offset) for offset in range(len(places)) if offset not in told}
    return [told.get(offset, "") for offset in range(len(places))]


@pytest.mark.parametrize("within", [None, area(LUCERNE), area((0.1, 0.1))])
def test_a_receiver_without_a_fix_is_nowhere(within: Area | None) -> None:
    (told,) = refusals(within, (0.0, 0.0))
    assert told == "latitude: 0, 0 is what a receiver says that has no fix"
    assert refusals(None, (0.0, 51.48), (-0.001, 0.0)) == ["", ""]


def test_far_outside_the_city_is_a_dead_letter() -> None:
    north = MARGIN_KM / 111.195
    inside, outside = refusals(area(LUCERNE), (8.31, 47.05 + north - 0.01), (8.31, 47.05 + north + 0.01))
    assert inside == ""
    assert outside == "latitude: lies more than 100 km outside the city"


def test_a_margin_is_as_wide_as_it_is_high() -> None:
    # A degree of longitude is shorter there by the cosine: 76 km, not 111.
    assert refusals(area(LUCERNE), (8.31 + 1.25, 47.05), (8.31 + 1.45, 47.05))[0] == ""
    assert refusals(area(LUCERNE), (8.31 + 1.25, 47.05), (8.31 + 1.45, 47.05))[1]
    assert refusals(area(LUCERNE, margin_km=0), LUCERNE, (8.32, 47.05)) == [
        "",
        "latitude: lies more than 0 km outside the city",
    ]


def test_an_exchanged_pair_is_told() -> None:
    (told,) = refusals(area(LUCERNE), (47.05, 8.31))
    assert told.endswith("it would lie inside if latitude and longitude were exchanged")


def test_a_city_at_the_180th_meridian_goes_right_across_it() -> None:
    assert refusals(area(FIJI), (-179.9, -16.8), (179.9, -16.8), (178.0, -16.8))[:2] == ["", ""]
    assert refusals(area(FIJI), (-178.0, -16.8))[0]


def test_without_a_model_a_vehicle_may_be_anywhere() -> None:
    assert refusals(None, (8.31, 47.05), (-122.4, 37.8)) == ["", ""]
    assert Area.around(CityModel(roads={}, hospitals={}, sensors={}, cameras={}, stations={}), 1.0) is None


def incident(within: Area | None, *steps: dict[str, Any]) -> tuple[Any, dict[str, int]]:
    """The state of an incident after steps a second apart, and the forms that were told."""
    fold: PartitionFold[Any] = PartitionFold(emergency(within), RULES, 0)
    records = [
        FakeRecord(offset, msgspec.json.encode(CLEAN["emergency"] | step | {"event_id": str(offset)}), AT_MS)
        for offset, step in enumerate(steps)
    ]
    fold.fold(records)
    assert fold.letters == []
    (slot,) = fold.all_slots()
    forms, _ = fold.reader.take_tolerated()
    return slot.state, forms


@pytest.mark.parametrize(
    "place",
    [
        {"latitude": None, "longitude": None},
        {"latitude": 0, "longitude": 0},
        {"latitude": 123.4},
        {"latitude": "n/a"},
        {"latitude": -47.02, "longitude": 8.31},
    ],
)
def test_an_incident_is_kept_without_a_place_and_counted(place: dict[str, Any]) -> None:
    state, forms = incident(area(LUCERNE), place)
    assert (state.position, state.status) == (None, "reported")
    assert forms["unplaced"] == 1
    assert state.summary()["latitude"] is None
    (update,) = updates([(slot_of(state), Origin("emergency", 0, 0, {}))])
    assert update.place is None
    assert update.document()["longitude"] is None


def slot_of(state: Any) -> Slot:
    (view,) = emergency(None).things
    return Slot(view, "i", 0, state)


def test_an_incident_stays_where_it_was_when_a_step_has_no_place() -> None:
    state, forms = incident(
        None,
        {"status": "reported", "latitude": None},
        {"status": "dispatched", "latitude": 47.1, "longitude": 8.3},
        {"status": "on_scene", "latitude": 0, "longitude": 0},
    )
    assert (state.position, state.status) == ((8.3, 47.1), "on_scene")
    assert forms == {"unplaced": 2}


def test_a_place_of_an_earlier_version_is_kept_until_a_newer_one_is_told() -> None:
    """Its states say not which step the position is of: it is the newest."""
    old = IncidentState(time_ms=AT_MS - 1, partition=0, offset=5, latitude=47.0, longitude=8.0)
    unplaced, _ = incident(None, {"latitude": None})
    placed, _ = incident(None, {})
    assert old.merge(unplaced).position == unplaced.merge(old).position == (8.0, 47.0)
    assert old.merge(placed).position == placed.merge(old).position == (8.31, 47.02)
