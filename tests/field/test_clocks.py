"""Senders' clocks: one that is wrong spoils nothing for others."""

from typing import Any

import msgspec

from citystream.fold.fold import PartitionFold, TimeRules
from tests.citystream.records import FakeRecord
from tests.field.table import AT_MS, CLEAN
from tests.services.descriptions import SERVICES

RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000, window_s=10)


def fold_of(type_: str, *sent: tuple[float, float, str]) -> PartitionFold[Any]:
    """Events as (seconds of the sender's clock, seconds of Kafka's, name of the thing)."""
    fold: PartitionFold[Any] = PartitionFold(SERVICES[type_], RULES, 0)
    field = {"gps": "vehicle_id", "emergency": "incident_id", "traffic": "road_id"}[type_]
    fold.fold(
        [
            FakeRecord(offset, encoded(type_, at_s, field, name), AT_MS + round(kafka_s * 1000))
            for offset, (at_s, kafka_s, name) in enumerate(sent)
        ]
    )
    return fold


def encoded(type_: str, at_s: float, field: str, name: str) -> bytes:
    time_ms = AT_MS + round(at_s * 1000)
    return msgspec.json.encode(CLEAN[type_] | {field: name, "timestamp": time_ms, "event_id": None})


def seconds(fold: PartitionFold[Any], view: str) -> dict[str, float]:
    """When each thing of a view was last heard of."""
    return {slot.key: (slot.time_ms - AT_MS) / 1000 for slot in fold.all_slots() if slot.view.name == view}


def test_a_clock_that_is_ahead_does_not_move_the_watermark() -> None:
    fold = fold_of("traffic", (0, 0, "sound"), (50, 1, "ahead"), (2, 2, "sound"))
    assert fold.watermark_ms == AT_MS + 2_000 - RULES.disorder_ms
    assert fold.counters.late == 0
    # It counts in the window that it names.
    assert {(slot.key, slot.start_s * 1000 - AT_MS) for slot in fold.all_slots()} == {
        ("sound", 0),
        ("ahead", 50_000),
    }


def test_what_is_published_is_not_of_the_future() -> None:
    fold = fold_of("gps", (50, 1, "ahead"), (2, 2, "sound"))
    assert seconds(fold, "position") == {"ahead": 1, "sound": 2}
    assert seconds(fold_of("emergency", (50, 1, "ahead")), "incident") == {"ahead": 1}
    assert seconds(fold_of("traffic", (50, 1, "ahead")), "road") == {"ahead": 1}


def test_a_tracks_point_is_not_of_the_future() -> None:
    fold = fold_of("gps", (50, 1, "ahead"))
    (minute,) = (slot for slot in fold.all_slots() if slot.view.name == "minute")
    assert minute.state.last_ms == AT_MS + 1_000


def test_a_vehicle_whose_clock_was_set_right_is_seen_at_once() -> None:
    fold = fold_of("gps", (50, 1, "bus"), (2, 2, "bus"))
    assert seconds(fold, "position") == {"bus": 2}


def test_an_event_older_than_its_views_life_makes_no_live_state() -> None:
    fold = fold_of("gps", (0, 0, "live"), (-86_410, 0, "yesterday's"), (-3_600, 0, "an hour's"))
    assert set(seconds(fold, "position")) == {"live", "an hour's"}
    assert fold.counters.refused == 0


def test_a_feed_of_old_data_is_as_live_as_one_of_today() -> None:
    # Kafka's time is a year later; the partition's own watermark is not.
    year_s = 365 * 86_400
    fold = fold_of("gps", (0, year_s, "old"), (30, year_s + 1, "older"), (31, year_s + 2, "old"))
    assert seconds(fold, "position") == {"old": 31, "older": 30}
    assert fold.watermark_ms == AT_MS + 31_000 - RULES.disorder_ms


def test_a_thing_that_expired_is_not_published_again_by_an_old_event() -> None:
    two_days_s = 2 * 86_400
    fold = fold_of("gps", (0, 0, "gone"), (two_days_s, two_days_s, "other"))
    fold.take_touched()
    again = encoded("gps", 10, "vehicle_id", "gone")
    fold.fold([FakeRecord(2, again, AT_MS + two_days_s * 1000)])
    assert [slot.view.name for slot in fold.take_touched()] == []
    assert fold.counters.folded == 3
