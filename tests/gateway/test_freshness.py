"""From Redis to the API: how fast, and what does not get through."""

import pytest

from citystream.contracts import gps, redis_keys, traffic
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway
from tests.gateway.speed_layer import POSITION, SpeedLayer, now_ms, readings


async def test_every_change_reaches_the_api(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    path = "/api/vehicles/fresh"
    await shared_speed.position("fresh", speed_kmh=0.0)
    await shared_gateway.until(path, lambda answer: "speed_kmh" in answer)
    for speed_kmh in range(1, 21):
        await shared_speed.position("fresh", speed_kmh=float(speed_kmh))
        await shared_gateway.until(path, lambda answer: answer["speed_kmh"] == speed_kmh)  # noqa: B023 - used at once


async def test_what_was_in_redis_before_the_start_is_answered(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.position("early")
    await speed.road("north", 1_700_000_100, readings(33.0))
    gateway = await start_gateway()
    assert (await gateway.get("/api/vehicles/early"))["vehicle_id"] == "early"
    assert (await gateway.get("/api/traffic/live/north"))["max_speed_kmh"] == 33.0


async def test_a_thing_that_redis_let_go_is_let_go(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.position("brief")
    await shared_gateway.until("/api/vehicles/brief", lambda answer: "vehicle_id" in answer)
    await shared_speed.client.delete(redis_keys.latest(shared_speed.namespace, "gps", gps.LATEST, "brief"))
    await shared_speed.announce("gps", gps.LATEST, ["brief"])
    await shared_gateway.until("/api/vehicles/brief", lambda answer: answer.get("status") == 404)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\xc1" * 100, b"0" * redis_keys.LATEST_VERSION_LENGTH + b"\xc1\xff", b"0" * 20],
    ids=["empty", "binary", "not msgpack", "too short"],
)
async def test_an_unreadable_value_leaves_the_rest_and_the_last_good_one(
    shared_gateway: Gateway, shared_speed: SpeedLayer, garbage: bytes
) -> None:
    bad = f"bad-{garbage.hex()[:10]}-{len(garbage)}"
    await shared_speed.position(bad, speed_kmh=11.0)
    await shared_gateway.until(f"/api/vehicles/{bad}", lambda answer: "vehicle_id" in answer)
    unreadable = 'city_gateway_unreadable_total{topic="vehicles"}'
    before = await shared_gateway.metric(unreadable)
    key = redis_keys.latest(shared_speed.namespace, "gps", gps.LATEST, bad)
    await shared_speed.client.hset(key, redis_keys.LATEST_FIELD, garbage)
    await shared_speed.announce("gps", gps.LATEST, [bad, f"good-{bad}"])
    await shared_speed.position(f"good-{bad}")
    await shared_gateway.until(f"/api/vehicles/good-{bad}", lambda answer: "vehicle_id" in answer)
    assert (await shared_gateway.get(f"/api/vehicles/{bad}"))["speed_kmh"] == 11.0
    assert await shared_gateway.metric(unreadable) > before


async def test_values_of_the_wrong_shape_leave_the_rest(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    ns = shared_speed.namespace
    await shared_speed.client.set(redis_keys.latest(ns, "gps", gps.LATEST, "string"), b"x", ex=600)
    await shared_speed.positions({"off-the-globe": {"latitude": 123.0}, "no-number": {"speed_kmh": "fast"}})
    await shared_speed.client.hset(redis_keys.live(ns, "traffic", traffic.WINDOWS, "ghost"), "0.0", b"9" * 30)
    await shared_speed.client.publish(redis_keys.changes(ns, "gps"), b"\xc1 not msgpack")
    await shared_speed.announce("gps", "no-such-view", ["x"])
    await shared_speed.announce("gps", gps.LATEST, ["string"])
    await shared_speed.announce("traffic", traffic.WINDOWS, ["ghost"])
    await shared_speed.position("survivor")
    await shared_gateway.until("/api/vehicles/survivor", lambda answer: "vehicle_id" in answer)
    for path in ("/api/vehicles/string", "/api/vehicles/off-the-globe", "/api/vehicles/no-number"):
        assert (await shared_gateway.http.get(path)).status_code == 404
    assert (await shared_gateway.http.get("/api/traffic/live/ghost")).status_code == 404


async def test_a_value_that_is_half_readable_is_not_answered_as_a_whole(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    start_s = now_ms() // 1000 // 300 * 300
    await shared_speed.road("half", start_s, readings(10.0), partition=0)
    await shared_gateway.until("/api/traffic/live/half", lambda answer: answer.get("readings") == 1)
    key = redis_keys.live(shared_speed.namespace, "traffic", traffic.WINDOWS, "half")
    await shared_speed.client.hset(key, "0.1", redis_keys.live_version(start_s, 7) + b"\xc1")
    await shared_speed.road("half", start_s, readings(10.0, 20.0), partition=0)
    await shared_speed.position("after-half")
    await shared_gateway.until("/api/vehicles/after-half", lambda answer: "vehicle_id" in answer)
    assert (await shared_gateway.get("/api/traffic/live/half"))["readings"] == 1
    await shared_speed.road("half", start_s, readings(30.0), partition=1)
    await shared_gateway.until("/api/traffic/live/half", lambda answer: answer["readings"] == 3)


async def test_a_change_that_nobody_announced_is_found_by_the_sweep(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    # Buckets are swept in turn, one about every two seconds, so the test waits for an early one.
    known, silent = [f"v{number}" for number in range(200) if redis_keys.bucket(f"v{number}") == 1][:2]
    await speed.position(known)
    gateway = await start_gateway()
    await gateway.get(f"/api/vehicles/{known}")
    ns = speed.namespace
    await speed.client.zrem(redis_keys.index(ns, "gps", gps.LATEST, 1), known)
    await speed.silently("gps", gps.LATEST, silent, {**POSITION, "time_ms": now_ms()})
    await gateway.until(f"/api/vehicles/{silent}", lambda answer: "vehicle_id" in answer)
    assert (await gateway.http.get(f"/api/vehicles/{known}")).status_code == 404
