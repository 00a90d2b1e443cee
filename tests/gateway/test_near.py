"""Vehicles around a place: `/api/vehicles/near`."""

import math
from typing import Any

import pytest
from geojson_pydantic import Feature, FeatureCollection, Point
from hypothesis import example, given
from hypothesis import strategies as st

from gateway import bounds
from gateway.near import EARTH_RADIUS_M, HALF_WAY_ROUND_M, distance_m, nearest
from gateway.view import Entry
from tests.gateway.running import GEOJSON, Gateway
from tests.gateway.speed_layer import SpeedLayer

NEAR = "/api/vehicles/near"
Place = tuple[float, float]
PLACES = st.tuples(
    st.floats(-180, 180) | st.sampled_from([-180.0, 0.0, 180.0]),
    st.floats(-90, 90) | st.sampled_from([-90.0, 90.0]),
)
RADII = st.floats(0, HALF_WAY_ROUND_M) | st.floats(0, 5_000)


def entries(places: list[Place]) -> list[Entry[Any]]:
    return [
        Entry(f"v{number}", 0, None, b"{}", bounds.of_point(*place)) for number, place in enumerate(places)
    ]


@given(st.lists(PLACES, max_size=20), PLACES, RADII)
@example([(0.0, 0.0)], (0.0, 1e-190), 0.0)
def test_what_is_found_is_what_the_distance_says(places: list[Place], at: Place, radius_m: float) -> None:
    wanted = sorted(
        (away_m, f"v{number}")
        for number, place in enumerate(places)
        if (away_m := distance_m(*at, *place)) <= radius_m
    )
    assert [(away_m, entry.key) for away_m, entry in nearest(entries(places), *at, radius_m)] == wanted


def unit(place: Place) -> tuple[float, float, float]:
    longitude, latitude = map(math.radians, place)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )


@given(PLACES, PLACES)
def test_the_distance_is_that_of_the_straight_line_through_the_globe(one: Place, other: Place) -> None:
    chord = math.dist(unit(one), unit(other))
    through_m = 2 * EARTH_RADIUS_M * math.asin(min(1.0, chord / 2))
    # Half-way round, an arc is 0.1 m longer for a chord that is a float's rounding longer.
    assert distance_m(*one, *other) == pytest.approx(through_m, rel=1e-6, abs=0.5)


def test_the_180th_meridian_and_the_poles_divide_nothing() -> None:
    across = distance_m(179.999, 0, -179.999, 0)
    assert across == pytest.approx(math.radians(0.002) * EARTH_RADIUS_M)
    assert [entry.key for _, entry in nearest(entries([(-179.999, 0), (0, 0)]), 179.999, 0, 1_000)] == ["v0"]
    over_the_pole = distance_m(10, 89.999, -170, 89.999)
    assert over_the_pole == pytest.approx(math.radians(0.002) * EARTH_RADIUS_M)
    assert distance_m(0, 90, 135, 90) == pytest.approx(0, abs=1e-6)


async def test_the_nearest_come_first_with_their_distance(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.positions(
        {
            "near-c": {"longitude": 50.003, "latitude": 10.0},
            "near-a": {"longitude": 50.001, "latitude": 10.0, "vehicle_type": "ambulance"},
            "near-b": {"longitude": 49.998, "latitude": 10.0},
            "near-far": {"longitude": 50.1, "latitude": 10.0},
        }
    )
    await shared_gateway.until("/api/vehicles/near-far", lambda answer: "vehicle_id" in answer)

    async def ids(**more: object) -> list[str]:
        answer = await shared_gateway.get(NEAR, lat=10, lon=50, **more)
        return [vehicle["vehicle_id"] for vehicle in answer["vehicles"]]

    assert await ids() == ["near-a", "near-b", "near-c"]
    assert await ids(radius_m=250) == ["near-a", "near-b"]
    assert await ids(limit=1) == ["near-a"]
    assert await ids(type="ambulance") == ["near-a"]
    assert await ids(radius_m=12_000) == ["near-a", "near-b", "near-c", "near-far"]
    answer = await shared_gateway.get(NEAR, lat=10, lon=50, limit=1)
    assert (answer["count"], answer["total"], answer["source"]) == (1, 3, "speed")
    vehicle = answer["vehicles"][0]
    assert vehicle["distance_m"] == pytest.approx(distance_m(50, 10, 50.001, 10), abs=0.06)
    as_geojson = await shared_gateway.http.get(
        NEAR, params={"lat": 10, "lon": 50}, headers={"Accept": GEOJSON}
    )
    collection = FeatureCollection[Feature[Point, dict[str, Any]]].model_validate_json(as_geojson.text)
    assert [feature.id for feature in collection.features] == ["near-a", "near-b", "near-c"]
    assert collection.features[0].properties == vehicle


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("lat=1", "lon"),
        ("lon=1", "lat"),
        ("lat=91&lon=1", "lat"),
        ("lat=1&lon=-180.1", "lon"),
        ("lat=nan&lon=1", "lat"),
        ("lat=1&lon=inf", "lon"),
        ("lat=north&lon=1", "lat"),
        ("lat=&lon=1", "lat"),
        ("lat=1_0&lon=1", "lat"),
        ("lat=1&lon=1&radius_m=-1", "radius_m"),
        ("lat=1&lon=1&radius_m=1e300", "radius_m"),
        ("lat=1&lon=1&radius_m=nan", "radius_m"),
        ("lat=1&lon=1&radius_m=-inf", "radius_m"),
        ("lat=1&lon=1&limit=0", "limit"),
        ("lat=1&lon=1&limit=1e3", "limit"),
        ("lat=1&lon=1&type=boat", "type"),
        ("lat=1&lon=1&lat=2", "lat"),
        ("lat=1&lon=1&radius=5", "radius"),
    ],
)
async def test_a_place_that_can_not_be_used_is_named(shared_gateway: Gateway, query: str, field: str) -> None:
    answer = await shared_gateway.http.get(f"{NEAR}?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["remedy"]
