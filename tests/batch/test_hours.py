"""Hours of the city's clock, in zones where they are not those of UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from batch.daily.hours import SLOT_MS, at_hours, clock
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day

LORD_HOWE_BACK = [0, 1, 1, *range(2, 24)]
"""The clock goes back by half an hour at 2, so the hour from 1:30 on comes as half a one."""


def hours_of(day: CityDay) -> list[dict[str, int]]:
    rows: list[dict[str, int]] = ibis.duckdb.connect().to_pyarrow(clock([day]).order_by("slot")).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("Asia/Kathmandu", date(2026, 7, 1), list(range(24))),
        ("Europe/Berlin", date(2026, 10, 25), [0, 1, 2, 2, *range(3, 24)]),
        ("Europe/Berlin", date(2026, 3, 29), [0, 1, *range(3, 24)]),
        # Midnight is skipped.
        ("America/Santiago", date(2026, 9, 6), list(range(1, 24))),
        ("Australia/Lord_Howe", date(2026, 4, 5), LORD_HOWE_BACK),
    ],
)
def test_an_hour_begins_where_the_clock_says_so(zone: str, on: date, hours: list[int]) -> None:
    day = city_day(on, ZoneInfo(zone))
    rows = hours_of(day)
    assert [row["slot"] * SLOT_MS for row in rows] == list(range(day.start_ms, day.end_ms, SLOT_MS))
    starts = {row["hour_start"]: row["hour"] for row in rows}
    assert list(starts.values()) == hours
    for row in rows:
        at = datetime.fromtimestamp(row["slot"] * SLOT_MS / 1000, ZoneInfo(zone))
        assert (row["hour"], row["weekday"]) == (at.hour, on.isoweekday())
        assert 0 <= row["slot"] * SLOT_MS - row["hour_start"] < HOUR_MS
        assert row["day_start"] == day.start_ms


def test_rows_of_other_days_are_left_out() -> None:
    day = city_day(date(2026, 7, 1), ZoneInfo("Asia/Kathmandu"))
    times = [day.start_ms - 1, day.start_ms, day.end_ms - 1, day.end_ms]
    rows = ibis.memtable(pa.table({"at": times}))
    found = ibis.duckdb.connect().to_pyarrow(at_hours(rows, "at", clock([day])).order_by("at")).to_pylist()
    assert [(row["at"], row["hour"]) for row in found] == [(day.start_ms, 0), (day.end_ms - 1, 23)]
