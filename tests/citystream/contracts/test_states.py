"""Every published state is a commutative monoid, and survives its journey."""

import inspect
import sys
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import sketch
from citystream.contracts.emergency import POSITION, TOLD, IncidentState, Place
from citystream.contracts.registry import EVENTS
from citystream.contracts.traffic import TrafficWindow, congestion_level

STATES: list[type[Any]] = [
    found
    for event in EVENTS.values()
    for _, found in inspect.getmembers(sys.modules[event.__module__], inspect.isclass)
    if hasattr(found, "merge") and found.__module__ == event.__module__
]

counts = st.integers(0, 2**53)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: counts,
    float: st.floats(-1e6, 1e6),
    float | None: st.none() | st.floats(-1e6, 1e6),
    str | None: st.none() | st.text(max_size=10),
    dict[int, int]: st.dictionaries(st.integers(-2000, 2000), counts, max_size=5),
    dict[str, Place]: st.fixed_dictionaries(
        dict.fromkeys((*TOLD, POSITION), st.tuples(counts, counts, counts))
    ),
    dict[str, int]: st.dictionaries(st.sampled_from(["reported", "on_scene"]), counts),
}


def states(state: type[Any]) -> st.SearchStrategy[Any]:
    def values(type_: Any) -> st.SearchStrategy[Any]:
        if get_origin(type_) is Literal:
            return st.sampled_from(get_args(type_))
        return VALUES[type_]

    made = {field.name: values(field.type) for field in msgspec.structs.fields(state)}
    return st.just(state()) | st.builds(state, **made).map(told)


def told(state: Any) -> Any:
    """A field of an incident has a place exactly when it was told."""
    if isinstance(state, IncidentState):
        if state.position is None:
            state.latitude = state.longitude = None
        held = {field: getattr(state, field) for field in (*TOLD, POSITION)}
        state.told_at = {field: state.told_at[field] for field, value in held.items() if value is not None}
    return state


def three(state: type[Any]) -> st.SearchStrategy[list[Any]]:
    # Two states of one key never hold the same record as their newest.
    place: Callable[[Any], Any] | None = None
    if state is IncidentState:
        place = lambda one: (one.time_ms, one.partition, one.offset)  # noqa: E731 - a key, named
    return st.lists(states(state), min_size=3, max_size=3, unique_by=place)


@pytest.mark.parametrize("state", STATES)
@given(data=st.data())
def test_merging_is_commutative_and_associative(state: type[Any], data: st.DataObject) -> None:
    one, two, other = data.draw(three(state))
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(other) == one.merge(two.merge(other))


@pytest.mark.parametrize("state", STATES)
@given(data=st.data())
def test_a_new_state_is_the_zero(state: type[Any], data: st.DataObject) -> None:
    one = data.draw(states(state))
    assert one.merge(state()) == one
    assert state().merge(one) == one


@pytest.mark.parametrize("state", STATES)
@given(data=st.data())
def test_merging_leaves_both_parts_as_they_were(state: type[Any], data: st.DataObject) -> None:
    one, two, _ = data.draw(three(state))
    before = msgspec.msgpack.encode((one, two))
    one.merge(two)
    assert msgspec.msgpack.encode((one, two)) == before


@pytest.mark.parametrize("state", STATES)
@given(data=st.data())
def test_a_state_survives_msgpack(state: type[Any], data: st.DataObject) -> None:
    one = data.draw(states(state))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=state) == one


@pytest.mark.parametrize("state", STATES)
def test_an_older_state_with_fewer_fields_still_reads(state: type[Any]) -> None:
    values = msgspec.msgpack.decode(msgspec.msgpack.encode(state()))
    for length in range(len(values)):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(values[:length]), type=state) == state()


@pytest.mark.parametrize("state", STATES)
def test_the_summary_of_nothing_is_json(state: type[Any]) -> None:
    msgspec.json.encode(state().summary())


def test_there_are_five_kinds_of_state() -> None:
    assert len(STATES) >= 5


def test_a_traffic_summary_is_that_of_its_readings() -> None:
    speeds = [20.0, 40.0, 60.0]
    window = TrafficWindow()
    for speed in speeds:
        window = window.merge(
            TrafficWindow(
                readings=1,
                vehicles=2,
                speed_sum=round(speed * 1_000_000),
                speed_sumsq=round(speed * 1_000) ** 2,
                speed_min=speed,
                speed_max=speed,
                speed_buckets={sketch.bucket(speed): 1},
            )
        )
    summary = window.summary()
    assert summary["readings"] == 3
    assert summary["vehicles"] == 6
    assert (summary["min_speed_kmh"], summary["mean_speed_kmh"], summary["max_speed_kmh"]) == (20, 40, 60)
    assert summary["stddev_speed_kmh"] == pytest.approx(16.3299, abs=1e-3)
    assert summary["p50_speed_kmh"] == pytest.approx(40, rel=0.011)
    assert summary["occupancy_pct"] is None


@pytest.mark.parametrize(
    ("mean_kmh", "free_kmh", "level"),
    [
        (50, 50, "free"),
        (40, 50, "free"),
        (39.9, 50, "light"),
        (30, 50, "light"),
        (29.9, 50, "moderate"),
        (20, 50, "moderate"),
        (19.9, 50, "heavy"),
        (10, 50, "heavy"),
        (9.9, 50, "jammed"),
        (0, 50, "jammed"),
        (None, 50, "unknown"),
        (30, None, "unknown"),
    ],
)
def test_congestion_is_speed_by_free_flow(mean_kmh: float | None, free_kmh: float | None, level: str) -> None:
    assert congestion_level(mean_kmh, free_kmh) == level
