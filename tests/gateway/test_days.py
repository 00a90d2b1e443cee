"""What manifests say of the days of a range."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from citystream.contracts.city_day import HOUR_MS, CityDay, city_day
from citystream.contracts.manifest import BatchView, Compacted, Manifest, Stored
from gateway.days import Days, IncompleteDay, days_of, extent_s

VIEW = "windows.traffic.road"
# Its midnight is a quarter past 18 UTC: two days touch that hour.
KATHMANDU = ZoneInfo("Asia/Kathmandu")
FIRST, SECOND = (city_day(date(2026, 3, number), KATHMANDU) for number in (10, 11))
MIDNIGHT_S = SECOND.start_ms // 1000


def manifest(day: CityDay, *reasons: str, of_events: str = "", timezone: str = "Asia/Kathmandu") -> Manifest:
    shift_ms = 0 if timezone == "Asia/Kathmandu" else HOUR_MS
    objects = [Stored(f"{day.date}/{hour_ms}", hour_ms, 1) for hour_ms in day.hours_ms]
    return Manifest(
        date=day.date.isoformat(),
        timezone=timezone,
        start_ms=day.start_ms + shift_ms,
        end_ms=day.end_ms + shift_ms,
        published_ms=day.end_ms,
        compacted={"traffic": Compacted(version="c", reasons=[of_events] if of_events else [])},
        views={
            VIEW: BatchView(version="v", made_from={"traffic": "c"}, objects=objects, reasons=list(reasons))
        },
    )


def both(*reasons_of_the_second: str) -> Days:
    return days_of([(FIRST, manifest(FIRST)), (SECOND, manifest(SECOND, *reasons_of_the_second))], VIEW)


def test_a_window_over_midnight_is_closed_where_both_days_are() -> None:
    straddling = (MIDNIGHT_S - 150, MIDNIGHT_S + 150)
    assert both().cover(*straddling)
    assert not both("records are missing").cover(*straddling)
    assert both("records are missing").cover(MIDNIGHT_S - 300, MIDNIGHT_S)
    assert not days_of([(FIRST, manifest(FIRST))], VIEW).cover(*straddling)
    assert not days_of([(SECOND, manifest(SECOND))], VIEW).cover(*straddling)


def test_objects_are_those_of_the_hours_that_a_range_touches() -> None:
    hour_ms = MIDNIGHT_S * 1000 // HOUR_MS * HOUR_MS
    of_both = [f"2026-03-10/{hour_ms}", f"2026-03-11/{hour_ms}"]
    assert both().objects(MIDNIGHT_S - 150, MIDNIGHT_S + 150) == of_both
    hour_s = hour_ms // 1000
    assert both().objects(hour_s - 1, hour_s) == [f"2026-03-10/{hour_ms - HOUR_MS}"]
    assert both().objects(hour_s, hour_s + 1) == of_both


@pytest.mark.parametrize(
    ("of_the_day", "reasons", "answers"),
    [
        (manifest(FIRST, "late", of_events="late"), ["late"], True),
        (manifest(FIRST, of_events="a gap"), ["a gap"], True),
        (
            manifest(FIRST, timezone="UTC"),
            ["it is a day of UTC, and the city's are of Asia/Kathmandu"],
            False,
        ),
    ],
)
def test_a_day_is_incomplete_for_its_views_reasons_its_events_and_another_zone(
    of_the_day: Manifest, reasons: list[str], answers: bool
) -> None:
    days = days_of([(FIRST, of_the_day)], VIEW)
    assert days.incomplete() == [IncompleteDay("2026-03-10", reasons)]
    assert days.answer == answers
    assert not days.cover(FIRST.start_ms // 1000, FIRST.start_ms // 1000 + 1)


def test_a_day_without_the_view_says_so_and_answers_nothing() -> None:
    days = days_of([(FIRST, manifest(FIRST))], "windows.gps.minute")
    assert days.incomplete() == [IncompleteDay("2026-03-10", ["it has no view windows.gps.minute"])]
    assert not days.answer


def test_windows_that_begin_in_a_range_last_beyond_it() -> None:
    assert extent_s(600, 1_200, 300) == (600, 1_200)
    assert extent_s(601, 1_201, 300) == (900, 1_500)
