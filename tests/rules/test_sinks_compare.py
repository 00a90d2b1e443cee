"""Sinks compare: whoever writes last, what is newer by the log stays."""

from typing import Any

import pytest
import redis.asyncio as redis

from citystream.contracts import redis_keys as keys
from citystream.sinks.elasticsearch import ElasticsearchSink
from tests.citystream.records import NOW_MS, FakeRecord
from tests.citystream.sinks.test_sinks import POSITION, Made, made, written
from tests.conftest import MakeSettings
from tests.harness import events, outputs


def position(offset: int, speed: float, second: float = 0.0) -> list[FakeRecord]:
    """One position of a bus; the faster the farther north."""
    event = {
        "event_id": f"{offset}-{speed}",
        "timestamp": NOW_MS + round(second * 1000),
        "vehicle_id": "bus:7",
        "vehicle_type": "bus",
        "latitude": 48 + speed / 1000,
        "longitude": 11.5,
        "speed_kmh": speed,
        "heading_deg": 0,
    }
    return [FakeRecord(offset, events.encode(event), NOW_MS + 60_000)]


OLDER_AND_NEWER = [
    pytest.param(made(position(9, 10)), made(position(3, 20, second=1)), id="by event time"),
    pytest.param(made(position(9, 10)), made(position(3, 20), partition=1), id="then by partition"),
    pytest.param(made(position(3, 10)), made(position(9, 20)), id="then by offset"),
]


@pytest.mark.parametrize(("older", "newer"), OLDER_AND_NEWER)
@pytest.mark.parametrize("newer_first", [True, False])
async def test_the_latest_of_a_thing_and_its_place_are_those_of_its_newest_event(
    older: Made, newer: Made, newer_first: bool, settings: MakeSettings
) -> None:
    own = settings()
    sink = await written(own, *((newer, older) if newer_first else (older, newer)))
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 20
    client: Any = redis.Redis.from_url(own.redis)
    places = keys.places(own.namespace, "gps", POSITION.name, keys.bucket("bus:7"))
    ((_, latitude),) = await client.geopos(places, "bus:7")
    assert latitude == pytest.approx(48.02, abs=1e-4)
    await client.aclose()
    await sink.close()


async def test_the_index_has_the_newest_event_of_a_thing(settings: MakeSettings) -> None:
    own = settings()
    sink = ElasticsearchSink(own, "gps")
    for slots, whence in (made(position(3, 20, second=1)), made(position(9, 10))):
        sink.offer([slot for slot in slots if slot.view is POSITION], whence)
        assert await sink.flush(), sink.status()
    await sink.client.indices.refresh(index=f"{own.namespace}-*")
    found = await sink.client.search(index=f"{own.namespace}-gps-{POSITION.name}")
    (hit,) = found["hits"]["hits"]
    assert hit["_source"]["speed_kmh"] == 20
    await sink.close()


async def test_a_state_is_written_once_however_often_it_comes(settings: MakeSettings) -> None:
    own = settings()
    batch = made(position(3, 20))
    once = await written(own, batch)
    client: Any = redis.Redis.from_url(own.redis)
    first = await everything(client, own.namespace)
    again = await written(own, batch, batch)
    assert await everything(client, own.namespace) == first
    await client.aclose()
    await once.close()
    await again.close()


async def everything(client: Any, namespace: str) -> dict[bytes, Any]:
    return {
        name: await client.hgetall(name)
        async for name in client.scan_iter(match=f"*{namespace}:gps:*")
        if await client.type(name) == b"hash"
    }
