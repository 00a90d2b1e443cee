"""The past when Redis was emptied or is away: out of the archive, and what is missing is named."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import redis.asyncio as redis

from citystream.contracts import topics
from citystream.contracts.event_time import rfc3339
from citystream.log.admin import create_topics
from demo.environment import city_environment
from demo.servers.valkey import Valkey
from gateway.missing import AWAY, LOST
from tests.conftest import MakeSettings, make_bucket
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, readings
from tests.gateway.test_track import minute
from tests.gateway.written_days import Part, WrittenDays
from tests.harness import events, kafka_log
from tests.harness.workers import Worker

EVENTS = 2_000
TYPES = ("traffic", "weather", "camera")
ROAD = "/api/traffic/history/road-1"
HISTORIES = {
    ROAD: "/api/traffic/live",
    "/api/weather/history/station-1": "/api/weather/current",
    "/api/cameras/camera-1/history": "/api/cameras",
    "/api/analytics/history": "/api/traffic/live",
}
"""And the list that tells the newest event of its topic."""
RANGE = {"from": rfc3339(events.START_MS - 120_000), "to": rfc3339(events.START_MS + EVENTS * events.STEP_MS)}
# What depends on who answers.
APART = ("source", "closed", "missing")


def figures(answer: Any) -> dict[str, Any]:
    """Windows by their start, or roads by their id."""
    return {
        one.get("road_id") or one["window_start"]: {name: one[name] for name in one if name not in APART}
        for one in answer.get("windows") or answer["roads"]
    }


async def from_batch(gateway: Gateway, path: str, **asked: Any) -> Any:
    return await until(lambda: gateway.get(path, **asked), lambda answer: answer["source"] == "batch")


async def test_the_archive_answers_what_redis_lost_and_what_it_lacks_is_named(
    settings: MakeSettings, valkey: Valkey, tmp_path: Path, start_gateway: StartGateway, seed: int
) -> None:
    own = settings(redis=valkey.address, window_s=10, disorder_s=5, lateness_s=10, archive_s=1, partitions=2)
    await create_topics(own, list(TYPES))
    workers = [Worker(type_, own, tmp_path) for type_ in TYPES]
    for worker in workers:
        worker.start()
    try:
        for type_ in TYPES:
            # Without keys a thing's windows lie in all partitions.
            stream = [(None, value) for _, value in events.stream(type_, seed, EVENTS)]
            await kafka_log.produce(own.kafka, topics.source(own.namespace, type_), stream)
        for type_, worker in zip(TYPES, workers, strict=True):
            await kafka_log.drained(own, type_)
            await worker.flushed("redis")
        gateway = await start_gateway(
            **(city_environment(own) | {"CITY_GATEWAY_BATCH_HOURS": "1", "CITY_MARGIN_KM": "5000"})
        )
        before = await until(lambda: gateway.get(ROAD, **RANGE), lambda one: one["batch_from"] is not None)
        known = {path: await gateway.get(path, **RANGE) for path in HISTORIES}
        newest = {path: (await gateway.get(list_))["as_of"] for path, list_ in HISTORIES.items()}
        assert {one["source"] for one in known.values()} == {"speed"}
        middle = before["windows"][2]["window_start"]
        at = await gateway.get("/api/traffic/at", time=middle)
        assert (at["source"], at["missing"]) == ("speed", [])

        async with redis.Redis.from_url(own.redis) as client:
            await client.flushall()
        for path, answer in known.items():
            again = await until(
                lambda: gateway.get(path, **RANGE),  # noqa: B023 - used at once
                lambda one: one["source"] == "batch" and one["count"] == answer["count"],  # noqa: B023
            )
            assert figures(again) == figures(answer), path

        await asyncio.to_thread(valkey.kill)
        for path, answer in known.items():
            alone = await until(
                lambda: gateway.get(path, **RANGE),  # noqa: B023 - used at once
                lambda one: [part["reason"] for part in one["missing"]] == [AWAY],
            )
            (lacking,) = alone["missing"]
            assert lacking["to"] == min(newest[path], answer["to"]), path
            told = figures(answer)
            closed = {start: told[start] for start in told if told[start]["window_end"] <= lacking["from"]}
            assert figures(alone) == closed, path
            assert answer["count"] - 5 <= len(closed) < answer["count"]
            until_then = await gateway.get(path, **(RANGE | {"to": lacking["from"]}))
            assert (until_then["source"], until_then["missing"]) == ("batch", [])
            assert figures(until_then) == closed
        alone = await from_batch(gateway, "/api/traffic/at", time=middle)
        assert figures(alone) == figures(at)
        assert all(one["closed"] for one in alone["roads"])
        assert alone["missing"] == []
    finally:
        for worker in workers:
            worker.process.kill()


def at_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def test_what_nobody_has_is_named_until_a_closed_day_has_it(
    valkey: Valkey, namespace: str, s3_endpoint: str, start_gateway: StartGateway
) -> None:
    make_bucket(s3_endpoint, namespace)
    speed = SpeedLayer(valkey.address, namespace)
    noon_s = at_ms("2026-03-10T12:00:00Z") // 1000
    emptied_s, newest_s = noon_s + 900, noon_s + 1_800
    hour = {"from": rfc3339(noon_s * 1000), "to": rfc3339((noon_s + 3_600) * 1000)}
    # Of stations and cameras nothing is known, nor how new it is.
    early = {"from": hour["from"], "to": rfc3339((noon_s + 600) * 1000)}
    track = "/api/vehicles/bus-1/track"
    asked: dict[str, tuple[dict[str, Any], int]] = {
        "/api/traffic/history/north": (hour, emptied_s),
        "/api/analytics/history": (hour, emptied_s),
        track: (hour, emptied_s),
        "/api/weather/history/station-1": (early, noon_s + 600),
        "/api/cameras/cam-1/history": (early, noon_s + 600),
        "/api/traffic/at": ({"time": noon_s}, noon_s + 300),
        "/api/vehicles/at": ({"time": noon_s}, noon_s + 60),
    }
    with WrittenDays(s3_endpoint, namespace, namespace, "UTC") as days:
        for type_ in ("traffic", "gps", "weather", "camera"):
            await speed.whole_from(type_, emptied_s * 1000)
        await speed.page("traffic", "road", "north", {emptied_s: readings(10.0)})
        await speed.road("north", emptied_s, readings(10.0), time_ms=newest_s * 1000)
        await speed.position("bus-1", time_ms=newest_s * 1000)
        gateway = await start_gateway(CITY_REDIS=valkey.address, **days.environment)
        await gateway.until("/api/vehicles/bus-1", lambda answer: "vehicle_id" in answer)
        await gateway.until("/api/traffic/live/north", lambda answer: answer.get("timestamp"))
        for path, (query, end_s) in asked.items():
            answer = await gateway.get(path, **query)
            assert answer["missing"] == [gap(noon_s, end_s, LOST)], path

        await asyncio.to_thread(valkey.kill)
        for path in ("/api/traffic/history/north", track):
            await until(
                lambda: gateway.get(path, **hour),  # noqa: B023 - used at once
                lambda answer: answer["missing"] == [gap(noon_s, newest_s, AWAY)],
            )
        points = (await gateway.get(track, **hour))["points"]
        assert [one["timestamp"] for one in points] == [rfc3339(newest_s * 1000)]

        days.publish(
            "2026-03-10",
            {
                "traffic.road": [Part("north", noon_s, readings(50.0))],
                "gps.minute": [Part("bus-1", noon_s, minute(noon_s * 1000, 13.1, 30))],
                "weather.weather": [],
                "camera.road": [],
            },
        )
        for path, (query, _) in asked.items():
            found = await until(
                lambda: gateway.get(path, **query),  # noqa: B023 - used at once
                lambda answer: not answer["missing"],
            )
            assert found["incomplete_days"] == []
    await speed.client.aclose()


def gap(start_s: int, end_s: int, reason: str) -> dict[str, str]:
    return {"from": rfc3339(start_s * 1000), "to": rfc3339(end_s * 1000), "reason": reason}
