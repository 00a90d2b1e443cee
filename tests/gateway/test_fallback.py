"""Without Redis, what services go on to archive is what the gateway tells."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.valkey import Valkey
from tests.conftest import MakeSettings
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, receive, subscribe, until
from tests.harness import events, kafka_log
from tests.harness.workers import Worker

EVENTS = 400
LISTS = {
    "/api/traffic/live": ("roads", "road_id"),
    "/api/vehicles/locations": ("vehicles", "vehicle_id"),
    "/api/emergencies/active": ("emergencies", "incident_id"),
    "/api/weather/current": ("stations", "station_id"),
    "/api/cameras": ("cameras", "camera_id"),
}


async def produce(own: Settings, seed: int, begin: int, end: int) -> None:
    for type_ in events.TYPES:
        part = events.stream(type_, seed, end)[len(events.stream(type_, seed, begin)) :]
        await kafka_log.produce(own.kafka, topics.source(own.namespace, type_), part)


async def told(gateway: Gateway, path: str) -> dict[str, Any]:
    """Things with data, without what depends on when and of which watermark they are told."""
    name, id_ = LISTS[path]
    return {
        one[id_]: {member: one[member] for member in one if member != "closed"}
        for one in (await gateway.get(path))[name]
        if one["timestamp"] is not None
    }


async def sources(gateway: Gateway) -> set[str]:
    return {(await gateway.http.get(path)).json().get("source") for path in LISTS}


@pytest.mark.real
async def test_without_redis_the_archive_goes_on_telling_all_five_kinds(
    settings: MakeSettings, valkey: Valkey, tmp_path: Path, start_gateway: StartGateway, seed: int
) -> None:
    own = settings(redis=valkey.address, window_s=10, disorder_s=5, lateness_s=10, archive_s=1, partitions=2)
    await create_topics(own, list(events.TYPES))
    workers = [Worker(type_, own, tmp_path) for type_ in events.TYPES]
    for worker in workers:
        worker.start()
    # The events are not of the city whose model the gateway has.
    far = {"CITY_MARGIN_KM": "5000"}
    environment = {**city_environment(own), "CITY_GATEWAY_BATCH_HOURS": "1", **far}
    try:
        await produce(own, seed, 0, EVENTS)
        for worker in workers:
            await worker.ready()
        for type_ in events.TYPES:
            await kafka_log.drained(own, type_)
        for worker in workers:
            await worker.flushed("redis")
        gateway = await start_gateway(**environment)
        await until(lambda: sources(gateway), lambda found: found == {"speed"})
        before = {path: await told(gateway, path) for path in LISTS}
        assert all(before.values())

        async with gateway.live() as client:
            await subscribe(client, "vehicles", rate_ms=200)
            await receive(client, "snapshot")
            await asyncio.to_thread(valkey.kill)
            await produce(own, seed, EVENTS, 2 * EVENTS)
            await until(lambda: sources(gateway), lambda found: found == {"batch"})
            delta = await until(
                lambda: receive(client, "delta"),
                lambda message: message["source"] == "batch" and message["changed"],
            )
            assert delta["topic"] == "vehicles"
        assert (await gateway.get("/api/status"))["layers"]["speed"]["state"] == "down"
        assert await gateway.metric('city_gateway_source{source="batch",topic="cameras"}') == 1

        # Back, it is right again.
        await asyncio.to_thread(valkey.start)
        await until(lambda: sources(gateway), lambda found: found == {"speed"})
        for worker in workers:
            await worker.flushed("redis")
        third = await start_gateway(**(environment | {"CITY_GATEWAY_BATCH_HOURS": "0"}))
        right = {path: await told(third, path) for path in LISTS}
        for path in LISTS:
            assert right[path] != before[path], path
            await until(lambda: told(gateway, path), lambda found: found == right[path])  # noqa: B023 - used at once

        # One that never sees Redis tells the same out of the archive alone.
        await asyncio.to_thread(valkey.kill)
        alone = await start_gateway(**environment)
        await until(lambda: sources(alone), lambda found: found == {"batch"})
        for path in LISTS:
            await until(lambda: told(alone, path), lambda found: found == right[path])  # noqa: B023 - used at once
    finally:
        for worker in workers:
            worker.process.kill()
