"""Archives of all kinds: each record of the day once, whatever objects it lies in."""

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from batch.compact import compact
from batch.raw import TAIL_BYTES
from batch.session import Session
from batch.version import new_version
from citystream.contracts.city_day import CityDay, city_day
from citystream.contracts.manifest import Compacted
from tests.batch import published
from tests.batch.archive import put, put_body
from tests.citystream.records import FakeRecord
from tests.harness.events import encode

UTC = ZoneInfo("UTC")
MINUTE_MS = 60_000
OLD = Path(__file__).with_name("traffic-67884fb.parquet")


def day(number: int) -> CityDay:
    """A day that no other test's archive reaches."""
    return city_day(date(2026, 3, 1) + timedelta(days=10 * number), UTC)


def records(of: CityDay, first: int, minutes: range, *, ahead: int = 0) -> list[FakeRecord]:
    """A reading a minute at offsets from `first` on, as it arrived: so many minutes after the day's start."""
    return [
        FakeRecord(
            offset, reading(of.start_ms + minute * MINUTE_MS), of.start_ms + minute * MINUTE_MS + ahead
        )
        for offset, minute in enumerate(minutes, first)
    ]


def reading(time_ms: int) -> bytes:
    event = {"event_id": str(time_ms), "sensor_id": "sensor-1", "road_id": "road-1", "timestamp": time_ms}
    return encode(event | {"speed_kmh": 50.0, "vehicle_count": 2})


AFTER = range(24 * 60 + 5, 24 * 60 + 10)
"""Minutes after the day's end and what may be late."""


async def compacted(it: Session, of: CityDay) -> Compacted:
    return (await compact(it, of, new_version(of)))["traffic"]


def offsets(it: Session, found: Compacted) -> list[tuple[int, int]]:
    rows = published.rows(it.settings, found.objects)
    return sorted((row["partition"], row["offset"]) for row in rows)


async def test_an_archive_written_at_67884fb_compacts(it: Session) -> None:
    of = day(0)
    last = FakeRecord(43, b"", of.end_ms + 20 * MINUTE_MS)
    put_body(it.settings, "traffic", FakeRecord(0, b"", of.start_ms), last, OLD.read_bytes(), {})
    found = await compacted(it, of)
    rows = published.rows(it.settings, found.objects)
    # The first happened two seconds before the day began.
    assert [row["event_id"] for row in sorted(rows, key=lambda row: row["offset"])] == [
        str(number) for number in range(1, 40)
    ]
    assert {row["entity"] for row in rows} == {"sensor-0", "sensor-1", "sensor-2"}
    assert all(row["speed_kmh"] == 40.0 + int(row["event_id"]) for row in rows)
    (refused,) = published.rows(it.settings, found.unreadable)
    assert (refused["offset"], refused["field"], refused["value"]) == (41, "$", b'{"event_id":"x","road_id":')
    assert (found.rows, found.duplicates, found.repeated, found.reasons) == (39, 1, 0, [])


async def test_records_that_lie_in_two_objects_count_once(it: Session) -> None:
    of = day(1)
    put(it.settings, "traffic", records(of, 0, range(40)))
    put(it.settings, "traffic", records(of, 30, range(30, 60)))
    put(it.settings, "traffic", records(of, 60, AFTER))
    found = await compacted(it, of)
    assert offsets(it, found) == [(0, offset) for offset in range(60)]
    assert (found.repeated, found.duplicates, found.reasons) == (10, 0, [])


async def test_the_same_offsets_of_a_topic_made_anew_are_other_records(it: Session) -> None:
    of = day(2)
    put(it.settings, "traffic", records(of, 0, range(40)))
    put(it.settings, "traffic", records(of, 0, range(70, 90)))
    # In the same hour as the first, so its name tells of the generation.
    put(it.settings, "traffic", records(of, 0, range(40, 45)), generation=1)
    put(it.settings, "traffic", records(of, 20, AFTER))
    found = await compacted(it, of)
    assert found.rows == 40 + 20 + 5
    assert (found.repeated, found.duplicates, found.reasons) == (0, 0, [])


async def test_an_object_that_cant_be_read_is_named_and_costs_no_other(it: Session) -> None:
    of = day(3)
    put(it.settings, "traffic", records(of, 0, range(40)))
    broken = records(of, 40, range(40, 50))
    key = put_body(it.settings, "traffic", broken[0], broken[-1], b"PAR1 cut short", {})
    put(it.settings, "traffic", records(of, 50, range(50, 60)))
    put(it.settings, "traffic", records(of, 60, AFTER))
    found = await compacted(it, of)
    assert found.rows == 50
    assert found.reasons[0].startswith(f"{key} can't be read: ")
    assert found.reasons[1:] == ["partition 0: offsets 40 to 49 are not in the archive"]


async def test_an_object_that_begins_days_before_reaches_into_the_day(it: Session) -> None:
    of = day(4)
    # A quiet partition's: its object was long in filling.
    put(it.settings, "traffic", records(of, 0, range(-3000, 100, 50)))
    put(it.settings, "traffic", records(of, 62, AFTER))
    # One that has no other object.
    put(it.settings, "traffic", records(of, 0, range(-1500, 100, 50), ahead=7), partition=1)
    found = await compacted(it, of)
    assert offsets(it, found) == [(0, 60), (0, 61)]
    assert (found.duplicates, found.repeated) == (2, 0)
    assert found.reasons == []


async def test_a_partition_that_is_quiet_around_midnight_lacks_nothing(it: Session) -> None:
    of = day(9)
    put(it.settings, "traffic", records(of, 0, range(-150, -120)), follows=0)
    put(it.settings, "traffic", records(of, 30, range(30, 60)), follows=30)
    put(it.settings, "traffic", records(of, 60, AFTER), follows=60)
    found = await compacted(it, of)
    assert (found.rows, found.reasons) == (30, [])


async def test_what_transactions_took_is_no_gap_and_what_retention_took_is_one(it: Session) -> None:
    for number, follows, reasons in (
        (5, 40, []),
        (6, 45, ["partition 0: offsets 40 to 44 are not in the archive"]),
    ):
        of = day(number)
        put(it.settings, "traffic", records(of, 0, range(40)), follows=0)
        put(it.settings, "traffic", records(of, 45, range(45, 60)), follows=follows)
        put(it.settings, "traffic", records(of, 60, AFTER), follows=60)
        assert (await compacted(it, of)).reasons == reasons


async def test_only_what_may_be_of_the_day_is_read_of_later_objects(it: Session) -> None:
    of = day(7)
    put(it.settings, "traffic", records(of, 0, range(40)))
    # Larger than the part of it that is asked for: values that do not pack.
    rng = random.Random(1)
    many = [
        replace(one, value=one.value[:-1] + b',"firmware":"%b"}' % rng.randbytes(100).hex().encode())
        for one in records(of, 40, range(24 * 60 + 70, 24 * 60 + 1_000))
        if one.value
    ]
    late = many[500]
    many[500] = replace(late, value=reading(of.end_ms - 1_000))
    key = put(it.settings, "traffic", many)
    assert published.size(it.settings, key) > TAIL_BYTES
    found = await compacted(it, of)
    assert offsets(it, found) == [(0, offset) for offset in (*range(40), 540)]
    assert found.reasons == []


async def test_a_type_without_an_archive_is_empty_and_not_complete(it: Session) -> None:
    of = day(8)
    found = await compact(it, of, new_version(of))
    assert found["gps"] == msgspec.structs.replace(
        found["gps"], rows=0, objects=[], reasons=["nothing is archived from its day on"]
    )
    assert set(found) == {"camera", "emergency", "gps", "traffic", "weather"}


async def test_a_day_that_is_not_over_says_so(it: Session) -> None:
    of = city_day(date.today() + timedelta(days=1), UTC)  # noqa: DTZ011 - the clock is what it is about
    assert "is not over" in (await compacted(it, of)).reasons[0]
