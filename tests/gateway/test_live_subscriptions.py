"""Several subscriptions of one client: by id, topic, box, entity and rate."""

import asyncio
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from citystream.settings import SettingsError
from gateway.quota import MOST_OF_A_CLIENT, MOST_OF_A_USER, RETRY_AFTER_S
from gateway.settings import load
from gateway.subscription import MOST_ENTITIES, TOPICS
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings

CLIENTS = 1 + MOST_OF_A_USER // MOST_OF_A_CLIENT
# They fill a connection without a rest.
FIVE = TOPICS[:5]


async def unsubscribe(client: ClientConnection, *topics: str, **more: Any) -> None:
    await client.send(msgspec.json.encode({"unsubscribe": topics, **more}).decode())


async def test_each_id_is_a_subscription_of_its_own(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.positions({"ids-a": {"longitude": -20.0}, "ids-b": {"longitude": -21.0}})
    await shared_gateway.until("/api/vehicles/ids-b", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        for id_, at in (("one", -20.0), ("two", -21.0)):
            await subscribe(client, "vehicles", id=id_, bbox=[at, 50, at, 53], rate_ms=200)
        snapshots = [await receive(client, "snapshot") for _ in range(2)]
        assert {
            message["id"]: [item["vehicle_id"] for item in message["items"]] for message in snapshots
        } == {"one": ["ids-a"], "two": ["ids-b"]}
        await shared_speed.position("ids-b", longitude=-20.0)
        deltas = [await receive(client, "delta") for _ in range(2)]
        told = {
            message["id"]: ([item["vehicle_id"] for item in message["changed"]], message["removed"])
            for message in deltas
        }
        assert told == {"one": (["ids-b"], []), "two": ([], ["ids-b"])}


async def test_the_gateway_says_what_a_subscription_is_now(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        await subscribe(client, *TOPICS)
        assert (await receive(client, "subscription"))["rates_ms"] == {
            "emergencies": 1_000,
            "vehicles": 5_000,
            "traffic": 5_000,
            "weather": 30_000,
            "cameras": 30_000,
            "predictions": 30_000,
        }
        await subscribe(client, "weather", "traffic", rate_ms=200, id="fast")
        told = await receive(client, "subscription")
        assert (told["id"], told["rates_ms"]) == ("fast", {"weather": 200, "traffic": 200})
        await unsubscribe(client, "weather", id="fast")
        assert (await receive(client, "subscription"))["rates_ms"] == {"traffic": 200}
        await unsubscribe(client, "traffic", "cameras", id="fast")
        assert (await receive(client, "subscription"))["rates_ms"] == {}
        await unsubscribe(client, "traffic", id="never")
        assert (await receive(client, "subscription"))["rates_ms"] == {}


async def test_after_unsubscribing_nothing_comes_of_the_topic_and_the_others_go_on(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway()
    async with gateway.live() as client:
        await subscribe(client, "vehicles", "traffic", rate_ms=200)
        for _ in range(2):
            await receive(client, "snapshot")
        await unsubscribe(client, "vehicles")
        await receive(client, "subscription")
        await speed.position("unheard")
        await gateway.until("/api/vehicles/unheard", lambda answer: "vehicle_id" in answer)
        await speed.road("north", now_ms() // 1000, readings(10.0))
        delta = await receive(client, "delta")
        assert (delta["topic"], [road["road_id"] for road in delta["changed"]]) == ("traffic", ["north"])


async def test_entities_are_the_only_things_heard_of(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.positions({"only-a": {}, "only-b": {}})
    await shared_gateway.until("/api/vehicles/only-b", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        await subscribe(client, "vehicles", entities=["only-a", "only-later"], rate_ms=200)
        snapshot = await receive(client, "snapshot")
        assert [item["vehicle_id"] for item in snapshot["items"]] == ["only-a"]
        await shared_speed.position("only-b", speed_kmh=1.0)
        await shared_gateway.until("/api/vehicles/only-b", lambda answer: answer["speed_kmh"] == 1.0)
        await shared_speed.position("only-later")
        delta = await receive(client, "delta")
        assert [item["vehicle_id"] for item in delta["changed"]] == ["only-later"]


async def test_entities_in_a_box_must_be_in_it(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.positions({"both-a": {"longitude": -30.0}, "both-b": {"longitude": -31.0}})
    await shared_gateway.until("/api/vehicles/both-b", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        box = [-30.0, 50.0, -30.0, 53.0]
        await subscribe(client, "vehicles", entities=["both-a", "both-b"], bbox=box, rate_ms=200)
        snapshot = await receive(client, "snapshot")
        assert [item["vehicle_id"] for item in snapshot["items"]] == ["both-a"]
        await shared_speed.positions({"both-a": {"longitude": -31.0}, "both-b": {"longitude": -30.0}})
        delta = await receive(client, "delta")
        assert ([item["vehicle_id"] for item in delta["changed"]], delta["removed"]) == (
            ["both-b"],
            ["both-a"],
        )


async def test_a_topic_has_its_own_rate_unless_one_is_asked_for(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway()
    async with gateway.live() as usual, gateway.live() as fast:
        await subscribe(usual, "vehicles")
        await subscribe(fast, "vehicles", rate_ms=200)
        for client in (usual, fast):
            await receive(client, "snapshot")
        number = 0

        async def deltas_of_the_fast_one() -> int:
            """Until the usual one hears something."""
            nonlocal number
            before, hearing = number, asyncio.create_task(receive(usual, "delta"))
            while not hearing.done():
                number += 1
                await speed.position("always", speed_kmh=float(number % 100))
                await receive(fast, "delta")
            await hearing
            return number - before

        # A first tick may come at once; from it to the next it is the topic's whole time.
        await deltas_of_the_fast_one()
        assert await deltas_of_the_fast_one() > 2


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"unsubscribe": []}, "unsubscribe"),
        ({"unsubscribe": ["trains"]}, "unsubscribe"),
        ({"unsubscribe": ["weather"], "bbox": [1, 2, 3, 4]}, "message"),
        ({"unsubscribe": ["weather"], "subscribe": ["weather"]}, "message"),
        ({"subscribe": ["weather"], "id": ""}, "id"),
        ({"subscribe": ["weather"], "id": "x" * 65}, "id"),
        ({"subscribe": ["weather"], "id": 7}, "id"),
        ({"subscribe": ["weather"], "entities": []}, "entities"),
        ({"subscribe": ["weather"], "entities": [1]}, "entities"),
        ({"subscribe": ["weather"], "entities": ["x"] * (MOST_ENTITIES + 1)}, "entities"),
        ({"subscribe": ["weather"], "bbox": [1, 4, 2, 3]}, "bbox"),
        ({"subscribe": ["weather"], "bbox": [1, 1, 2, 91]}, "bbox"),
        ({"subscribe": ["weather"], "resume": "mine"}, "resume"),
        ({"subscribe": ["weather"], "resume": "0~0~weather.x"}, "resume"),
    ],
)
async def test_a_bad_member_is_named_and_the_subscription_before_goes_on(
    shared_gateway: Gateway, message: dict[str, Any], field: str
) -> None:
    async with shared_gateway.live() as client:
        await subscribe(client, "weather", rate_ms=200)
        await receive(client, "snapshot")
        await client.send(msgspec.json.encode(message).decode())
        problem = (await receive(client, "problem"))["problem"]
        assert (problem["status"], problem["field"]) == (400, field)
        await unsubscribe(client, "cameras")
        assert (await receive(client, "subscription"))["rates_ms"] == {"weather": 200}


async def test_a_connection_has_so_many_topics_at_most(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        for number in range(MOST_OF_A_CLIENT // len(FIVE)):
            await subscribe(client, *FIVE, id=f"{number}", rate_ms=60_000)
        await subscribe(client, "weather", id="more")
        problem = (await receive(client, "problem"))["problem"]
        assert (problem["status"], problem["field"]) == (429, "subscribe")
        assert f"{MOST_OF_A_CLIENT} topics" in problem["detail"]
        # What it has, it may change.
        await subscribe(client, "weather", id="0")
        assert (await receive(client, "subscription"))["id"] == "0"
        await subscribe(client, "weather", id="more")
        assert (await receive(client, "subscription"))["id"] == "more"


async def test_ten_thousand_subscriptions_of_a_user_are_the_most_and_all_of_them_work(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway()
    per_client = MOST_OF_A_CLIENT // len(FIVE)

    async def ask(client: ClientConnection) -> list[Any]:
        answers = []
        for number in range(per_client):
            box = [13.0, 52.0, 14.0 + number / 100, 53.0]
            await subscribe(client, *FIVE, id=f"{number}", bbox=box, rate_ms=60_000)
            answers.append(await receive(client, "subscription", "problem"))
        return answers

    clients = [await gateway.live() for _ in range(CLIENTS)]
    try:
        answers = [answer for one in await asyncio.gather(*map(ask, clients)) for answer in one]
        refused = [answer["problem"] for answer in answers if answer["type"] == "problem"]
        assert len(answers) == CLIENTS * per_client
        assert len(refused) == per_client
        assert {(one["status"], one["field"]) for one in refused} == {(429, "subscribe")}
        assert await gateway.metric('city_gateway_refused_total{limit="subscriptions"}') == per_client
        # All this costs the others nothing that they would notice.
        await speed.position("unmoved")
        await gateway.until("/api/vehicles/unmoved", lambda answer: "vehicle_id" in answer)
    finally:
        await asyncio.gather(*(client.close() for client in clients))
    await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 0)
    async with gateway.live() as client:
        await subscribe(client, "weather")
        assert (await receive(client, "subscription"))["rates_ms"]


async def test_a_process_has_so_many_live_clients_and_a_place_that_is_freed_is_taken_again(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway(CITY_GATEWAY_CLIENTS="3")
    stream = "/api/live?subscribe=weather"
    clients = [await gateway.live() for _ in range(2)]
    async with gateway.http.stream("GET", stream) as streaming:
        assert streaming.status_code == 200
        with pytest.raises(InvalidStatus) as refused:
            await gateway.live()
        answer = await gateway.http.get(stream)
        for told in (refused.value.response, answer):
            assert (told.status_code, told.headers["retry-after"]) == (503, f"{RETRY_AFTER_S}")
        assert answer.json()["detail"] == "too many live clients"
        assert await gateway.metric('city_gateway_refused_total{limit="clients"}') == 2
        # They cost nobody else anything.
        assert (await gateway.http.get("/api/status")).status_code == 200

        await clients.pop().close()
        await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 2)
        clients.append(await gateway.live())
        await subscribe(clients[-1], "weather")
        await receive(clients[-1], "subscription")
    await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 2)
    async with gateway.http.stream("GET", stream) as streaming:
        assert streaming.status_code == 200
    for client in clients:
        await client.close()


def test_no_live_clients_at_all_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_GATEWAY_CLIENTS", "0")
    with pytest.raises(SettingsError, match="CITY_GATEWAY_CLIENTS"):
        load()
