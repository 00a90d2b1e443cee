"""What the gateway does without Redis."""

import asyncio

from citystream.contracts.forecast import RoadForecast
from demo.servers.valkey import Valkey
from tests.gateway.conftest import StartGateway
from tests.gateway.forecasts import ahead, publish
from tests.gateway.running import Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer, now_ms

VEHICLE = "/api/vehicles/a"


async def test_redis_killed_leaves_the_last_known_answers_and_its_return_the_new_ones(
    valkey: Valkey, own_speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await own_speed.position("a", speed_kmh=1.0)
    made = RoadForecast("north", now_ms(), ahead=ahead(45.0))
    await publish(valkey.address, own_speed.namespace, made)
    gateway = await start_gateway(CITY_REDIS=valkey.address)
    async with gateway.live() as socket:
        await subscribe(socket, "vehicles", rate_ms=200)
        assert (await receive(socket, "snapshot"))["source"] == "speed"
        await asyncio.to_thread(valkey.kill)
        known = await gateway.until(VEHICLE, lambda answer: answer["source"] == "last-known")
        assert known["speed_kmh"] == 1.0
        was = await _age_ms(gateway)
        await until(lambda: _age_ms(gateway), lambda age_ms: age_ms > was)
        assert (await receive(socket, "heartbeat"))["source"] in ("speed", "last-known")
        await _is_last_known_everywhere(gateway)
        (forecast,) = (await gateway.get("/api/traffic/predictions/north"))["forecasts"]
        assert forecast["speed_kmh"] == 45.0
        track = await gateway.get(f"{VEHICLE}/track")
        assert (track["source"], [point["mean_speed_kmh"] for point in track["points"]]) == (
            "last-known",
            [1.0],
        )
        await asyncio.to_thread(valkey.start)
        await own_speed.client.connection_pool.disconnect()
        await until(lambda: _source(gateway), lambda source: source == "speed")
        await own_speed.position("a", speed_kmh=2.0)
        await gateway.until(VEHICLE, lambda answer: answer.get("speed_kmh") == 2.0)
        await until(
            lambda: receive(socket, "delta", "snapshot"),
            lambda message: [one["speed_kmh"] for one in message.get("changed", ())] == [2.0],
        )
    assert await gateway.metric("city_gateway_redis_losses_total") == 1


async def _is_last_known_everywhere(gateway: Gateway) -> None:
    paths = (
        "/api/traffic/live",
        "/api/traffic/live/north",
        "/api/vehicles/locations",
        "/api/emergencies/active",
        "/api/emergencies/history",
        "/api/emergencies/near?lat=52.5&lon=13.4",
        "/api/weather/current",
        "/api/cameras",
        "/api/traffic/predictions",
        "/api/models",
        "/api/analytics/traffic-summary",
    )
    for path in paths:
        answer = await gateway.http.get(path)
        assert (answer.status_code, answer.json()["source"]) == (200, "last-known"), path
    # Without S3 too: nobody is left who could know.
    of_the_past = (
        "/api/traffic/history/north",
        "/api/analytics/history",
        "/api/weather/history/station-1",
        "/api/cameras/cam-1/history",
        "/api/traffic/at?time=2026-11-27T18:10:50Z",
        "/api/vehicles/at?time=2026-11-27T18:10:50Z",
    )
    for path in of_the_past:
        answer = await gateway.http.get(path)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True), path
    status = await gateway.get("/api/status")
    assert (status["state"], status["layers"]["speed"]["state"]) == ("degraded", "down")
    assert (await gateway.operations.get("/readyz")).json() == {
        "ready": True,
        "source": "last-known",
        "redis": "down",
    }
    assert (await gateway.operations.get("/healthz")).status_code == 200
    assert await gateway.metric("city_gateway_redis_up") == 0


async def _age_ms(gateway: Gateway) -> int:
    return int((await gateway.http.get(VEHICLE)).headers["city-age-ms"])


async def _source(gateway: Gateway) -> str:
    return str((await gateway.operations.get("/readyz")).json()["source"])


async def test_a_redis_that_hangs_is_noticed_and_answers_go_on(
    valkey: Valkey, own_speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await own_speed.position("a")
    gateway = await start_gateway(CITY_REDIS=valkey.address)
    await gateway.get(VEHICLE)
    valkey.pause()
    # Every answer on the way is one: it comes while Redis hangs.
    await gateway.until(VEHICLE, lambda answer: answer["source"] == "last-known")
    valkey.resume()
    await gateway.until(VEHICLE, lambda answer: answer["source"] == "speed")


async def test_where_nothing_was_ever_known_it_says_when_to_try_again(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_REDIS="redis://127.0.0.1:1/0")
    for path in (
        "/api/traffic/live/north",
        "/api/traffic/predictions/north",
        "/api/models",
        "/api/vehicles/locations",
        "/api/analytics/traffic-summary",
        "/api/gtfs-realtime/vehicle-positions",
        "/api/ngsi-ld/v1/entities?type=WeatherObserved",
        "/api/cap/alerts",
    ):
        answer = await gateway.http.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await gateway.operations.get("/readyz")).status_code == 503
    assert (await gateway.operations.get("/healthz")).status_code == 200
    assert (await gateway.get("/api/status"))["layers"]["speed"]["state"] == "down"
