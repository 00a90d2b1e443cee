"""What is expected of roads, and how good models were: REST, live and metrics."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from citystream.contracts import forecast, traffic
from citystream.contracts.event_time import rfc3339
from citystream.contracts.forecast import RoadForecast
from citystream.contracts.registry import EVENTS
from citystream.contracts.status import ProcessStatus
from gateway.city import City
from gateway.layer_states import LayerStates
from gateway.staleness import StaleAfter
from gateway.status import platform_status
from gateway.view import Entry
from tests.gateway.conftest import MODEL, StartGateway, gateway_environment
from tests.gateway.forecasts import ahead, publish, report
from tests.gateway.running import GEOJSON, Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_stream import listening

LIST = "/api/traffic/predictions"
MODELS = "/api/models"
AS_OF_MS = now_ms() // 300_000 * 300_000
NORTH = RoadForecast("north", AS_OF_MS, 32.5, AS_OF_MS, ahead(45.0, 20.0))
SILENT = RoadForecast("east", AS_OF_MS, 40.0, AS_OF_MS - forecast.OUTAGE_MS - 300_000, reason="outage")
ELSEWHERE = RoadForecast("uncharted", AS_OF_MS, 60.0, AS_OF_MS, ahead(61.0))
NOT_MADE: dict[str, Any] = {
    "road_id": "quiet",
    "name": "Quiet Street",
    "as_of": None,
    "last_speed_kmh": None,
    "last_read": None,
    "reason": "not_made",
    "forecasts": [],
    "stale": None,
}


def named(answer: Any) -> dict[str, Any]:
    return {one["road_id"]: one for one in answer["roads"]}


async def publish_all(url: str, namespace: str) -> None:
    """Forecasts of all roads but two."""
    await publish(url, namespace, NORTH, SILENT, ELSEWHERE, reports=[report("rls", AS_OF_MS)])


@pytest.fixture(scope="module")
async def standing(redis_url: str, gateway_dir: Path) -> AsyncIterator[Gateway]:
    """A gateway that has them, for tests that only ask."""
    namespace = f"t{secrets.token_hex(3)}-forecasts"
    await publish_all(redis_url, namespace)
    gateway = Gateway(gateway_dir, gateway_environment(gateway_dir, redis_url, namespace))
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
async def gateway(redis_url: str, namespace: str, start_gateway: StartGateway) -> Gateway:
    """The same, for a test that changes them."""
    await publish_all(redis_url, namespace)
    return await start_gateway()


async def test_a_road_has_its_forecasts_with_name_and_congestion(standing: Gateway) -> None:
    answer = await standing.http.get(f"{LIST}/north")
    road = answer.json()
    document = forecast.document(NORTH)
    (five, fifteen) = document.pop("forecasts")
    light = {"congestion": {"level": "free", "ratio": 0.9}}
    heavy = {"congestion": {"level": "moderate", "ratio": 0.4}}
    assert road == document | {
        "name": "North Street",
        "forecasts": [five | light, fifteen | heavy],
        "stale": False,
        "source": "speed",
    }
    assert road["as_of"] == rfc3339(AS_OF_MS)
    # Told once, and not once more of the answer.
    assert answer.text.count('"as_of"') == 1
    assert int(answer.headers["city-age-ms"]) <= now_ms() - AS_OF_MS
    again = await standing.http.get(f"{LIST}/north", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_road_without_a_forecast_says_why(standing: Gateway) -> None:
    roads = named(await standing.get(LIST))
    assert (roads["east"]["reason"], roads["east"]["forecasts"]) == ("outage", [])
    assert roads["east"]["last_read"] == rfc3339(AS_OF_MS - 1_200_000)
    assert roads["quiet"] == NOT_MADE
    # Nobody knows how fast it is when it is free.
    assert roads["uncharted"]["forecasts"][0]["congestion"] == {"level": "unknown", "ratio": None}
    alone = await standing.get(f"{LIST}/quiet")
    assert alone == NOT_MADE | {"source": "speed"}


async def test_an_unknown_road_or_model_is_a_problem_that_names_it(standing: Gateway) -> None:
    for path, field, remedy in (
        (f"{LIST}/nowhere", "road_id", "/api/roads"),
        (f"{MODELS}/nowhere", "model", "/api/models"),
    ):
        answer = await standing.http.get(path)
        assert (answer.status_code, answer.json()["field"]) == (404, field)
        assert remedy in answer.json()["remedy"]


async def test_a_list_is_chosen_by_box_and_id_and_paged(standing: Gateway) -> None:
    whole = await standing.get(LIST)
    assert (whole["total"], whole["count"], whole["source"]) == (5, 5, "speed")
    assert whole["as_of"] == whole["as_of_median"] == rfc3339(AS_OF_MS)
    inside = await standing.get(LIST, bbox="13.45,52.4,13.65,52.6")
    assert list(named(inside)) == ["east", "south"]
    assert (inside["total"], inside["as_of_median"]) == (2, rfc3339(AS_OF_MS))
    assert list(named(await standing.get(LIST, id="quiet"))) == ["quiet"]
    first = await standing.get(LIST, limit=3)
    rest = await standing.get(LIST, limit=3, cursor=first["next_cursor"])
    assert named(first) | named(rest) == named(whole)
    assert rest["next_cursor"] is None
    wrong = await standing.http.get(LIST, params={"bbox": "1,2,3"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "bbox")
    # Live traffic is whole.
    refused = await standing.http.get("/api/traffic/live", params={"bbox": "13.45,52.4,13.65,52.6"})
    assert (refused.status_code, refused.json()["field"]) == (400, "bbox")


async def test_a_prediction_lies_on_its_road_as_geojson(standing: Gateway) -> None:
    accept = {"Accept": GEOJSON}
    one = (await standing.http.get(f"{LIST}/north", headers=accept)).json()
    assert one["geometry"]["coordinates"] == [list(place) for place in MODEL.roads["north"].line]
    assert (one["as_of"], one["source"]) == (rfc3339(AS_OF_MS), "speed")
    assert one["properties"]["forecasts"][0]["speed_kmh"] == 45.0
    features = (await standing.http.get(LIST, headers=accept)).json()["features"]
    assert {feature["id"]: feature["properties"] for feature in features} == named(await standing.get(LIST))


async def test_models_tell_their_scores_beside_the_last_values(standing: Gateway) -> None:
    (told,) = (answer := await standing.get(MODELS))["models"]
    assert (answer["total"], answer["as_of"], answer["source"]) == (1, rfc3339(AS_OF_MS), "speed")
    made = report("rls", AS_OF_MS)
    assert told == {
        "name": "rls",
        "as_of": rfc3339(AS_OF_MS),
        "since": rfc3339(AS_OF_MS - 86_400_000),
        "roads": 207,
        "coverage_wanted_pct": 80,
        "horizons": [msgspec.to_builtins(one) for one in made.horizons],
    }
    assert await standing.get(f"{MODELS}/rls") == told | {"source": "speed"}
    # A score lies nowhere.
    assert (await standing.http.get(MODELS, params={"format": "geojson"})).status_code == 400
    assert (await standing.http.get(MODELS, headers={"Accept": GEOJSON})).status_code == 406


async def test_scores_and_age_are_metrics(standing: Gateway) -> None:
    labels = '{minutes="15",model="rls"}'
    assert await standing.metric(f"city_forecast_mae_kmh{labels}") == 5.0
    assert await standing.metric(f"city_forecast_mape_ratio{labels}") == pytest.approx(0.1)
    assert await standing.metric(f"city_forecast_coverage_ratio{labels}") == pytest.approx(0.795)
    age_s = await standing.metric('city_forecast_age_seconds{model="rls"}')
    assert 0 < age_s <= now_ms() / 1000 - AS_OF_MS / 1000


async def test_a_new_forecast_comes_to_live_clients_of_its_box_and_its_ids(
    gateway: Gateway, redis_url: str, namespace: str
) -> None:
    async with gateway.live() as boxed:
        await subscribe(boxed, "predictions", rate_ms=200, bbox=[13.39, 52.5, 13.42, 52.52])
        snapshot = await receive(boxed, "snapshot")
        assert [one["road_id"] for one in snapshot["items"]] == ["north"]
        assert snapshot["items"][0] == named(await gateway.get(LIST))["north"]
        async with listening(gateway, subscribe="predictions", rate_ms=200, entities="east") as events:
            assert [one["reason"] for one in (await events.next("snapshot"))[1]["items"]] == ["outage"]
            later_ms = AS_OF_MS + 300_000
            later = [RoadForecast(key, later_ms, 30.0, later_ms, ahead(30.0)) for key in ("north", "east")]
            await publish(redis_url, namespace, *later)
            delta = await receive(boxed, "delta")
            assert [one["as_of"] for one in delta["changed"]] == [rfc3339(later_ms)]
            _, told = await events.next("delta")
            assert [(one["road_id"], one["reason"]) for one in told["changed"]] == [("east", None)]


async def test_a_forecast_that_traffic_has_left_behind_is_stale(
    gateway: Gateway, speed: SpeedLayer, redis_url: str, namespace: str
) -> None:
    async def traffic_at(time_ms: int) -> None:
        start_s = time_ms // 1000 // traffic.WINDOW_S * traffic.WINDOW_S
        await speed.road("south", start_s, readings(50.0), time_ms=time_ms)

    north = f"{LIST}/north"
    await traffic_at(AS_OF_MS + 900_000)
    await gateway.until("/api/traffic/live", lambda answer: answer["as_of"] == rfc3339(AS_OF_MS + 900_000))
    assert (await gateway.get(north))["stale"] is False
    await traffic_at(AS_OF_MS + 901_000)
    stale = await gateway.until(north, lambda answer: answer["stale"] is True)
    assert stale["forecasts"] == (await gateway.get(LIST, id="north"))["roads"][0]["forecasts"]
    # One that begins now says the same, and what was never made is not late.
    assert named(await gateway.get(LIST))["quiet"]["stale"] is None
    later_ms = AS_OF_MS + 300_000
    await publish(redis_url, namespace, RoadForecast("north", later_ms, 30.0, later_ms, ahead(30.0)))
    await gateway.until(north, lambda answer: answer["stale"] is False)
    assert named(await gateway.get(LIST))["east"]["stale"] is True


async def test_a_forecast_that_cannot_be_read_leaves_the_one_before(
    gateway: Gateway, speed: SpeedLayer
) -> None:
    wrong = {"road_id": "north", "as_of_ms": "noon", "time_ms": now_ms()}
    await speed.latest(forecast.TYPE, forecast.ROADS, {"north": wrong})
    unreadable = 'city_gateway_unreadable_total{topic="predictions"}'
    await until(lambda: gateway.metric(unreadable), lambda count: count >= 1)
    assert (await gateway.get(f"{LIST}/north"))["forecasts"][0]["speed_kmh"] == 45.0


async def test_without_forecasts_a_city_stands_as_well_as_before(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.position("a")
    gateway = await start_gateway()
    answer = await gateway.get(LIST)
    assert {one["reason"] for one in answer["roads"]} == {"not_made"}
    assert (answer["as_of"], answer["source"]) == (None, "speed")
    assert (await gateway.get(MODELS))["models"] == []
    status = await gateway.get("/api/status")
    assert status["source"] == "speed"
    assert "forecast" not in [one["role"] for one in status["services"]]
    assert status["data"]["predictions"]["with_data"] == 0
    text = (await gateway.operations.get("/metrics")).text
    assert not [line for line in text.splitlines() if line.startswith("city_forecast_")]


def test_the_role_is_told_of_while_it_speaks_and_missed_while_its_forecasts_are_there() -> None:
    city = City(MODEL, None, StaleAfter(90, 1_800, 300))
    city.link.restored()
    layers = LayerStates(city.link)
    said = ProcessStatus(
        process="traffic", role="forecast", instance="1", at_ms=now_ms(), health_port=1, state="up"
    )

    def states(*heard: ProcessStatus) -> list[str]:
        services = platform_status(city, layers, heard)["services"]
        return [one["state"] for one in services if one["role"] == "forecast"]

    assert (states(), states(said)) == ([], ["up"])
    city.forecasts.view.put(Entry("north", AS_OF_MS, NORTH, b"{}"))
    assert (states(), states(said)) == (["down"], ["up"])


def test_forecasts_that_nobody_can_read_leave_the_city_known_and_its_source() -> None:
    city = City(MODEL, None, StaleAfter(90, 1_800, 300))
    for view in city.measured_views:
        view.known = True
        view.switch("speed")
    assert (city.forecasts.view.known, city.forecasts.view.source) == (False, "last-known")
    assert (city.known, city.source) == (True, "speed")


def test_what_is_measured_is_what_the_archive_has() -> None:
    city = City(MODEL, None, StaleAfter(90, 1_800, 300))
    assert sorted(reader.type_ for reader in city.measured) == sorted(EVENTS)
