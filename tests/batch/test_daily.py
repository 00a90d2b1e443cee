"""Daily views: every number of a small city's days equals a plain recount."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from batch.jobs import daily_of_day
from batch.publish import PublishError, publish
from batch.session import Session
from batch.version import new_version
from citystream.contracts import city_model
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day
from citystream.contracts.daily import (
    EMERGENCIES,
    FLEETS,
    MODES,
    ROAD_HOURS,
    ROAD_WINDOWS,
    ROADS,
    USUAL,
    VEHICLES,
    VIEWS,
    WEATHER_SPEED,
)
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.event import Event
from citystream.contracts.manifest import Manifest
from citystream.contracts.registry import EVENTS
from citystream.settings import Settings
from tests.batch import lived, published, recounted
from tests.batch.compacted import compacted, time_ms
from tests.batch.conftest import settings_of
from tests.batch.recounted import Row, same

BERLIN = ZoneInfo("Europe/Berlin")
LONG = city_day(date(2026, 10, 25), BERLIN)
"""The clock goes back by an hour: it has 25."""
SHORT = city_day(date(2026, 3, 29), BERLIN)
"""It goes on by one: 23."""
WEEK = [city_day(LONG.date - timedelta(days=back), BERLIN) for back in range(7, -1, -1)]
OPEN = "partition 0: nothing is archived after offset 12 of 2026-03-29T20:00:00Z"


class Lived(NamedTuple):
    """A day as it was published."""

    manifest: Manifest
    events: dict[str, list[Row]]
    """Compacted rows by type."""


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    model = tmp_path_factory.mktemp("model") / "city.geojson"
    model.write_bytes(city_model.dump(lived.MODEL))
    return settings_of(s3_endpoint).model_copy(update={"timezone": BERLIN.key, "model": model})


@pytest.fixture(scope="module")
async def week(it: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[CityDay, Lived]:
    """Eight days, the last one longer; of the first six traffic alone is known."""
    found: dict[CityDay, Lived] = {}
    incidents: list[Event] = []
    for number, day in enumerate(WEEK):
        events = lived.events(day, number)
        # An incident goes on over midnight.
        incidents += events["emergency"]
        events["emergency"] = [one for one in incidents if day.start_ms <= time_ms(one) < day.end_ms]
        known = events if number > 5 else {"traffic": events["traffic"]}
        found[day] = await lived_day(it, day, known, tmp_path_factory.mktemp("rows"))
    return found


@pytest.fixture(scope="module")
async def unmapped(it: Session, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A day of 23 hours that is not complete, of a city without a model."""
    await publish(it.store, it.settings.namespace, SHORT, {}, {})
    bare = it.__class__(**{**vars(it), "settings": it.settings.model_copy(update={"model": None})})
    return await lived_day(bare, SHORT, lived.events(SHORT, 99), tmp_path_factory.mktemp("rows"), [OPEN])


async def lived_day(
    it: Session, day: CityDay, events: dict[str, list[Event]], folder: Path, reasons: Sequence[str] = ()
) -> Lived:
    """Publish a day's events, and make its daily views."""
    version, made = new_version(day), {}
    for type_, several in events.items():
        made[type_] = compacted(it.settings, type_, version, several, folder, reasons, hours=6)
    await publish(it.store, it.settings.namespace, day, made, {})
    rows = {type_: published.rows(it.settings, one.objects) for type_, one in made.items()}
    return Lived(await daily_of_day(it, day), rows)


def daily(it: Session, day: Lived, view: DailyView) -> list[Row]:
    return published.daily(it.settings, day.manifest, view)


@pytest.fixture(params=["25 hours", "23 hours"])
def a_day(request: pytest.FixtureRequest, week: dict[CityDay, Lived], unmapped: Lived) -> Any:
    """Day, its rows, its model."""
    if request.param == "25 hours":
        return LONG, week[LONG], lived.MODEL
    return SHORT, unmapped, None


def test_roads_and_their_hours_and_windows(it: Session, a_day: Any) -> None:
    day, one, model = a_day
    counted = recounted.Roads(one.events["traffic"], day, model)
    same(daily(it, one, ROAD_WINDOWS), counted.windows())
    same(daily(it, one, ROAD_HOURS), counted.hours())
    same(daily(it, one, ROADS), counted.days())


def test_a_day_has_the_hours_of_its_clock(it: Session, week: dict[CityDay, Lived], unmapped: Lived) -> None:
    def hours(one: Lived) -> list[int]:
        return [row["hour"] for row in daily(it, one, ROAD_HOURS) if row["road_id"] == "ring"]

    assert hours(week[LONG]) == [0, 1, 2, 2, *range(3, 24)]
    assert hours(unmapped) == [0, 1, *range(3, 24)]
    starts = {row["hour_start"].timestamp() * 1000 for row in daily(it, week[LONG], ROAD_HOURS)}
    assert starts == set(range(LONG.start_ms, LONG.end_ms, HOUR_MS))


def test_roads_are_told_as_they_are_known(it: Session, week: dict[CityDay, Lived], unmapped: Lived) -> None:
    mapped = {row["road_id"]: row for row in daily(it, week[LONG], ROADS)}
    assert [mapped[road]["free_flow_from"] for road in lived.ROADS] == ["night", "model", "night"]
    assert mapped[lived.NIGHTLESS]["free_flow_kmh"] == 50.0
    assert mapped["ring"]["area"] == "Mitte"
    assert mapped[lived.NIGHTLESS]["area"].startswith("87")
    assert mapped[lived.UNMAPPED]["area"] is None
    assert all(row["congested_h"] > 1 for row in mapped.values())
    alone = {row["road_id"]: row for row in daily(it, unmapped, ROADS)}
    assert alone[lived.NIGHTLESS]["free_flow_kmh"] is None
    assert alone[lived.NIGHTLESS]["congested_h"] > 0


def test_vehicles_and_fleets(it: Session, a_day: Any) -> None:
    _, one, _ = a_day
    expected = recounted.vehicle_days(one.events["gps"])
    # The earth is flat there, within 1 in 10,000.
    same(daily(it, one, VEHICLES), expected, 1e-4)
    same(daily(it, one, FLEETS), recounted.fleets(expected), 1e-4)
    assert {row["vehicle_id"]: row["utilisation_pct"] is None for row in expected} == {
        "parked": True, **{f"v-{number}": False for number in range(4)}
    }  # fmt: skip
    # Over the 180th meridian it is a few metres.
    assert 0 < expected[-1]["distance_km"] < 200


def test_emergencies_by_kind_and_area(it: Session, week: dict[CityDay, Lived], unmapped: Lived) -> None:
    before, one = week[WEEK[-2]], week[LONG]
    steps = [*before.events["emergency"], *one.events["emergency"]]
    found = daily(it, one, EMERGENCIES)
    same(found, recounted.emergencies(steps, LONG, lived.MODEL))
    (total,) = (row for row in found if row["kind"] is None and row["area"] is None)
    assert total["incidents"] == 30
    assert total["responses"] > total["incidents"] - total["cancelled"] - 10 > 5
    assert {"Mitte", "unknown"} < {row["area"] for row in found}
    # What began on the day before is told from there.
    own = recounted.emergencies(one.events["emergency"], LONG, lived.MODEL)
    assert total["responses"] > own[0]["responses"]
    assert one.manifest.views[batch_view(EMERGENCIES)].made_from == {
        "emergency": one.manifest.compacted["emergency"].version,
        f"{WEEK[-2].date}/emergency": before.manifest.compacted["emergency"].version,
    }
    same(
        daily(it, unmapped, EMERGENCIES),
        recounted.emergencies(unmapped.events["emergency"], SHORT, None),
    )


def test_modes(it: Session, a_day: Any) -> None:
    _, one, _ = a_day
    found = daily(it, one, MODES)
    same(found, recounted.modes(one.events["camera"]))
    assert [row["road_id"] for row in found] == [None, "quiet", "ring"]
    assert found[1]["car_pct"] is None


def test_what_is_usual(it: Session, week: dict[CityDay, Lived]) -> None:
    windows = {
        day: recounted.Roads(one.events["traffic"], day, lived.MODEL).windows() for day, one in week.items()
    }
    for number, day in enumerate(WEEK):
        made = week[day].manifest.views[batch_view(USUAL)]
        if number < 6:
            assert not made.objects
            assert made.reasons == [f"7 days with readings are needed; of the last 28 {number + 1} have any"]
            continue
        several = [(one, row) for one in WEEK[: number + 1] for row in windows[one]]
        found = daily(it, week[day], USUAL)
        # Its windows are rounded already.
        same(found, recounted.usual(several), 1e-4)
        assert {row["days"] for row in found} == ({1} if number == 6 else {1, 2})


def test_weather_and_speed(it: Session, week: dict[CityDay, Lived], unmapped: Lived) -> None:
    one = week[LONG]
    usual = daily(it, week[WEEK[-2]], USUAL)
    counted = recounted.Roads(one.events["traffic"], LONG, lived.MODEL)
    found = daily(it, one, WEATHER_SPEED)
    # What was usual is rounded.
    same(found, counted.by_weather(one.events["weather"], usual), 1e-4)
    assert [row["weather"] for row in found] == sorted(
        ["dry", "fog", "snow", "light", "moderate", "heavy", "unknown"]
    )
    assert all(row["change_pct"] is not None for row in found)
    alone = recounted.Roads(unmapped.events["traffic"], SHORT, None)
    same(daily(it, unmapped, WEATHER_SPEED), alone.by_weather(unmapped.events["weather"], []), 1e-4)


def test_a_day_that_is_not_complete_says_so_in_each_view(unmapped: Lived) -> None:
    for view in VIEWS:
        assert OPEN in unmapped.manifest.views[batch_view(view)].reasons
    assert (
        "what began on the day before is not known: that day is not compacted"
        in unmapped.manifest.views[batch_view(EMERGENCIES)].reasons
    )


def test_a_complete_day_has_no_reasons(week: dict[CityDay, Lived]) -> None:
    views = week[LONG].manifest.views
    assert {name: view.reasons for name, view in views.items() if view.reasons} == {}
    assert set(views) == {batch_view(view) for view in VIEWS}


async def test_a_day_without_events_has_views_without_rows(it: Session, tmp_path: Path) -> None:
    day = city_day(date(2026, 5, 1), BERLIN)
    one = await lived_day(it, day, {type_: [] for type_ in EVENTS}, tmp_path)
    for view in VIEWS:
        if view != USUAL:
            assert daily(it, one, view) == []


async def test_made_again_it_is_the_same(it: Session, week: dict[CityDay, Lived]) -> None:
    again = await daily_of_day(it, LONG)
    for view in VIEWS:
        assert again.views[batch_view(view)].version > week[LONG].manifest.views[batch_view(view)].version
        assert published.daily(it.settings, again, view) == daily(it, week[LONG], view)


async def test_a_day_that_is_not_compacted_has_none(it: Session) -> None:
    with pytest.raises(PublishError, match="2026-06-01 is not compacted; city-batch run --date 2026-06-01"):
        await daily_of_day(it, city_day(date(2026, 6, 1), BERLIN))
