"""Vehicles: `/api/vehicles`."""

import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms

LOCATIONS = "/api/vehicles/locations"


async def test_a_vehicle_answers_its_latest_position(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("bus-7", vehicle_type="bus", longitude=13.1, speed_kmh=21.5, road_id="north")
    await shared_gateway.until("/api/vehicles/bus-7", lambda answer: "vehicle_id" in answer)
    await shared_speed.position("bus-7", vehicle_type="bus", longitude=13.2, speed_kmh=0.0)
    vehicle = await shared_gateway.until("/api/vehicles/bus-7", lambda answer: answer["longitude"] == 13.2)
    assert (vehicle["vehicle_id"], vehicle["vehicle_type"], vehicle["speed_kmh"]) == ("bus-7", "bus", 0.0)
    assert vehicle["as_of"] == vehicle["timestamp"]


async def test_an_unknown_vehicle_is_a_problem(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get("/api/vehicles/no-such")
    assert (answer.status_code, answer.json()["field"]) == (404, "vehicle_id")


async def test_a_box_a_type_and_a_time_each_choose(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    old_ms = now_ms() - 60_000
    await speed.positions(
        {
            "in": {"longitude": 10.0, "latitude": 50.0, "vehicle_type": "taxi"},
            "edge": {"longitude": 11.0, "latitude": 51.0},
            "out": {"longitude": 12.0, "latitude": 50.0},
            "old": {"longitude": 10.0, "latitude": 50.0, "time_ms": old_ms},
        }
    )
    gateway = await start_gateway()

    async def ids(**parameters: object) -> set[str]:
        answer = await gateway.get(LOCATIONS, **parameters)
        assert answer["total"] == answer["count"] == len(answer["vehicles"])
        return {vehicle["vehicle_id"] for vehicle in answer["vehicles"]}

    assert await ids() == {"in", "edge", "out", "old"}
    assert await ids(bbox="9,49,11,51") == {"in", "edge", "old"}
    assert await ids(type="taxi") == {"in"}
    assert await ids(type="taxi,car") == {"in", "edge", "out", "old"}
    assert await ids(since=old_ms + 1) == {"in", "edge", "out"}
    assert await ids(since=old_ms) == {"in", "edge", "out", "old"}
    assert await ids(since="2020-01-01T00:00:00+01:00", bbox="9,49,11,51", type="car") == {"edge", "old"}


async def test_a_thousand_vehicles_come_in_one_answer_or_by_cursor(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    wanted = {f"vehicle-{number:04d}" for number in range(1_000)}
    await speed.positions({key: {} for key in wanted})
    gateway = await start_gateway()
    whole = await gateway.get(LOCATIONS)
    assert {vehicle["vehicle_id"] for vehicle in whole["vehicles"]} == wanted
    assert whole["next_cursor"] is None
    seen: list[str] = []
    page = await gateway.get(LOCATIONS, limit=300)
    while True:
        assert page["total"] == 1_000
        seen += [vehicle["vehicle_id"] for vehicle in page["vehicles"]]
        if page["next_cursor"] is None:
            break
        page = await gateway.get(LOCATIONS, limit=300, cursor=page["next_cursor"])
    assert len(seen) == 1_000
    assert set(seen) == wanted


@pytest.mark.parametrize(
    ("bbox", "reason"),
    [
        ("", "no number"),
        ("1,2,3", "has 3 numbers, not 4"),
        ("1,2,3,4,5", "has 5 numbers, not 4"),
        ("1,2,three,4", "no number"),
        ("nan,2,3,4", "not finite"),
        ("1,2,inf,4", "not finite"),
        ("-181,2,3,4", "minlon -181 is outside"),
        ("1,2,181,4", "maxlon 181 is outside"),
        ("1,-91,3,4", "minlat -91 is outside"),
        ("1,2,3,91", "maxlat 91 is outside"),
        ("1,4,3,2", "minlat 4 is greater than maxlat 2"),
    ],
)
async def test_a_box_that_is_none_is_refused_with_its_reason(
    shared_gateway: Gateway, bbox: str, reason: str
) -> None:
    problem = await _refused(shared_gateway, "bbox", bbox)
    assert reason in problem["detail"]
    assert "minlon,minlat,maxlon,maxlat" in problem["remedy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "10001"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", "9" * 30),
        ("type", "rocket"),
        ("type", ""),
        ("since", "yesterday"),
        ("since", "2026-01-01T00:00:00"),
        ("since", "nan"),
        ("since", "inf"),
        ("since", "1"),
        ("cursor", "%%%"),
        ("cursor", "_w"),
        ("limt", "5"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(
    shared_gateway: Gateway, name: str, value: str
) -> None:
    await _refused(shared_gateway, name, value)


async def test_a_parameter_given_twice_is_refused(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get(f"{LOCATIONS}?limit=1&limit=2")
    assert (answer.status_code, answer.json()["field"]) == (400, "limit")


async def _refused(gateway: Gateway, name: str, value: str) -> dict[str, str]:
    answer = await gateway.http.get(LOCATIONS, params={name: value})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, str] = answer.json()
    assert problem["field"] == name
    assert problem["remedy"]
    return problem
