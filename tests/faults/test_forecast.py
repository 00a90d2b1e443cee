"""kill -9 of the forecast role between steps: the forecasts are those of a run without it."""

import asyncio
import heapq
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from citystream.contracts import forecast as contract
from citystream.contracts import redis_keys, stored, topics
from citystream.contracts.city_model import CityModel, Road, dump
from citystream.contracts.forecast import HORIZONS_MIN, RoadForecast, document
from citystream.log.admin import create_topics
from citystream.log.kafka_time import Ordered, Part
from citystream.servers.connections import redis_client
from citystream.settings import Settings
from services.traffic.forecast.stepper import Stepper, inputs
from tests.conftest import MakeSettings
from tests.harness import kafka_log
from tests.harness.events import Message, encode
from tests.harness.patience import PATIENCE_S
from tests.harness.scraped import with_labels_of_the_catalogue
from tests.harness.workers import Worker

START_MS = 1_790_000_100_000 - 1_790_000_100_000 % 300_000
ROADS = 12
STEPS = 60
PER_S = 400
KILLS = 2
BEFORE_A_KILL = 8
"""Steps, so that it has learned something."""
TYPES = ("traffic", "weather", "emergency")


def speed(road: int, minute: int) -> float:
    """A wave that runs through the city, every two hours."""
    return round(50 + 25 * math.sin((minute - 4 * road) / 120 * 2 * math.pi), 2)


def readings() -> Iterator[Message]:
    for minute in range(5 * STEPS + 2):
        for road in range(ROADS):
            # One is silent for an hour, another is new in the middle.
            if (road == 3 and 100 <= minute < 160) or (road == 5 and minute < 150):
                continue
            event = {
                "sensor_id": f"sensor-{road}",
                "road_id": f"road-{road}",
                "timestamp": START_MS + minute * 60_000 + road,
                "speed_kmh": speed(road, minute),
                "vehicle_count": 4,
            }
            yield f"road-{road}".encode(), encode(event)


def surroundings() -> dict[str, list[Message]]:
    station = {"station_id": "s", "latitude": 48, "longitude": 11, "condition": "rain"}
    rain = [
        {**station, "timestamp": START_MS + step * 300_000, "precipitation_mm_h": step % 7}
        for step in range(STEPS)
    ]
    incident = {"incident_id": "i", "kind": "accident", "severity": 4, "road_id": "road-2"}
    told = [
        {**incident, "status": status, "timestamp": START_MS + step * 300_000}
        for step, status in ((10, "reported"), (20, "on_scene"), (30, "resolved"))
    ]
    return {
        "weather": [(b"s", encode(one)) for one in rain],
        "emergency": [*((b"i", encode(one)) for one in told), (b"i", b"no event")],
    }


def city() -> CityModel:
    """A ring road."""
    ids = [f"road-{road}" for road in range(ROADS)]
    roads = {
        id_: Road(id_, id_, [(11, 48), (11, 48.1)], 1000, 80, 1, [ids[at - 1], ids[(at + 1) % ROADS]])
        for at, id_ in enumerate(ids)
    }
    return CityModel(roads, {}, {}, {}, {})


async def recount(own: Settings, model: CityModel) -> dict[tuple[str, str], Any]:
    """(road, as of) -> its forecast, of the same records without a break."""
    stepper, logs = Stepper(own, model), []
    for topic in inputs(own):
        for partition, records in (await kafka_log.read(own, topic)).items():
            times = _never_back(record.timestamp for record in records)
            logs.append(
                [Ordered(Part(topic, partition), at, one) for at, one in zip(times, records, strict=True)]
            )
    found = {}
    for ordered in heapq.merge(*logs, key=lambda one: (one.time_ms, one.part)):
        for window in stepper.take(ordered):
            for one in stepper.step(window):
                told = document(one)
                found[told["road_id"], told["as_of"]] = json.loads(json.dumps(told))
    return found


def _never_back(times: Iterator[int]) -> Iterator[int]:
    newest = 0
    for at in times:
        newest = max(newest, at)
        yield newest


async def published(own: Settings) -> dict[tuple[str, str], Any]:
    """(road, as of) -> what the topic has; what is there twice is the same twice."""
    log = await kafka_log.read(own, topics.output(own.namespace, "traffic", "forecast"))
    found: dict[tuple[str, str], Any] = {}
    for record in log[0]:
        told = json.loads(record.value)
        assert record.key.decode() == told["road_id"]
        key = told["road_id"], told["as_of"]
        assert found.setdefault(key, told) == told
    return found


async def steps_on(own: Settings, steps: int) -> None:
    """Wait until it has published so many more."""
    before = len({as_of for _, as_of in await published(own)})
    async with asyncio.timeout(PATIENCE_S):
        while len({as_of for _, as_of in await published(own)}) < before + steps:
            await asyncio.sleep(0.2)


async def in_redis(own: Settings) -> dict[str, RoadForecast]:
    found, decoder = {}, msgspec.msgpack.Decoder(RoadForecast)
    async with redis_client(own) as redis:
        for road in range(ROADS):
            key = redis_keys.latest(own.namespace, contract.TYPE, contract.ROADS, f"road-{road}")
            fields = cast("dict[bytes, bytes]", await redis.hgetall(key))
            found[f"road-{road}"] = stored.latest(fields, decoder)
    return found


async def test_a_killed_forecast_role_forecasts_as_one_that_was_not(
    settings: MakeSettings, tmp_path: Path
) -> None:
    model = tmp_path / "city.geojson"
    model.write_bytes(dump(city()))
    own = settings(
        partitions=2,
        checkpoint_ms=200,
        model=model,
        kafka_instance_id="one",
        kafka_session_timeout_s=10,
    )
    await create_topics(own, TYPES)
    stream, role = Worker("traffic", own, tmp_path, "stream"), Worker("traffic", own, tmp_path, "forecast")
    stream.start()
    role.start()
    await stream.ready()
    await role.ready()
    for type_, messages in surroundings().items():
        await kafka_log.produce(own.kafka, topics.source(own.namespace, type_), messages)
    source, messages = topics.source(own.namespace, "traffic"), list(readings())
    producing = asyncio.create_task(kafka_log.produce(own.kafka, source, messages, per_s=PER_S))
    for _ in range(KILLS):
        await steps_on(own, BEFORE_A_KILL)
        role.kill()
        role.start()
        await role.ready()
    await producing
    async with asyncio.timeout(PATIENCE_S):
        while len({as_of for _, as_of in await published(own)}) < STEPS:
            await asyncio.sleep(0.2)
    wanted = await recount(own, city())
    assert await published(own) == wanted
    assert len({as_of for _, as_of in wanted}) == STEPS

    # Each is forecast, but for the one that is silent and the one that is new.
    reasons = {(road, told["reason"]) for (road, _), told in wanted.items() if told["reason"]}
    assert reasons == {("road-3", "outage"), ("road-5", "never_read")}
    last = await in_redis(own)
    newest = max(as_of for _, as_of in wanted)
    assert {road: document(one) for road, one in last.items()} == {
        road: told for (road, as_of), told in wanted.items() if as_of == newest
    }
    assert all(len(one.ahead) == len(HORIZONS_MIN) for one in last.values())
    assert "city_seconds_total" in with_labels_of_the_catalogue(await role.metrics())
    assert role.stop() == 0
    assert stream.stop() == 0
