"""What a road's readings say: an empty road is not a jam, and a queue that stands is one."""

from typing import Any

import msgspec
import pytest

from citystream.contracts.traffic import Level, Traffic, TrafficWindow
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.rows import restore
from services.traffic.aggregate import add
from tests.citystream.changelogs import written_by_67884fb
from tests.field.table import AT_MS, CLEAN
from tests.services.descriptions import SERVICES

FREE_FLOW_KMH = 50.0

Reading = tuple[int | None, float | None, float | None]
"""Vehicles, speed, occupancy."""
EMPTY: Reading = (0, 0.0, 0.0)
FREE: Reading = (10, 50.0, 6.0)
STANDS: Reading = (0, None, 90.0)


def window(*readings: Reading) -> TrafficWindow:
    state = TrafficWindow()
    for vehicles, speed, occupancy in readings:
        sent = {"vehicle_count": vehicles, "speed_kmh": speed, "occupancy_pct": occupancy}
        add(state, msgspec.convert(CLEAN["traffic"] | sent, Traffic), AT_MS)
    return state


def test_an_empty_road_at_night_is_as_fast_as_its_one_car() -> None:
    summary = window((10, 50.0, 1.0), *[EMPTY] * 9).summary()
    assert summary["mean_speed_kmh"] == summary["min_speed_kmh"] == summary["max_speed_kmh"] == 50
    assert [summary[name] for name in ("p15_speed_kmh", "p50_speed_kmh", "p85_speed_kmh")] == [
        pytest.approx(50, rel=0.01)
    ] * 3
    assert (summary["readings"], summary["vehicles"], summary["stddev_speed_kmh"]) == (10, 10, 0)


@pytest.mark.parametrize(
    ("readings", "mean_kmh", "level"),
    [
        ([FREE, EMPTY], 50, "free"),
        ([(None, 20.0, None)], 20, "moderate"),
        ([(3, 9.0, None)], 9, "jammed"),
        # Nothing drove: not jammed, and no speed is made up.
        ([EMPTY, EMPTY], None, "free"),
        ([(None, None, 3.0)], None, "free"),
        ([(7, None, None)], None, "free"),
        # All stands.
        ([STANDS], None, "jammed"),
        ([(None, None, 50.0)], None, "jammed"),
        ([(0, 0.0, 100.0)], None, "jammed"),
        ([(None, None, 49.9)], None, "free"),
        # What came through was not standing.
        ([(4, None, 90.0)], None, "free"),
        ([STANDS, FREE], 50, "jammed"),
        ([STANDS, FREE, FREE], 50, "free"),
        ([], None, "unknown"),
    ],
)
def test_the_level_of_a_window(readings: list[Reading], mean_kmh: float | None, level: Level) -> None:
    state = window(*readings)
    assert (state.mean_speed_kmh, state.congestion_level(FREE_FLOW_KMH)) == (mean_kmh, level)


def test_what_stands_needs_no_free_flow_speed_to_be_a_jam() -> None:
    assert window(STANDS).congestion_level(None) == "jammed"
    assert window(FREE).congestion_level(None) == "unknown"


def test_the_weighted_mean_counts_each_vehicle() -> None:
    summary = window((1, 10.0, None), (3, 50.0, None), (None, 90.0, None)).summary()
    assert summary["mean_speed_kmh"] == 50
    assert summary["weighted_mean_speed_kmh"] == 40
    assert window((None, 90.0, None)).summary()["weighted_mean_speed_kmh"] is None


def test_windows_of_an_earlier_version_keep_their_means_and_merge_with_new_ones() -> None:
    """Twenty readings of 2 vehicles each, at 40 to 59 km/h, written by version 67884fb."""
    fold: PartitionFold[Any] = PartitionFold(SERVICES["traffic"], TimeRules(0, 0, 0, window_s=10), 0)
    restore(fold, written_by_67884fb("traffic"))
    old = {slot.start_s * 1000 - AT_MS: slot.state for slot in fold.all_slots()}[10_000]
    assert old.mean_speed_kmh == 54.5
    merged = old.merge(window(EMPTY, STANDS, (2, 54.5, None)))
    assert (merged.readings, merged.mean_speed_kmh, merged.standing) == (13, 54.5, 1)
    assert merged.summary()["weighted_mean_speed_kmh"] == 54.5
    assert merged.summary()["vehicles"] == 22
