"""Roads: `/api/traffic/live`, `/api/roads`."""

import pytest

from tests.gateway.running import Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings

START_S = now_ms() // 1000 // 300 * 300


async def test_a_road_merges_the_partitions_of_its_newest_window(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.road("north", START_S, readings(10.0, 20.0), partition=0)
    await shared_speed.road("north", START_S, readings(60.0), partition=1)
    await shared_speed.road("north", START_S - 300, readings(1.0, 1.0, 1.0), partition=2)
    path = "/api/traffic/live/north"
    road = await shared_gateway.until(path, lambda answer: answer["readings"] == 3)
    assert road["mean_speed_kmh"] == pytest.approx(30.0)
    assert (road["min_speed_kmh"], road["max_speed_kmh"]) == (10.0, 60.0)
    assert road["congestion"] == {"level": "light", "ratio": pytest.approx(0.6)}
    assert (road["road_id"], road["name"]) == ("north", "North Street")


async def test_an_answer_says_how_old_its_newest_event_is(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    event_ms = now_ms() // 1000 * 1000 - 5_000
    await shared_speed.road("east", event_ms // 300_000 * 300, readings(40.0), time_ms=event_ms)
    road = await shared_gateway.until("/api/traffic/live/east", lambda answer: answer["readings"] == 1)
    answer = await shared_gateway.http.get("/api/traffic/live/east")
    assert 5_000 <= int(answer.headers["city-age-ms"]) <= now_ms() - event_ms
    assert road["as_of"] == road["timestamp"]
    assert road["source"] == "speed"


async def test_a_window_closes_when_every_partition_that_had_events_has_passed_its_end(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    end_ms = (START_S + 300) * 1000
    await shared_speed.watermarks("traffic", {0: end_ms, 1: end_ms - 1, 2: -1})
    await shared_speed.road("south", START_S, readings(50.0))
    path = "/api/traffic/live/south"
    road = await shared_gateway.until(path, lambda answer: answer["readings"] == 1)
    assert road["closed"] is False
    assert road["window_start"].endswith("Z")
    await shared_speed.watermarks("traffic", {1: end_ms})
    await shared_speed.announce("traffic", "road", [])
    await shared_speed.road("east", START_S, readings(50.0))
    await shared_gateway.until(path, lambda answer: answer["closed"] is True)


async def test_a_road_of_the_model_without_data_answers_nulls(shared_gateway: Gateway) -> None:
    road = await shared_gateway.get("/api/traffic/live/quiet")
    assert road["name"] == "Quiet Street"
    assert road["congestion"] == {"level": "unknown", "ratio": None}
    fields = ("mean_speed_kmh", "readings", "window_start", "window_end", "closed", "as_of")
    assert {field: road[field] for field in fields} == dict.fromkeys(fields)
    answer = await shared_gateway.http.get("/api/traffic/live/quiet")
    assert "city-age-ms" not in answer.headers


async def test_an_unknown_road_is_a_problem_that_names_it(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get("/api/traffic/live/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == "road_id"
    assert "nowhere" in answer.json()["detail"]
    assert "/api/roads" in answer.json()["remedy"]


async def test_the_list_has_every_road_with_its_own_time(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.road("north", START_S, readings(25.0), partition=0)
    answer = await shared_gateway.until(
        "/api/traffic/live", lambda answer: any(road["readings"] for road in answer["roads"])
    )
    by_id = {road["road_id"]: road for road in answer["roads"]}
    assert {"north", "east", "south", "quiet"} <= by_id.keys()
    assert by_id["north"]["timestamp"] is not None
    assert by_id["quiet"]["timestamp"] is None
    assert answer["count"] == len(answer["roads"])


async def test_roads_are_the_models_lines_as_geojson(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.get("/api/roads")
    assert answer.headers["content-type"] == "application/geo+json"
    features = {feature["id"]: feature for feature in answer.json()["features"]}
    assert set(features) == {"north", "east", "south", "quiet"}
    assert features["north"]["geometry"]["type"] == "LineString"
    assert features["north"]["properties"]["free_flow_kmh"] == 50.0
