"""A client that comes back goes on where it was."""

from typing import Any

import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, receive, subscribe
from tests.gateway.speed_layer import SpeedLayer

HERE = [-40.0, 50.0, -40.0, 53.0]


async def place_of(gateway: Gateway, **choice: Any) -> str:
    """`resume` of a client's snapshot; the client then leaves."""
    async with gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200, **choice)
        place = (await receive(client, "snapshot"))["resume"]
    assert isinstance(place, str)
    return place


@pytest.mark.parametrize("choice", [{}, {"bbox": HERE}, {"entities": ["back-a", "back-b", "back-c"]}])
async def test_a_client_that_resumes_gets_what_it_missed_and_no_more(
    speed: SpeedLayer, start_gateway: StartGateway, choice: dict[str, Any]
) -> None:
    here = {"longitude": -40.0}
    await speed.positions(dict.fromkeys(("back-a", "back-b", "back-c"), here))
    gateway = await start_gateway()
    place = await place_of(gateway, **choice)
    await speed.position("back-a", longitude=-40.0, speed_kmh=7.0)
    await speed.position("back-b", longitude=-41.0)
    await gateway.until("/api/vehicles/back-b", lambda answer: answer["longitude"] == -41.0)
    async with gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200, resume=place, **choice)
        assert (await receive(client, "subscription"))["resumed"] == ["vehicles"]
        delta = await receive(client, "delta", "snapshot")
        assert delta["type"] == "delta"
        changed = {item["vehicle_id"] for item in delta["changed"]}
        if "bbox" in choice:
            assert (changed, delta["removed"]) == ({"back-a"}, ["back-b"])
        else:
            assert (changed, delta["removed"]) == ({"back-a", "back-b"}, [])
        # From then on it is as if it had never been away.
        await speed.position("back-c", longitude=-42.0)
        delta = await receive(client, "delta")
        if "bbox" in choice:
            assert (delta["changed"], delta["removed"]) == ([], ["back-c"])
        else:
            assert [item["vehicle_id"] for item in delta["changed"]] == ["back-c"]


async def test_who_missed_nothing_gets_nothing(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    await speed.position("still")
    gateway = await start_gateway()
    place = await place_of(gateway)
    async with gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200, resume=place)
        assert (await receive(client, "subscription"))["resumed"] == ["vehicles"]
        await speed.position("new")
        heard = await receive(client, "delta", "snapshot")
        assert (heard["type"], [item["vehicle_id"] for item in heard["changed"]]) == ("delta", ["new"])


async def test_the_same_things_at_another_rate_go_on_where_they_are(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.position("same")
    gateway = await start_gateway()
    async with gateway.live() as client:
        await subscribe(client, "vehicles", id="map", bbox=HERE, rate_ms=5_000)
        place = (await receive(client, "snapshot"))["resume"]
        await subscribe(client, "vehicles", id="map", bbox=HERE, rate_ms=200, resume=place)
        told = await receive(client, "subscription")
        assert (told["rates_ms"], told["resumed"]) == ({"vehicles": 200}, ["vehicles"])
        await speed.position("new", longitude=-40.0)
        heard = await receive(client, "delta", "snapshot")
        assert (heard["type"], [item["vehicle_id"] for item in heard["changed"]]) == ("delta", ["new"])


async def test_a_topic_that_is_new_begins_with_its_snapshot(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.position("known")
    gateway = await start_gateway()
    place = await place_of(gateway)
    async with gateway.live() as client:
        await subscribe(client, "vehicles", "weather", rate_ms=200, resume=place)
        assert (await receive(client, "subscription"))["resumed"] == ["vehicles"]
        assert (await receive(client, "delta", "snapshot"))["topic"] == "weather"


async def test_who_asks_for_other_things_begins_anew(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    await speed.position("elsewhere", longitude=-40.0)
    gateway = await start_gateway()
    place = await place_of(gateway)
    async with gateway.live() as client:
        await subscribe(client, "vehicles", rate_ms=200, resume=place, bbox=HERE)
        assert (await receive(client, "subscription"))["resumed"] == []
        assert len((await receive(client, "snapshot"))["items"]) == 1


async def test_another_process_has_the_same_city_and_begins_with_its_snapshot(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.position("shared")
    one, other = await start_gateway(), await start_gateway()
    place = await place_of(one)
    async with one.live() as first, other.live() as second:
        await subscribe(first, "vehicles", rate_ms=200, resume=place)
        assert (await receive(first, "subscription"))["resumed"] == ["vehicles"]
        await subscribe(second, "vehicles", rate_ms=200, resume=place)
        assert (await receive(second, "subscription"))["resumed"] == []
        assert [item["vehicle_id"] for item in (await receive(second, "snapshot"))["items"]] == ["shared"]
        # Each change reaches the clients of every process.
        await speed.position("shared", speed_kmh=3.0)
        for client in (first, second):
            assert [item["speed_kmh"] for item in (await receive(client, "delta"))["changed"]] == [3.0]
