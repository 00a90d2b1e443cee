"""Days of the city, and the hours of arrival that they are made from."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from batch.slices import Span, arrival_hours, hours_of, own_hours, reach, spanned
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day, day_at, floor_hour

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
    "Antarctica/Troll",
]
zones = pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=ZONES)


def days(zone: ZoneInfo, first: date, count: int) -> list[CityDay]:
    return [city_day(first + timedelta(days=number), zone) for number in range(count)]


def year(zone: ZoneInfo) -> list[CityDay]:
    return days(zone, date(2026, 1, 1), 365)


@zones
def test_days_follow_each_other_without_gap_or_overlap(zone: ZoneInfo) -> None:
    found = year(zone)
    for day, after in pairwise(found):
        assert day.end_ms == after.start_ms
        assert day_at(day.start_ms, zone) == day_at(day.end_ms - 1, zone) == day


def test_a_day_in_spring_has_23_hours_and_one_in_autumn_25() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = city_day(date(2026, 3, 29), berlin), city_day(date(2026, 10, 25), berlin)
    assert (len(spring.hours_ms), len(autumn.hours_ms)) == (23, 25)
    assert datetime.fromtimestamp(spring.start_ms / 1000, UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert datetime.fromtimestamp(autumn.end_ms / 1000, UTC) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_midnight_that_the_clock_skips_is_when_it_goes_on() -> None:
    # In Havana the clock goes from 0:00 to 1:00 on the 8th of March 2026.
    day = city_day(date(2026, 3, 8), ZoneInfo("America/Havana"))
    assert day.end_ms - day.start_ms == 23 * HOUR_MS


@zones
def test_an_hour_of_arrival_reaches_the_days_that_are_made_from_it(zone: ZoneInfo) -> None:
    for change in (date(2026, 3, 5), date(2026, 3, 26), date(2026, 4, 2), date(2026, 10, 22)):
        near = days(zone, change - timedelta(days=4), 12)
        for hour_ms in range(floor_hour(near[4].start_ms), near[8].start_ms, HOUR_MS):
            made_from_it = [day for day in near if hour_ms in arrival_hours(day)]
            assert reach(hour_ms, zone) == Span(made_from_it[0].start_ms, made_from_it[-1].end_ms)


@zones
def test_each_hour_of_arrival_is_one_days_own(zone: ZoneInfo) -> None:
    hours = [hour for day in year(zone) for hour in own_hours(day)]
    assert hours == list(range(hours[0], hours[-1] + HOUR_MS, HOUR_MS))


def test_a_day_is_made_from_an_hour_before_it_to_three_days_after() -> None:
    day = city_day(date(2026, 11, 27), ZoneInfo("UTC"))
    hours = arrival_hours(day)
    assert (hours[0], hours[-1]) == (day.start_ms - HOUR_MS, day.end_ms + 71 * HOUR_MS)
    assert spanned(hours) == Span(day.start_ms - HOUR_MS, day.end_ms + 72 * HOUR_MS)


def test_what_a_span_has_outside_another() -> None:
    assert Span(0, 10).without(Span(3, 5)) == [Span(0, 3), Span(5, 10)]
    assert Span(0, 10).without(Span(-5, 5)) == [Span(5, 10)]
    assert Span(0, 10).without(Span(20, 30)) == [Span(0, 10)]
    assert Span(0, 10).without(Span(0, 10)) == []
    assert list(hours_of(Span(1, HOUR_MS + 1))) == [0, HOUR_MS]
