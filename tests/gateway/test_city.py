"""Emergencies, weather, cameras and the summary of them all."""

from typing import Any

import pytest

from citystream.contracts import camera, weather
from citystream.contracts.emergency import IncidentState
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings


def incident(status: str, reported_ago_s: int = 600, on_scene_after_s: int | None = None) -> IncidentState:
    reported_ms = now_ms() - reported_ago_s * 1000
    first = {"reported": reported_ms}
    if on_scene_after_s is not None:
        first["on_scene"] = reported_ms + on_scene_after_s * 1000
    state = IncidentState(
        now_ms(), 0, 1, "accident", severity=3, latitude=52.5, longitude=13.4, first_ms=first
    )
    state.status = status  # type: ignore[assignment]  # a parameter of the tests, one of the statuses
    return state


def observation(**fields: object) -> dict[str, object]:
    return {
        "station_id": "station-1",
        "latitude": 52.52,
        "longitude": 13.45,
        "temperature_c": 4.0,
        "humidity_pct": 90.0,
        "wind_speed_ms": 3.0,
        "precipitation_mm_h": 2.0,
        "visibility_m": 4_000.0,
        "condition": "rain",
        "air_quality_index": None,
        "time_ms": now_ms(),
        **fields,
    }


async def test_an_incident_leaves_the_active_list_when_it_ends_and_still_answers(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.incident("inc-1", incident("dispatched"))
    active = "/api/emergencies/active"
    await shared_gateway.until(
        active, lambda answer: "inc-1" in [one["incident_id"] for one in answer["emergencies"]]
    )
    await shared_speed.incident("inc-1", incident("resolved", on_scene_after_s=240))
    await shared_gateway.until(
        active, lambda answer: "inc-1" not in [one["incident_id"] for one in answer["emergencies"]]
    )
    ended = await shared_gateway.get("/api/emergencies/inc-1")
    assert (ended["status"], ended["active"], ended["response_s"]) == ("resolved", False, 240.0)


async def test_an_unknown_incident_is_a_problem(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get("/api/emergencies/no-such")
    assert (answer.status_code, answer.json()["field"]) == (404, "incident_id")


async def test_a_station_has_its_name_from_the_model(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.latest("weather", weather.LATEST, {"station-1": observation()})

    def named(answer: Any) -> Any:
        # Other tests of the shared city have stations of their own.
        return next(one for one in answer["stations"] if one["station_id"] == "station-1")

    station = named(
        await shared_gateway.until(
            "/api/weather/current", lambda answer: named(answer)["timestamp"] is not None
        )
    )
    assert (station["station_id"], station["name"], station["condition"]) == (
        "station-1",
        "Old Tower",
        "rain",
    )
    assert station["air_quality_index"] is None


async def test_a_camera_tells_its_counts_and_no_plate(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    assert (await shared_gateway.get("/api/cameras"))["cameras"][0]["road_id"] == "north"
    sighting = {
        "camera_id": "cam-1",
        "road_id": "north",
        "counts": {"car": 3, "bus": 1},
        "mean_speed_kmh": None,
        "incident": None,
        "plate_hash": "0123456789abcdef",
        "time_ms": now_ms(),
    }
    await shared_speed.latest("camera", camera.LATEST, {"cam-1": sighting})
    answer = await shared_gateway.until(
        "/api/cameras", lambda answer: answer["cameras"][0]["counts"] is not None
    )
    seen = answer["cameras"][0]
    assert seen["counts"]["car"] == 3
    assert seen["longitude"] == 13.405
    assert "0123456789abcdef" not in str(answer)


async def test_the_summary_adds_up(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    start_s = now_ms() // 1000 // 300 * 300
    await speed.road("north", start_s, readings(45.0, 45.0, 45.0))
    await speed.road("east", start_s - 300, readings(5.0))
    await speed.road("south", start_s - 3_600, readings(50.0))
    await speed.positions(
        {"a": {"vehicle_type": "car"}, "b": {"vehicle_type": "car"}, "c": {"vehicle_type": "bus"}}
    )
    await speed.incident("open", incident("reported"))
    await speed.incident("done", incident("resolved", on_scene_after_s=300))
    await speed.incident("there", incident("on_scene", on_scene_after_s=100))
    await speed.latest("weather", weather.LATEST, {"station-1": observation(temperature_c=-2.5)})
    summary = await (await start_gateway()).get("/api/analytics/traffic-summary")
    assert summary["roads"] == {"total": 4, "reporting": 2}
    assert summary["mean_speed_kmh"] == pytest.approx(35.0)
    levels = {"free": 1, "light": 0, "moderate": 0, "heavy": 0, "jammed": 1, "unknown": 2}
    assert summary["congestion"] == levels
    assert [road["road_id"] for road in summary["slowest_roads"]] == ["east", "north"]
    assert summary["vehicles"] == {"total": 3, "by_type": {"bus": 1, "car": 2}}
    assert summary["incidents"] == {
        "active": 2,
        "by_kind": {"accident": 2},
        "mean_response_s": 200.0,
        "responses": 2,
    }
    assert summary["weather"]["mean_temperature_c"] == -2.5
    assert summary["weather"]["condition"] == "rain"
    assert summary["source"] == "speed"
