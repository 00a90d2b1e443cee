import pytest

from citystream.contracts.city_model import CityModel, Place, Road
from simulator.geometry import haversine_m
from simulator.network import Network, Spot

# A ring of four one-way roads of about 111 m, and a dead end (4) that leaves it after road 1.
CORNERS = [(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001)]


def square() -> CityModel:
    onward = {"r0": ["r1"], "r1": ["r2", "r4"], "r2": ["r3"], "r3": ["r0"], "r4": []}
    lines = [[CORNERS[index], CORNERS[(index + 1) % 4]] for index in range(4)]
    lines.append([CORNERS[2], (0.002, 0.002)])
    roads = {
        id_: Road(id_, id_, line, 111.2, 36.0, 1, onward[id_])
        for id_, line in zip(onward, lines, strict=True)
    }
    return CityModel(roads, {"h": Place("h", "H", (0.0005, 0.0012))}, {}, {}, {})


def test_the_quickest_way_goes_round_in_the_direction_of_travel() -> None:
    network = Network(square())
    assert network.route(Spot(1, 50.0), Spot(0, 10.0)) == [2, 3, 0]
    assert network.seconds_between(Spot(1, 50.0), Spot(0, 10.0)) == pytest.approx(
        (111.2 - 50 + 2 * 111.2 + 10) / 10, abs=0.1
    )


def test_a_goal_ahead_on_the_same_road_needs_no_turn() -> None:
    network = Network(square())
    assert network.route(Spot(0, 10.0), Spot(0, 60.0)) == []
    assert network.seconds_between(Spot(0, 10.0), Spot(0, 60.0)) == pytest.approx(5.0)


def test_a_goal_behind_on_the_same_road_is_reached_round_the_block() -> None:
    assert Network(square()).route(Spot(0, 60.0), Spot(0, 10.0)) == [1, 2, 3, 0]


def test_a_dead_end_leads_nowhere() -> None:
    network = Network(square())
    assert network.seconds_between(Spot(4, 0.0), Spot(0, 0.0)) == float("inf")
    with pytest.raises(ValueError, match="no way leads to 'r0'"):
        network.route(Spot(4, 0.0), Spot(0, 0.0))


def test_upstream_is_who_leads_here() -> None:
    network = Network(square())
    assert network.upstream == [[3], [0], [1], [2], [1]]


def test_the_nearest_place_of_a_hospital_is_on_the_road_beside_it() -> None:
    network = Network(square())
    spot = network.nearest((0.0004, 0.0012))
    assert spot.road == 2
    assert spot.offset_m == pytest.approx(haversine_m(CORNERS[2], (0.0004, 0.001)), rel=1e-3)


def test_a_metre_of_a_road_lies_on_its_line(model: CityModel) -> None:
    network = Network(model)
    for track in network.tracks:
        assert track.at(0.0)[:2] == pytest.approx(track.road.line[0])
        assert track.at(track.length_m)[:2] == pytest.approx(track.road.line[-1], abs=1e-6)
