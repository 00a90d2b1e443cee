"""Every route through every loss: Redis hangs, dies, comes back empty; S3 is away too; nothing is there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.contracts.event_time import rfc3339
from citystream.log.admin import create_topics
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.moto import Moto
from demo.servers.valkey import Valkey
from tests.conftest import MakeSettings, make_bucket
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, receive, subscribe, until
from tests.harness import events, kafka_log
from tests.harness.workers import Worker

EVENTS = 1_500
"""A minute, of which half is settled: its windows have closed, late events too."""
SETTLED = rfc3339(events.START_MS + EVENTS * events.STEP_MS // 2)
LISTS = {
    "/api/traffic/live": ("roads", "road_id"),
    "/api/vehicles/locations": ("vehicles", "vehicle_id"),
    "/api/emergencies/active": ("emergencies", "incident_id"),
    "/api/weather/current": ("stations", "station_id"),
    "/api/cameras": ("cameras", "camera_id"),
}
RANGE = {
    "from": rfc3339(events.START_MS - 60_000),
    "to": rfc3339(events.START_MS + 2 * EVENTS * events.STEP_MS),
}
HISTORIES = ("/api/traffic/history/road-1", "/api/weather/history/station-1", "/api/analytics/history")
OF_CAMERA = "/api/cameras/camera-1/history"
"""Of the road that the camera sees now, which these events change."""
ALWAYS = (
    *LISTS,
    "/api/traffic/predictions",
    "/api/emergencies/history",
    "/api/analytics/traffic-summary",
    "/api/analytics/congestion",
    "/api/vehicles/vehicle-1",
    "/api/vehicles/vehicle-1/track",
    "/api/status",
    "/api/roads",
)
"""Answerable from the first load on, whatever is away."""


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[Moto]:
    """An S3 server that this test ends."""
    server = Moto(tmp_path / "s3")
    server.start()
    yield server
    server.kill()


class City:
    """Five services, and what they are told."""

    def __init__(self, own: Settings, folder: Path, seed: int) -> None:
        self.own = own
        self._seed = seed
        self.workers = [Worker(type_, own, folder) for type_ in events.TYPES]

    async def start(self) -> None:
        await create_topics(self.own, list(events.TYPES))
        for worker in self.workers:
            worker.start()

    async def produce(self, begin: int, end: int) -> None:
        """Events of this range of numbers; back when all are folded and archived."""
        for type_ in events.TYPES:
            whole, before = (events.stream(type_, self._seed, count) for count in (end, begin))
            topic = topics.source(self.own.namespace, type_)
            await kafka_log.produce(self.own.kafka, topic, whole[len(before) :])
        for worker in self.workers:
            await worker.ready()
        for type_ in events.TYPES:
            await kafka_log.drained(self.own, type_)
            await kafka_log.archived(self.own, type_)

    async def flushed(self) -> None:
        """Back when Redis has all that was folded."""
        for worker in self.workers:
            await worker.flushed("redis")

    def kill(self) -> None:
        for worker in self.workers:
            worker.process.kill()


async def told(gateway: Gateway) -> dict[str, Any]:
    """Things with data by list, without what depends on when and of which watermark they are told."""
    found: dict[str, Any] = {}
    for path, (name, id_) in LISTS.items():
        found[path] = {
            one[id_]: {member: one[member] for member in one if member != "closed"}
            for one in (await gateway.get(path))[name]
            if one["timestamp"] is not None
        }
    return found


async def past(gateway: Gateway) -> dict[str, Any]:
    """Figures of the histories' settled windows, by route and start."""
    found: dict[str, Any] = {}
    for path in HISTORIES:
        windows = (await gateway.get(path, **RANGE))["windows"]
        found[path] = {
            one["window_start"]: {name: one[name] for name in one if name not in ("source", "closed")}
            for one in windows
            if one["window_end"] <= SETTLED
        }
    return found


async def sources(gateway: Gateway) -> set[str]:
    return {(await gateway.http.get(path)).json().get("source") for path in LISTS}


@asynccontextmanager
async def watched(gateway: Gateway) -> AsyncIterator[Counter[str]]:
    """Asks every answerable route again and again; how often each answered, which must be with a 200."""
    answers: Counter[str] = Counter()
    wrong: list[tuple[str, int, str]] = []

    async def ask() -> None:
        while True:
            for path in ALWAYS:
                answer = await gateway.http.get(path)
                answers[path] += 1
                if answer.status_code != 200:
                    wrong.append((path, answer.status_code, answer.text))
            await asyncio.sleep(0.02)

    asking = asyncio.create_task(ask())
    try:
        yield answers
    finally:
        asking.cancel()
        assert not wrong, wrong[:5]
        assert all(answers[path] > 1 for path in ALWAYS), answers


async def test_each_route_answers_through_every_loss(
    settings: MakeSettings,
    valkey: Valkey,
    moto: Moto,
    tmp_path: Path,
    start_gateway: StartGateway,
    seed: int,
) -> None:
    own = settings(
        redis=valkey.address,
        s3=moto.address,
        window_s=10,
        disorder_s=5,
        lateness_s=10,
        archive_s=1,
        partitions=2,
    )
    make_bucket(moto.address, own.s3_bucket)
    # The events are not of the city whose model the gateway has.
    environment = {**city_environment(own), "CITY_GATEWAY_BATCH_HOURS": "1", "CITY_MARGIN_KM": "5000"}
    city = City(own, tmp_path, seed)
    await city.start()
    try:
        await city.produce(0, EVENTS)
        await city.flushed()
        gateway = await start_gateway(**environment)
        await until(lambda: sources(gateway), lambda found: found == {"speed"})
        before, history = await told(gateway), await past(gateway)
        assert all(before.values())
        assert all(history.values())
        async with watched(gateway):
            # Paused: noticed within seconds, and nothing is newer anywhere.
            valkey.pause()
            await until(lambda: sources(gateway), lambda found: "speed" not in found)
            assert await told(gateway) == before
            valkey.resume()
            await until(lambda: sources(gateway), lambda found: found == {"speed"})

            # Killed: what comes now is told out of the archive.
            async with gateway.live() as client:
                await subscribe(client, "vehicles", rate_ms=200)
                await receive(client, "snapshot")
                await asyncio.to_thread(valkey.kill)
                await city.produce(EVENTS, 2 * EVENTS)
                await until(lambda: sources(gateway), lambda found: found == {"batch"})
                delta = await until(
                    lambda: receive(client, "delta"),
                    lambda message: message["source"] == "batch" and message["changed"],
                )
                assert delta["topic"] == "vehicles"
            await until(lambda: past(gateway), lambda found: found == history)
            await until(lambda: gateway.get(OF_CAMERA, **RANGE), lambda found: bool(found["windows"]))

            # Back, and empty: services publish what is live, and one that never sees Redis tells the same.
            await asyncio.to_thread(valkey.start)
            await until(lambda: sources(gateway), lambda found: found == {"speed"})
            alone = await start_gateway(**environment | {"CITY_REDIS": "redis://127.0.0.1:1/0"})
            await until(lambda: sources(alone), lambda found: found == {"batch"})
            # The archive has no forecasts, and is a whole city without them.
            assert (await alone.http.get("/api/traffic/predictions")).status_code == 503
            assert (await alone.operations.get("/readyz")).json()["ready"] is True

            async def both() -> tuple[dict[str, Any], dict[str, Any]]:
                return await told(gateway), await told(alone)

            right, _ = await until(both, lambda found: found[0] == found[1] != before)
            assert all(right.values())
            assert await past(gateway) == history

            # Both away: what was known stays.
            await asyncio.to_thread(valkey.kill)
            await asyncio.to_thread(moto.kill)
            await until(lambda: sources(gateway), lambda found: "speed" not in found)
            assert await told(gateway) == right
        nobody = await start_gateway(**environment)
        for path in (*LISTS, *HISTORIES, OF_CAMERA, "/api/analytics/traffic-summary"):
            answer = await nobody.http.get(path)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) > 0
    finally:
        city.kill()
