"""Weather and incidents as they were known when a window had ended."""

from typing import Any

import msgspec

from citystream.contracts.emergency import Emergency
from citystream.contracts.weather import Weather
from services.traffic.forecast.closed import Surroundings
from services.traffic.forecast.surroundings import AHEAD_MS, INCIDENT_MS, STATION_MS, Around

END_MS = 1_790_000_100_000
NOBODY = Surroundings()


def station(name: str, at_ms: int, **told: Any) -> Weather:
    return Weather(station_id=name, latitude=48, longitude=11, timestamp=at_ms, condition="rain", **told)


def step(incident: str, status: Any, at_ms: int, road: str | None = "r", severity: int = 3) -> Emergency:
    return Emergency(incident_id=incident, status=status, timestamp=at_ms, road_id=road, severity=severity)


def test_nobody_says_anything_at_first() -> None:
    assert Around().at(END_MS) == NOBODY


def test_rain_is_the_mean_and_sight_the_least_of_what_stations_said_last() -> None:
    around = Around()
    around.weather(station("a", END_MS - 2, precipitation_mm_h=9, visibility_m=100))
    around.weather(station("a", END_MS - 1, precipitation_mm_h=4, visibility_m=5000))
    around.weather(station("a", END_MS - 3, precipitation_mm_h=7))
    around.weather(station("b", END_MS, precipitation_mm_h=2))
    assert around.at(END_MS) == Surroundings(3.0, 5000.0)


def test_a_station_that_says_nothing_any_more_is_forgotten() -> None:
    around = Around()
    around.weather(station("a", END_MS, precipitation_mm_h=4))
    assert around.at(END_MS + STATION_MS - 1) == Surroundings(4.0)
    assert around.at(END_MS + STATION_MS) == NOBODY
    assert not around.stations


def test_what_is_of_a_later_time_was_not_known() -> None:
    around = Around()
    around.weather(station("a", END_MS + AHEAD_MS + 1, precipitation_mm_h=4))
    around.emergency(step("i", "reported", END_MS + AHEAD_MS + 1), 0, 0)
    assert around.at(END_MS) == NOBODY
    assert around.at(END_MS + 1) == Surroundings(4.0, None, {"r": 3})


def test_the_worst_of_a_roads_incidents_counts_until_it_is_resolved() -> None:
    around = Around()
    around.emergency(step("i", "reported", END_MS - 9, severity=2), 0, 0)
    around.emergency(step("j", "reported", END_MS - 8, severity=5), 0, 1)
    around.emergency(step("elsewhere", "reported", END_MS - 7, road=None), 0, 2)
    assert around.at(END_MS).incidents == {"r": 5}
    # A step that does not tell the road again.
    around.emergency(step("j", "resolved", END_MS - 6, road=None), 0, 3)
    assert around.at(END_MS).incidents == {"r": 2}
    # One from before, late, does not open it again.
    around.emergency(step("j", "on_scene", END_MS - 7), 0, 4)
    assert around.at(END_MS).incidents == {"r": 2}


def test_an_incident_whose_end_nobody_told_ends_after_a_day() -> None:
    around = Around()
    around.emergency(step("i", "on_scene", END_MS), 0, 0)
    assert around.at(END_MS + INCIDENT_MS - 1).incidents
    assert not around.at(END_MS + INCIDENT_MS).incidents
    assert not around.incidents


def test_a_record_that_is_taken_once_more_changes_nothing() -> None:
    around = Around()
    for _ in range(2):
        around.weather(station("a", END_MS, precipitation_mm_h=4))
        around.emergency(step("i", "reported", END_MS), 0, 0)
    once = Around()
    once.weather(station("a", END_MS, precipitation_mm_h=4))
    once.emergency(step("i", "reported", END_MS), 0, 0)
    assert around == once
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(around), type=Around) == around
