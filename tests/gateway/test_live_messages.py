"""Many messages of one WebSocket client."""

import asyncio
import contextlib
from typing import Any

import msgspec
import psutil
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from gateway.websocket import MESSAGES_BURST, MOST_REFUSED
from tests.gateway.conftest import StartGateway
from tests.gateway.running import OPERATOR, Gateway, receive, subscribe, until
from tests.gateway.speed_layer import SpeedLayer
from tests.harness.patience import PATIENCE_S

REFUSED = 'city_gateway_refused_total{limit="messages"}'
FLOOD = 10_000


async def pan(client: ClientConnection, times: int) -> None:
    """As a map does that is moved: the last box is around longitude -40 - `times`."""
    for number in range(1, times + 1):
        west = -40.0 - number
        await subscribe(client, "vehicles", bbox=[west, 50, west + 0.5, 53], rate_ms=200)


async def heard(client: ClientConnection) -> list[Any]:
    """Everything until it is closed."""
    came = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            came.append(msgspec.json.decode(await client.recv()))
    return came


async def test_sixty_in_a_row_are_obeyed_and_the_last_ones_subscription_stands(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    here, elsewhere = {"longitude": -99.75}, {"longitude": -41.75}
    await shared_speed.positions({"panned-to": here, "panned-over": elsewhere})
    await shared_gateway.until("/api/vehicles/panned-over", lambda answer: "vehicle_id" in answer)
    async with shared_gateway.live() as client:
        await pan(client, 60)
        answers = [await receive(client, "subscription", "problem") for _ in range(60)]
        assert {answer["type"] for answer in answers} == {"subscription"}
        # Of those before it there may be some, of a gateway that got no time in between.
        while [item["vehicle_id"] for item in (await receive(client, "snapshot"))["items"]] != ["panned-to"]:
            pass
        await shared_speed.positions({"panned-over": elsewhere | {"speed_kmh": 1.0}})
        await shared_speed.positions({"panned-to": here | {"speed_kmh": 2.0}})
        delta = await receive(client, "delta")
        assert [item["vehicle_id"] for item in delta["changed"]] == ["panned-to"]


async def test_one_too_many_is_told_when_to_go_on_and_not_obeyed(shared_gateway: Gateway) -> None:
    async with shared_gateway.live() as client:
        sent = [f"{number % 20}" for number in range(2 * MESSAGES_BURST)]
        for id_ in sent:
            await subscribe(client, "cameras", id=id_, rate_ms=60_000)
        answers = [await receive(client, "subscription", "problem") for _ in sent]
        # Each has its answer, in order.
        problems = [answer["problem"] for answer in answers if answer["type"] == "problem"]
        assert [answer.get("id", id_) for answer, id_ in zip(answers, sent, strict=True)] == sent
        assert [answer["type"] for answer in answers[:MESSAGES_BURST]] == ["subscription"] * MESSAGES_BURST
        assert {(one["status"], one["field"]) for one in problems} == {(429, "message")}
        assert "go on in 0.1 s" in problems[0]["detail"]
        assert "in 0.1 s" in problems[0]["remedy"]

        async def obeyed() -> bool:
            await client.send('{"unsubscribe": ["cameras"], "id": "0"}')
            return bool((await receive(client, "subscription", "problem"))["type"] == "subscription")

        # Who waits a little is heard again.
        await until(obeyed, bool)


async def test_a_flood_is_refused_and_ended_and_others_notice_nothing(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway()
    await speed.position("seen", longitude=-41.75)
    await gateway.until("/api/vehicles/seen", lambda answer: "vehicle_id" in answer)
    process = psutil.Process(gateway.process.pid)
    async with gateway.live(OPERATOR) as other, gateway.live() as client:
        await subscribe(other, "vehicles", rate_ms=200)
        assert (await receive(other, "snapshot"))["items"][0]["vehicle_id"] == "seen"
        before = process.memory_info().rss
        hearing = asyncio.create_task(heard(client))
        with contextlib.suppress(ConnectionClosed):
            for _ in range(FLOOD // 10):
                await pan(client, 10)
        assert (await gateway.get("/api/vehicles/seen"))["vehicle_id"] == "seen"
        came = await asyncio.wait_for(hearing, PATIENCE_S)
        assert client.protocol.close_rcvd is not None
        closed = client.protocol.close_rcvd
        assert (closed.code, closed.reason) == (1008, "too many messages")
        problems = [one["problem"]["status"] for one in came if one["type"] == "problem"]
        # The last one's answer is the end; those that were about to be sent are lost with it.
        assert set(problems) == {429}
        assert MOST_REFUSED // 2 < len(problems) < MOST_REFUSED
        assert sum(one["type"] == "subscription" for one in came) >= MESSAGES_BURST
        assert [one["seq"] for one in came] == list(range(1, len(came) + 1))
        assert await gateway.metric(REFUSED) == MOST_REFUSED
        await speed.position("seen", longitude=-41.75, speed_kmh=7.0)
        delta = await receive(other, "delta")
        assert [one["speed_kmh"] for one in delta["changed"]] == [7.0]
        assert process.memory_info().rss - before < 30_000_000
    await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 0)
    assert "Traceback" not in gateway.process.last_lines()


async def test_a_client_that_floods_and_leaves_is_forgotten_without_a_word(
    start_gateway: StartGateway,
) -> None:
    gateway = await start_gateway()
    for _ in range(5):
        client = await gateway.live()
        with contextlib.suppress(ConnectionClosed):
            await pan(client, MESSAGES_BURST + MOST_REFUSED)
        client.transport.abort()
    await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 0)
    assert "Traceback" not in gateway.process.log.read_text()
