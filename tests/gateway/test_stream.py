"""`/api/live`: the same messages as Server-Sent Events, read by a client of that standard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx_sse
import pytest

from gateway import users
from gateway.subscription import TOPICS
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer
from tests.harness.patience import PATIENCE_S

PATH = "/api/live"


class Events:
    """What comes of a stream."""

    def __init__(self, source: httpx_sse.EventSource) -> None:
        self._events = source.aiter_sse()

    async def next(self, *types: str) -> tuple[httpx_sse.ServerSentEvent, Any]:
        """The next event of one of these types, and its message."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await anext(self._events)
                message = event.json()
                assert event.event == message["type"]
                if event.event in types:
                    return event, message


@asynccontextmanager
async def listening(gateway: Gateway, last_event_id: str = "", **parameters: Any) -> AsyncIterator[Events]:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    source = httpx_sse.aconnect_sse(gateway.http, "GET", PATH, params=parameters, headers=headers)
    async with source as events:
        events.response.raise_for_status()
        yield Events(events)


async def test_a_snapshot_comes_first_then_deltas(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    await speed.position("streamed")
    gateway = await start_gateway()
    async with listening(gateway, subscribe="vehicles,weather", rate_ms=200) as events:
        snapshots = [(await events.next("snapshot"))[1] for _ in range(2)]
        assert {one["topic"]: len(one["items"]) for one in snapshots} == {"vehicles": 1, "weather": 1}
        assert (await events.next("heartbeat"))[1]["source"] == "speed"
        await speed.position("streamed", speed_kmh=5.0)
        _, delta = await events.next("delta")
        assert [item["speed_kmh"] for item in delta["changed"]] == [5.0]
        assert await gateway.metric("city_gateway_live_clients") == 1
    await until(lambda: gateway.metric("city_gateway_live_clients"), lambda count: count == 0)


async def test_box_and_entities_choose(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    await shared_speed.positions({"sse-a": {"longitude": -50.0}, "sse-b": {"longitude": -50.0}})
    await shared_gateway.until("/api/vehicles/sse-b", lambda answer: "vehicle_id" in answer)
    chosen = {"subscribe": "vehicles", "bbox": "-50,50,-50,53", "entities": "sse-b,sse-c"}
    async with listening(shared_gateway, **chosen) as events:
        _, snapshot = await events.next("snapshot")
        assert [item["vehicle_id"] for item in snapshot["items"]] == ["sse-b"]


async def test_a_browser_that_comes_back_goes_on_where_it_was(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.positions({"gone-a": {}, "gone-b": {}})
    gateway = await start_gateway()
    async with listening(gateway, subscribe="vehicles", rate_ms=200) as events:
        last, snapshot = await events.next("snapshot")
        assert last.id == snapshot["resume"]
    await speed.position("gone-a", speed_kmh=9.0)
    await gateway.until("/api/vehicles/gone-a", lambda answer: answer["speed_kmh"] == 9.0)
    async with listening(gateway, last.id, subscribe="vehicles", rate_ms=200) as events:
        _, message = await events.next("snapshot", "delta")
        assert message["type"] == "delta"
        assert [item["vehicle_id"] for item in message["changed"]] == ["gone-a"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "subscribe"),
        ({"subscribe": ""}, "subscribe"),
        ({"subscribe": "trains"}, "subscribe"),
        ({"subscribe": "weather", "bbox": "1,2,3"}, "bbox"),
        ({"subscribe": "weather", "bbox": "1,2,3,north"}, "bbox"),
        ({"subscribe": "weather", "bbox": "1,2,3,nan"}, "bbox"),
        ({"subscribe": "weather", "rate_ms": "100"}, "rate_ms"),
        ({"subscribe": "weather", "rate_ms": "soon"}, "rate_ms"),
        ({"subscribe": "weather", "resume": "mine"}, "resume"),
        ({"subscribe": "weather", "topic": "weather"}, "topic"),
    ],
)
async def test_a_bad_parameter_is_named(
    shared_gateway: Gateway, parameters: dict[str, str], field: str
) -> None:
    refused = await shared_gateway.http.get(PATH, params=parameters)
    assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text


async def test_who_does_not_take_events_is_told(shared_gateway: Gateway) -> None:
    accept = {"Accept": "application/json"}
    refused = await shared_gateway.http.get(PATH, params={"subscribe": "weather"}, headers=accept)
    assert refused.status_code == 406


async def test_head_ends(shared_gateway: Gateway) -> None:
    answer = await shared_gateway.http.head(PATH, params={"subscribe": ",".join(TOPICS)})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
    assert answer.headers["cache-control"] == "no-store"


async def test_nobody_listens_without_credentials(shared_gateway: Gateway) -> None:
    refused = await shared_gateway.http.get(PATH, params={"subscribe": "weather"}, auth=None)
    assert refused.status_code == 401


async def test_a_removed_users_stream_ends(
    speed: SpeedLayer, start_gateway: StartGateway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("users") / "users.json"
    name, password = "ada", "a viewer's password"
    known = {name: users.make(name, users.Role.VIEWER, password)}
    users.write(file, known)
    gateway = await start_gateway(CITY_GATEWAY_USERS_FILE=str(file))
    async with listening(gateway, subscribe="weather", rate_ms=200) as events:
        await events.next("snapshot")
        users.write(file, {})
        with pytest.raises(StopAsyncIteration):
            await events.next("what never comes")


async def test_a_gateway_that_ends_ends_its_streams(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    async with listening(gateway, subscribe="weather", rate_ms=200) as events:
        await events.next("snapshot")
        began = asyncio.get_running_loop().time()
        await asyncio.to_thread(gateway.process.stop)
        assert asyncio.get_running_loop().time() - began < 4.0
    assert "Traceback" not in "\n".join(gateway.process.last_lines())
