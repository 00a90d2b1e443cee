"""Features: their order, their bounds, and what is 0 where nobody says."""

from zoneinfo import ZoneInfo

import pytest

from services.traffic.forecast.closed import ClosedWindow, Surroundings
from services.traffic.forecast.daily_profile import BINS, DailyProfile
from services.traffic.forecast.features import MOST, NAMES, Moment, of_profile, shared
from tests.services.traffic.forecast.city import MONDAY_MS, ZONE

STEADY = [60.0] * 13


def moment(surroundings: Surroundings = Surroundings(), zone: ZoneInfo = ZONE, hours: float = 8) -> Moment:  # noqa: B008
    return Moment.of(ClosedWindow(MONDAY_MS + round(hours * 3_600_000), {}, surroundings), zone)


def named(values: list[float]) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=False))


def test_each_feature_has_its_name() -> None:
    found = moment()
    values = shared(found, STEADY, [STEADY] * 2, (0.0, 0.0))
    values += of_profile(DailyProfile(), 60.0, found.now, found.ahead[0])
    assert len(values) == len(NAMES) == len(set(NAMES))


def test_changes_are_told_over_each_lag() -> None:
    rising = [40.0 + step for step in range(13)]
    found = named(shared(moment(), rising, [], (0.0, 0.0)))
    assert [found[f"change_{lag}"] * 16 for lag in (1, 2, 3, 6, 12)] == [1, 2, 3, 6, 12]


def test_neighbours_tell_how_they_differ_and_one_that_is_silent_tells_nothing() -> None:
    slowing = [60.0 - 4 * step for step in range(13)]
    found = named(shared(moment(), STEADY, [None, slowing], (0.0, 0.0)))
    assert found["neighbour_0_level"] == found["neighbour_0_change"] == 0
    assert found["neighbour_1_level"] == (12.0 - 60.0) / 16
    assert found["neighbour_1_change"] == -12.0 / 16
    assert found["neighbour_3_level"] == 0


def test_no_feature_is_beyond_its_bound() -> None:
    wild = [0.0, 200.0] * 6 + [200.0]
    surroundings = Surroundings(1e9, 0.0, {"a": 5})
    found = shared(moment(surroundings), wild, [[0.0] * 13], (1.0, 1.0))
    assert max(map(abs, found)) <= MOST


def test_weather_that_nobody_tells_is_none() -> None:
    assert moment().weather == (0.0, 0.0)
    assert moment(Surroundings(2.5, 2_500.0)).weather == (0.5, 0.5)
    assert moment(Surroundings(0.0, 50_000.0)).weather == (0.0, 0.0)


def test_the_worst_incident_on_the_roads_counts() -> None:
    found = moment(Surroundings(incidents={"a": 2, "b": 4}))
    assert found.severity(["a"]) == 0.4
    assert found.severity(["a", "b", "c"]) == 0.8
    assert found.severity([]) == found.severity(["c"]) == 0


def test_the_time_of_day_is_the_citys() -> None:
    # Sunday evening in Los Angeles is Monday in UTC.
    there = moment(zone=ZoneInfo("America/Los_Angeles"), hours=7)
    assert there.now.weekend
    assert there.now.holding == BINS - 3
    assert not moment(hours=7).now.weekend
    assert there.ahead[-1].holding == (there.now.holding + 2) % BINS


def test_a_profile_tells_what_usually_comes() -> None:
    found = moment(hours=8)
    profile = DailyProfile()
    assert of_profile(profile, 50.0, found.now, found.ahead[3]) == [0.0, 0.0]
    for slot in (found.now, found.ahead[3]):
        for _ in range(3):
            profile.learn(slot, 60.0 if slot is found.now else 28.0)
    level, change = of_profile(profile, 50.0, found.now, found.ahead[3])
    assert level < 0
    assert change == pytest.approx(level + (50.0 - profile_now(profile, found)) / 16)


def profile_now(profile: DailyProfile, found: Moment) -> float:
    usual = profile.expected(found.now)
    assert usual is not None
    return usual
