"""Which day a run is about, by each kind of trigger and where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from batch.airflow.closed_day import closed_days, late_days
from citystream.contracts.city_day import HOUR_MS, city_day

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = {24: date(2026, 11, 27), 23: date(2026, 3, 29), 25: date(2026, 10, 25)}
"""Hours -> a day of Berlin that has as many."""


def half_past_seven(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, 30, tzinfo=BERLIN)


def test_the_days_have_as_many_hours() -> None:
    for hours, day in DAYS.items():
        made = city_day(day, BERLIN)
        assert made.end_ms - made.start_ms == hours * HOUR_MS


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("zone", [UTC, BERLIN], ids=str)
def test_a_scheduled_run_is_about_the_day_before_its_own(day: date, zone: ZoneInfo) -> None:
    due = half_past_seven(day + timedelta(days=1)).astimezone(zone)
    assert closed_days(BERLIN, due=due) == [day]


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_a_day_is_closed_from_its_midnight_on(day: date) -> None:
    end = datetime.fromtimestamp(city_day(day, BERLIN).end_ms / 1000, UTC)
    assert closed_days(BERLIN, due=end) == [day]
    assert closed_days(BERLIN, due=end - timedelta(microseconds=1)) == [day - timedelta(days=1)]


def test_the_day_is_the_city_s_and_not_that_of_utc() -> None:
    due = datetime(2026, 11, 28, 2, tzinfo=UTC)
    assert closed_days(ZoneInfo("America/Los_Angeles"), due=due) == [date(2026, 11, 26)]
    assert closed_days(ZoneInfo("Asia/Tokyo"), due=due) == [date(2026, 11, 27)]


def test_the_one_who_triggers_it_may_name_the_day() -> None:
    due = half_past_seven(date(2026, 11, 28))
    named = {"date": "2026-03-29"}
    assert closed_days(BERLIN, due=due, conf=named) == [date(2026, 3, 29)]
    assert closed_days(BERLIN, due=due, conf=named, extras=[{"date": "2026-05-01"}]) == [date(2026, 3, 29)]
    assert closed_days(BERLIN, due=due, conf={"why": "again"}) == [date(2026, 11, 27)]


def test_a_run_of_several_events_is_about_the_days_of_all() -> None:
    due = half_past_seven(date(2026, 11, 28))
    extras = [{"date": "2026-11-27"}, {"date": "2026-11-25"}, {"date": "2026-11-27"}]
    assert closed_days(BERLIN, due=due, extras=extras) == [date(2026, 11, 25), date(2026, 11, 27)]


@pytest.mark.parametrize(
    ("conf", "extras", "said"),
    [
        (
            {"date": "27.11.2026"},
            [],
            r"conf.date is '27.11.2026', which is no date: give \{\"date\": \"2026-",
        ),
        ({"date": 20261127}, [], "conf.date is 20261127"),
        ({}, [{"date": "2026-11-27"}, {}], "extra.date of an asset event is None"),
    ],
)
def test_what_is_no_date_is_told(conf: dict[str, object], extras: list[dict[str, object]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        closed_days(BERLIN, due=datetime.now(UTC), conf=conf, extras=extras)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        closed_days(BERLIN, due=datetime(2026, 11, 28))  # noqa: DTZ001 - that is it


def test_late_data_is_of_the_three_days_before() -> None:
    assert late_days(date(2026, 3, 30)) == [date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 29)]
