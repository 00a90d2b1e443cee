"""`/ws/live`."""

import socket
import time

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from citystream.contracts.weather import LATEST
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import incident, observation


async def test_a_snapshot_comes_first_then_deltas_in_sequence(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    here = {"longitude": 100.0}
    await shared_speed.positions({"first-a": here, "first-b": here})
    await shared_gateway.until("/api/vehicles/first-b", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        # The first word; it counts in the sequence as well.
        await receive(client, "heartbeat")
        await subscribe(client, "vehicles", bbox=[100.0, 50.0, 100.0, 53.0], rate_ms=200)
        snapshot = await receive(client, "snapshot")
        assert snapshot["topic"] == "vehicles"
        assert snapshot["source"] == "speed"
        assert {item["vehicle_id"] for item in snapshot["items"]} == {"first-a", "first-b"}
        seq = snapshot["seq"]
        for speed_kmh in (1.0, 2.0, 3.0):
            await shared_speed.position("first-b", speed_kmh=speed_kmh, longitude=100.0)
            delta = await receive(client, "delta")
            assert [(one["vehicle_id"], one["speed_kmh"]) for one in delta["changed"]] == [
                ("first-b", speed_kmh)
            ]
            assert delta["removed"] == []
            assert delta["seq"] == seq + 1
            assert "age_ms" not in delta
            seq = delta["seq"]


async def test_each_topic_has_its_own_snapshot_and_deltas(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway()
    async with gateway.live() as client:
        await subscribe(client, "traffic", "emergencies", "weather", "cameras", rate_ms=200)
        items = {}
        for _ in range(4):
            message = await receive(client, "snapshot")
            items[message["topic"]] = message["items"]
        assert {topic: len(things) for topic, things in items.items()} == {
            "traffic": 4,
            "emergencies": 0,
            "weather": 1,
            "cameras": 1,
        }
        await speed.road("north", now_ms() // 1000, readings(10.0))
        changed = (await receive(client, "delta"))["changed"]
        assert [(road["road_id"], road["mean_speed_kmh"]) for road in changed] == [("north", 10.0)]
        await speed.incident("fire", incident("reported"))
        assert (await receive(client, "delta"))["changed"][0]["incident_id"] == "fire"
        await speed.incident("fire", incident("resolved"))
        assert (await receive(client, "delta"))["removed"] == ["fire"]


async def test_a_box_shows_who_is_in_it_and_removes_who_leaves(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.positions({"inside": {"longitude": 110.0}, "outside": {"longitude": 120.0}})
    await shared_gateway.until("/api/vehicles/outside", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        await subscribe(client, "vehicles", bbox=[109.0, 50.0, 111.0, 53.0], rate_ms=200)
        snapshot = await receive(client, "snapshot")
        assert [item["vehicle_id"] for item in snapshot["items"]] == ["inside"]
        await shared_speed.position("outside", longitude=121.0)
        await shared_speed.position("inside", longitude=112.0)
        delta = await receive(client, "delta")
        assert (delta["changed"], delta["removed"]) == ([], ["inside"])
        await shared_speed.position("outside", longitude=110.5)
        delta = await receive(client, "delta")
        assert ([item["vehicle_id"] for item in delta["changed"]], delta["removed"]) == (["outside"], [])


async def test_a_new_subscription_replaces_the_one_before(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    async with shared_gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200)
        assert (await receive(client, "snapshot"))["topic"] == "vehicles"
        await subscribe(client, "weather", rate_ms=200)
        assert (await receive(client, "snapshot"))["topic"] == "weather"
        await shared_speed.position("replaced")
        await shared_gateway.until("/api/vehicles/replaced", lambda answer: "vehicle_id" in answer)
        await shared_speed.latest("weather", LATEST, {"station-1": observation()})
        assert (await receive(client, "delta"))["topic"] == "weather"


async def test_a_client_hears_at_its_own_rate_and_the_last_value_wins(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("sampled", speed_kmh=0.0, longitude=130.0)
    await shared_gateway.until("/api/vehicles/sampled", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        started = time.monotonic()
        await subscribe(client, "vehicles", bbox=[130.0, 50.0, 130.0, 53.0], rate_ms=1_000)
        await receive(client, "snapshot")
        for speed_kmh in range(1, 31):
            await shared_speed.position("sampled", speed_kmh=float(speed_kmh), longitude=130.0)
            await shared_gateway.until("/api/vehicles/sampled", lambda one: one["speed_kmh"] == speed_kmh)  # noqa: B023 - used at once
        heard: list[float] = []
        while not heard or heard[-1] != 30.0:
            heard.append((await receive(client, "delta"))["changed"][0]["speed_kmh"])
    # One message a second at most, whatever came in between.
    assert len(heard) <= 1 + time.monotonic() - started
    assert heard == sorted(heard)


async def test_a_client_that_does_not_read_is_sampled(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    vehicles = {f"vehicle-{number:04d}" for number in range(2_000)}
    await speed.positions({key: {"speed_kmh": 0.0} for key in vehicles})
    gateway = await start_gateway()
    # Small, or the kernel would take many messages for a client that takes none.
    receiving = socket.socket()
    receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    receiving.connect(("127.0.0.1", gateway.port))
    receiving.setblocking(False)
    async with gateway.live(sock=receiving) as slow:
        await subscribe(slow, "vehicles", rate_ms=200)
        snapshot = len(msgspec.json.encode(await receive(slow, "snapshot")))
        slow.transport.pause_reading()
        for speed_kmh in range(1, 21):
            await speed.positions({key: {"speed_kmh": float(speed_kmh)} for key in vehicles})
            await gateway.until("/api/vehicles/vehicle-1999", lambda one: one["speed_kmh"] == speed_kmh)  # noqa: B023 - used at once
        slow.transport.resume_reading()
        last: dict[str, float] = {}
        received = 0
        while len(last) < 2_000 or set(last.values()) != {20.0}:
            text = await slow.recv()
            received += len(text)
            message = msgspec.json.decode(text)
            last |= {item["vehicle_id"]: item["speed_kmh"] for item in message.get("changed", ())}
    # All 20 changes are 20 snapshots long; the server's socket holds 4 MB at most, ten of them.
    assert received < 15 * snapshot


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("not json", "message"),
        ("[]", "message"),
        ("{}", "message"),
        ('{"subscribe": []}', "subscribe"),
        ('{"subscribe": ["trains"]}', "subscribe"),
        ('{"subscribe": "vehicles"}', "subscribe"),
        ('{"subscribe": ["vehicles"], "rate_ms": 199}', "rate_ms"),
        ('{"subscribe": ["vehicles"], "rate_ms": 1e9}', "rate_ms"),
        ('{"subscribe": ["vehicles"], "bbox": [1, 2, 3]}', "bbox"),
        ('{"subscribe": ["vehicles"], "bbox": [1, 2, 3, "x"]}', "bbox"),
        ('{"subscribe": ["vehicles"], "speed": 1}', "message"),
    ],
)
async def test_a_bad_message_is_answered_and_the_connection_goes_on(
    shared_gateway: Gateway, message: str, field: str
) -> None:
    async with shared_gateway.live() as client:
        await client.send(message)
        problem = (await receive(client, "problem"))["problem"]
        assert (problem["status"], problem["field"]) == (400, field)
        assert "subscribe" in problem["remedy"] or "minlon" in problem["remedy"]
        await subscribe(client, "weather")
        assert (await receive(client, "snapshot"))["topic"] == "weather"


async def test_binary_messages_are_refused_like_any_bad_one(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        await client.send(b'{"subscribe": ["weather"]}')
        assert (await receive(client, "problem"))["problem"]["field"] == "message"


async def test_a_connection_starts_with_a_heartbeat_that_tells_the_source(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        first = msgspec.json.decode(await client.recv())
    assert (first["type"], first["seq"], first["source"]) == ("heartbeat", 1, "speed")


@pytest.mark.parametrize("user", [None, ("ada", "a wrong password")])
async def test_without_credentials_there_is_no_connection(
    shared_gateway: Gateway, user: tuple[str, str] | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with shared_gateway.live(user):
            pass
    assert refused.value.response.status_code == 401


async def test_another_sites_page_gets_no_connection(shared_gateway: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with shared_gateway.live(origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with shared_gateway.live(origin=shared_gateway.url) as client:
        await subscribe(client, "weather")
        await receive(client, "snapshot")


async def test_a_client_that_left_is_forgotten(shared_gateway: Gateway) -> None:
    clients = "city_gateway_live_clients"
    await until(lambda: shared_gateway.metric(clients), lambda count: count == 0)
    async with shared_gateway.live(), shared_gateway.live():
        assert await shared_gateway.metric(clients) == 2
    await until(lambda: shared_gateway.metric(clients), lambda count: count == 0)
