"""Trends: every number of four weeks of a small city equals a plain recount."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from batch.daily import table
from batch.jobs import trends_of_day
from batch.publish import PublishError, publish
from batch.session import Session
from batch.table_writing import write_table
from batch.version import new_version
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day
from citystream.contracts.daily import ROAD_WINDOWS, ROADS
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.emergency import Emergency, IncidentStatus
from citystream.contracts.event import Event
from citystream.contracts.manifest import BatchView, Manifest
from citystream.contracts.trends import RELIABILITY, TRENDS, WEEK_HOURS
from citystream.settings import Settings
from tests.batch import published
from tests.batch.compacted import compacted
from tests.batch.conftest import settings_of
from tests.batch.recounted import Row, grouped, mean, percentile, same

BERLIN = ZoneInfo("Europe/Berlin")
LAST = city_day(date(2026, 10, 25), BERLIN)
"""Of 25 hours."""
EARLY = city_day(date(2026, 10, 18), BERLIN)
ROAD_IDS = ("jammed", "hit", "odd", "new")
FREE_KMH = {"jammed": 50.0, "hit": 60.0, "odd": 40.0}
"""Of `new` nothing is known."""
WINDOW_MS = 300_000
SEED = 5


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str) -> Settings:
    return settings_of(s3_endpoint).model_copy(update={"timezone": BERLIN.key})


def days() -> list[CityDay]:
    """Of four weeks two days are not published."""
    all_days = [LAST.date - timedelta(days=back) for back in range(27, -1, -1)]
    return [city_day(one, BERLIN) for one in all_days if one not in (date(2026, 10, 14), date(2026, 10, 2))]


def windows(day: CityDay, rng: random.Random) -> Iterator[Row]:
    """Three of the five minutes of each hour.

    `jammed` is so each afternoon, `hit` in two hours of the last day alone, `odd` at random; `new` is of the
    last days.
    """
    for road in ROAD_IDS:
        if road == "new" and day.date < LAST.date - timedelta(days=2):
            continue
        for start_ms in range(day.start_ms, day.end_ms, HOUR_MS):
            clock = datetime.fromtimestamp(start_ms / 1000, BERLIN).hour
            for slot in (0, 4, 11):
                jam = {
                    "jammed": 15 <= clock < 18 and rng.random() < 0.9,
                    "hit": day == LAST and clock in (9, 19),
                    "odd": rng.random() < 0.2,
                    "new": False,
                }[road]
                speed = rng.uniform(5, 15) if jam else rng.uniform(30, 60)
                yield {
                    "road_id": road,
                    "window_start": start_ms + slot * WINDOW_MS,
                    "readings": 5,
                    "vehicles": 9,
                    "mean_speed_kmh": None if rng.random() < 0.05 else round(speed, 3),
                    "congested": None if road == "new" else jam,
                }


INCIDENTS: dict[str, tuple[str, float, float | None]] = {
    "a": ("hit", 9.5, 10.4),
    "b": ("hit", 17, 19.99),
    "c": ("jammed", 0, 24),
    "d": ("odd", 21, None),
}
"""Road, and the hours of the last day from which and to which it is active."""


def at_ms(hour: float) -> int:
    """Of the last day."""
    return LAST.start_ms + round(hour * HOUR_MS)


def steps(start: float, end: float | None) -> Iterator[tuple[IncidentStatus, float]]:
    yield "reported", start
    if end is not None:
        yield "resolved", end


def incidents() -> list[Event]:
    """One that meets the morning's jam, one that is over before the evening's, one on a road that is always
    so, one that nobody ended. The clock went back at night: it shows an hour less than has passed."""
    return [
        Emergency(timestamp=at_ms(hour), incident_id=id_, status=status, severity=1, road_id=road)
        for id_, (road, start, end) in INCIDENTS.items()
        for status, hour in steps(start, end)
    ]


@pytest.fixture(scope="module")
def lived() -> dict[CityDay, list[Row]]:
    """Windows of each day."""
    rng = random.Random(SEED)
    return {day: list(windows(day, rng)) for day in days()}


async def written(it: Session, day: CityDay, view: DailyView, rows: Sequence[Row]) -> dict[str, BatchView]:
    made = table.of_rows(rows, view)
    return {batch_view(view): await write_table(it, day, new_version(day), view, made, {}, [])}


async def publish_day(it: Session, day: CityDay, rows: list[Row], folder: Path) -> None:
    """A day with its daily views; the last one has incidents too."""
    events = {}
    if day in (LAST, EARLY):
        events = {"emergency": compacted(it.settings, "emergency", new_version(day), incidents(), folder)}
    roads = [
        {"road_id": road, "readings": 1, "free_flow_kmh": FREE_KMH.get(road), "congested_h": 0.0}
        for road in ROAD_IDS
    ]
    views = await written(it, day, ROAD_WINDOWS, rows)
    views |= await written(it, day, ROADS, roads)
    await publish(it.store, it.settings.namespace, day, events, views)


@pytest.fixture(scope="module")
async def made(
    it: Session, lived: dict[CityDay, list[Row]], tmp_path_factory: pytest.TempPathFactory
) -> Manifest:
    folder = tmp_path_factory.mktemp("rows")
    for day, rows in lived.items():
        await publish_day(it, day, rows, folder)
    return await trends_of_day(it, LAST)


@pytest.fixture(scope="module")
def every(lived: dict[CityDay, list[Row]]) -> list[Row]:
    """All windows, with what the clock said."""
    found = []
    for day, rows in lived.items():
        for row in rows:
            at = datetime.fromtimestamp(row["window_start"] / 1000, BERLIN)
            place = {
                "ago": (LAST.date - day.date).days,
                "weekday": day.date.isoweekday(),
                "hour": at.hour,
                "slot": at.minute // 5,
            }
            found.append(row | place)
    return found


def kmh(rows: Sequence[Row]) -> list[float]:
    return [row["mean_speed_kmh"] for row in rows if row["mean_speed_kmh"] is not None]


def two_weeks(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    return [row for row in rows if row["ago"] < 7], [row for row in rows if 7 <= row["ago"] < 14]


def change(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else 100 * (now / before - 1)


def hours(rows: Sequence[Row]) -> float:
    return sum(row["congested"] is True for row in rows) / 12


def test_weeks_and_causes(it: Session, made: Manifest, every: list[Row]) -> None:
    expected = []
    for road, rows in sorted(grouped(every, lambda row: row["road_id"]).items()):
        week, before = two_weeks(rows)
        matched = {row["weekday"] for row in week} & {row["weekday"] for row in before}
        means = [mean(kmh([row for row in part if row["weekday"] in matched])) for part in (week, before)]
        count, count_before = (len({row["ago"] for row in part}) for part in (week, before))
        causes = {"recurring_h": 0.0, "incident_h": 0.0, "other_h": 0.0}
        for row in rows:
            if row["ago"] == 0 and row["congested"]:
                causes[cause(road, row, rows)] += 1 / 12
        expected.append(
            {
                "road_id": road,
                "days": count,
                "days_before": count_before,
                "mean_speed_kmh": mean(kmh(week)),
                "mean_speed_before_kmh": mean(kmh(before)),
                "change_pct": change(*means),
                "congested_h_a_day": hours(week) / count,
                "congested_h_a_day_before": hours(before) / count_before if count_before else None,
                **causes,
            }
        )
    found = published.daily(it.settings, made, TRENDS)
    same(found, expected)
    by_road = {row["road_id"]: row for row in found}
    assert by_road["jammed"]["recurring_h"] > 0
    # Two thirds of the morning's jam was met by one incident, the evening's by none.
    assert (by_road["hit"]["incident_h"], by_road["hit"]["other_h"]) == (0.167, 0.333)
    assert by_road["new"]["change_pct"] is None


def cause(road: str, window: Row, rows: Sequence[Row]) -> str:
    """Of a congested window."""
    place = window["hour"], window["slot"]
    same_time = [
        [
            row["congested"] is True
            for row in rows
            if (row["hour"], row["slot"]) == place and row["ago"] == ago
        ]
        for ago in (7, 14, 21)
    ]
    known = [any(those) for those in same_time if those]
    if len(known) >= 2 and sum(known) > len(known) / 2:
        return "recurring_h"
    start, end = window["window_start"], window["window_start"] + WINDOW_MS
    for where, hour, over_hour in INCIDENTS.values():
        over = LAST.end_ms if over_hour is None else at_ms(over_hour)
        if where == road and at_ms(hour) < end and over > start:
            return "incident_h"
    return "other_h"


def test_hours_of_the_week(it: Session, made: Manifest, every: list[Row]) -> None:
    expected: list[Row] = []
    for (road, weekday, hour), rows in grouped(
        every, lambda row: (row["road_id"], row["weekday"], row["hour"])
    ).items():
        now, before = (mean(kmh(part)) for part in two_weeks(rows))
        if now is not None or before is not None:
            expected.append(hour_row(road, weekday, hour, now, before))
    for (weekday, hour), those in grouped(expected, lambda row: (row["weekday"], row["hour"])).items():
        both = [row for row in those if None not in (row["mean_speed_kmh"], row["mean_speed_before_kmh"])]
        if both:
            now, before = (
                mean([row[name] for row in both]) for name in ("mean_speed_kmh", "mean_speed_before_kmh")
            )
            expected.append(hour_row(None, weekday, hour, now, before))
    expected.sort(key=lambda row: (row["road_id"] or "", row["weekday"], row["hour"]))
    same(published.daily(it.settings, made, WEEK_HOURS), expected)


def hour_row(road: str | None, weekday: int, hour: int, now: float | None, before: float | None) -> Row:
    return {
        "road_id": road,
        "weekday": weekday,
        "hour": hour,
        "mean_speed_kmh": now,
        "mean_speed_before_kmh": before,
        "change_pct": change(now, before),
    }


def test_reliability(it: Session, made: Manifest, every: list[Row]) -> None:
    expected = []
    for (road, hour), rows in sorted(grouped(every, lambda row: (row["road_id"], row["hour"])).items()):
        if road not in FREE_KMH:
            continue
        moving = [row for row in rows if row["mean_speed_kmh"]]
        index = [FREE_KMH[road] / row["mean_speed_kmh"] for row in moving]
        usual, late = mean(index), percentile(index, 0.95)
        assert usual is not None
        assert late is not None
        expected.append(
            {
                "road_id": road,
                "hour": hour,
                "days": len({row["ago"] for row in moving}),
                "windows": len(moving),
                "free_flow_kmh": FREE_KMH[road],
                "mean_time_index": usual,
                "planning_time_index": late,
                "buffer_index_pct": 100 * (late / usual - 1),
            }
        )
    same(published.daily(it.settings, made, RELIABILITY), expected)


def test_what_it_was_made_from(made: Manifest, lived: dict[CityDay, list[Row]]) -> None:
    told = made.views[batch_view(TRENDS)].made_from
    days_before = {name.partition("/")[0] for name in told if "/" in name}
    assert days_before == {str(day.date) for day in lived if day != LAST}
    assert told["emergency"] == made.compacted["emergency"].version
    views = (TRENDS, WEEK_HOURS, RELIABILITY)
    assert made.jobs["trends"].rows == sum(made.views[batch_view(view)].rows for view in views)


async def test_before_there_are_twenty_days_nothing_is_said_of_reliability(
    it: Session, lived: dict[CityDay, list[Row]], made: Manifest
) -> None:
    manifest = await trends_of_day(it, EARLY)
    lacking = manifest.views[batch_view(RELIABILITY)]
    assert not lacking.objects
    assert lacking.reasons == ["20 days with readings are needed; of the last 28 19 have any"]
    assert manifest.views[batch_view(TRENDS)].rows == 3


async def test_without_daily_views_it_says_what_makes_them(it: Session, tmp_path: Path) -> None:
    day = city_day(date(2026, 1, 5), BERLIN)
    events = compacted(it.settings, "emergency", new_version(day), incidents(), tmp_path)
    await publish(it.store, it.settings.namespace, day, {"emergency": events}, {})
    with pytest.raises(PublishError, match="city-batch daily --date 2026-01-05"):
        await trends_of_day(it, day)
