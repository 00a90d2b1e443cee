from collections import Counter
from itertools import pairwise
from math import cos, hypot, radians, sin

import pytest

from citystream.contracts.city_model import CityModel, dump, parse
from simulator.city import MUNICH, generate
from simulator.geometry import haversine_m, line_length_m, plane_m

HAMBURG = (9.9937, 53.5511)


def reached_from(model: CityModel, first: str) -> set[str]:
    reached, open_ = {first}, [first]
    while open_:
        for neighbour in model.roads[open_.pop()].neighbours:
            if neighbour not in reached:
                reached.add(neighbour)
                open_.append(neighbour)
    return reached


@pytest.mark.parametrize("roads", [40, 41, 47, 63, 100, 101, 333])
def test_every_road_leads_to_every_other(roads: int) -> None:
    model = generate(roads=roads)
    assert len(model.roads) == roads
    assert all(reached_from(model, first) == set(model.roads) for first in model.roads)


def test_the_default_city_has_what_it_promises(model: CityModel) -> None:
    assert (len(model.roads), len(model.hospitals), len(model.cameras), len(model.stations)) == (
        100,
        10,
        20,
        6,
    )
    assert {sensor.road_id for sensor in model.sensors.values()} == set(model.roads)
    assert len({camera.road_id for camera in model.cameras.values()}) == 20
    assert len({hospital.position for hospital in model.hospitals.values()}) == 10


def test_lengths_are_those_of_the_lines_and_the_city_is_a_few_kilometres_wide(model: CityModel) -> None:
    for road in model.roads.values():
        assert road.length_m == pytest.approx(line_length_m(road.line), abs=0.01)
        assert 100 < road.length_m < 5_000
        assert all(haversine_m(MUNICH, position) < 6_000 for position in road.line)


def test_a_road_goes_on_where_it_ends(model: CityModel) -> None:
    # Carriageways lie 6 m beside the middle of their street, so ends meet within a crossing's width.
    for road in model.roads.values():
        for neighbour in road.neighbours:
            assert haversine_m(road.line[-1], model.roads[neighbour].line[0]) < 25


def test_no_road_leads_straight_back(model: CityModel) -> None:
    for road in model.roads.values():
        for neighbour in road.neighbours:
            assert haversine_m(road.line[0], model.roads[neighbour].line[-1]) > 25


def test_a_haversine_degree_is_60_nautical_miles() -> None:
    assert haversine_m((11.0, 48.0), (11.0, 49.0)) == pytest.approx(60 * 1852, rel=0.002)
    assert haversine_m((0.0, 0.0), (180.0, 0.0)) == pytest.approx(20_015_115, rel=1e-6)


def test_the_default_city_is_named_as_made_up_and_has_munichs_time_zone(model: CityModel) -> None:
    assert (model.name, model.timezone) == ("Simulated city", "Europe/Berlin")


def test_a_city_elsewhere_has_the_time_zone_that_it_is_given_or_none() -> None:
    assert generate(centre=HAMBURG).timezone is None
    assert generate(centre=HAMBURG, timezone="Europe/London").timezone == "Europe/London"
    assert generate(timezone="Europe/Vienna").timezone == "Europe/Vienna"


def test_a_roads_class_tells_its_speed_and_lanes(model: CityModel) -> None:
    assert {(road.class_, road.free_flow_kmh, road.lanes) for road in model.roads.values()} == {
        ("expressway", 70, 3),
        ("arterial", 60, 2),
        ("street", 50, 2),
        ("side_street", 30, 1),
    }


# Degrees clockwise from north.
BEARINGS = {
    "north": 0,
    "north-east": 45,
    "east": 90,
    "south-east": 135,
    "south": 180,
    "south-west": 225,
    "west": 270,
    "north-west": 315,
}


@pytest.mark.parametrize(("roads", "centre"), [(40, MUNICH), (100, MUNICH), (333, MUNICH), (100, HAMBURG)])
def test_a_roads_area_is_the_centre_or_the_direction_in_which_its_middle_lies(
    roads: int, centre: tuple[float, float]
) -> None:
    areas: Counter[str | None] = Counter()
    for road in generate(roads=roads, centre=centre).roads.values():
        areas[road.area] += 1
        # The middle of a carriageway lies 6 m beside its street's.
        line = [plane_m(centre, position) for position in road.line]
        (a_east, a_north), (b_east, b_north) = line[(len(line) - 1) // 2], line[len(line) // 2]
        east, north = (a_east + b_east) / 2, (a_north + b_north) / 2
        if road.area == "centre":
            assert hypot(east, north) < 1_010
        else:
            assert hypot(east, north) > 990
            bearing = radians(BEARINGS[str(road.area)])
            ahead = east * sin(bearing) + north * cos(bearing)
            assert ahead > hypot(east, north) * cos(radians(23))
    assert set(areas) == {"centre", *BEARINGS}


def test_both_carriageways_of_a_street_lie_in_one_area(model: CityModel) -> None:
    areas: dict[str, set[str | None]] = {}
    for road in model.roads.values():
        areas.setdefault(road.name.rpartition(", ")[0], set()).add(road.area)
    assert len(areas) == 50
    assert all(len(found) == 1 for found in areas.values())


def test_a_written_model_reads_back_the_same(model: CityModel) -> None:
    assert parse(dump(model)) == model


def test_the_seed_makes_the_city() -> None:
    assert generate(seed=3) == generate(seed=3)
    assert generate(seed=3) != generate(seed=4)


def test_too_few_roads_are_refused() -> None:
    with pytest.raises(ValueError, match="roads: at least 40, not 39"):
        generate(roads=39)


def test_lines_have_no_sharp_bends(model: CityModel) -> None:
    for road in model.roads.values():
        assert all(haversine_m(a, b) > 20 for a, b in pairwise(road.line))
