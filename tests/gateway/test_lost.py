"""The past when Redis was emptied or is away: out of the archive, and what is missing is named."""

import asyncio
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from citystream.contracts.event_time import rfc3339
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.valkey import Valkey
from gateway.missing import AWAY, LOST
from tests.batch import archive
from tests.conftest import make_bucket
from tests.gateway import folded
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_track import minute
from tests.gateway.written_days import Part, WrittenDays
from tests.harness import events
from tests.services.descriptions import SERVICES

EVENTS = 2_000
TYPES = ("traffic", "weather", "camera")
ROAD = "/api/traffic/history/road-1"
STATION = "/api/weather/history/station-1"
CAMERA = "/api/cameras/camera-1/history"
HISTORIES = {
    ROAD: "/api/traffic/live",
    STATION: "/api/weather/current",
    CAMERA: "/api/cameras",
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


async def test_without_redis_the_archive_answers_and_what_it_lacks_is_named(
    valkey: Valkey,
    own_speed: SpeedLayer,
    namespace: str,
    s3_endpoint: str,
    start_gateway: StartGateway,
    seed: int,
) -> None:
    make_bucket(s3_endpoint, namespace)
    own = Settings(
        namespace=namespace,
        redis=valkey.address,
        s3=s3_endpoint,
        s3_bucket=namespace,
        s3_access_key="test",
        s3_secret_key=SecretStr("test"),
        window_s=10,
        disorder_s=5,
        lateness_s=10,
        archive_s=1,
    )
    now = now_ms()
    for type_ in TYPES:
        # A thing's windows lie in both partitions.
        log = folded.log_of(((now, one) for one in events.stream(type_, seed, EVENTS)), 2)
        await folded.put(own, SERVICES[type_], log)
        for partition, records in log.items():
            archive.put(own, type_, records, partition=partition)
    # Another one, for it keeps for seconds what it was asked of the city.
    live = await start_gateway(**city_environment(own))
    before = {path: await live.get(path, **RANGE) for path in HISTORIES}
    newest = {path: (await live.get(list_))["as_of"] for path, list_ in HISTORIES.items()}
    assert {answer["source"] for answer in before.values()} == {"speed"}
    middle = before[ROAD]["windows"][2]["window_start"]
    at = await live.get("/api/traffic/at", time=middle)
    gateway = await start_gateway(**city_environment(own), CITY_GATEWAY_BATCH_HOURS="1")
    both = await until(lambda: gateway.get(ROAD, **RANGE), lambda answer: answer["batch_from"] is not None)
    assert (both["source"], both["missing"], figures(both)) == ("speed", [], figures(before[ROAD]))

    await own_speed.client.flushall()
    for type_ in TYPES:
        await own_speed.whole_from(type_, at_ms(RANGE["to"]))
    for path in (ROAD, STATION):
        emptied = await lacking(gateway, path, LOST)
        (gap,) = emptied["missing"]
        closed = closed_by(before[path], gap["from"])
        assert (emptied["source"], closed_by(emptied, gap["from"])) == ("batch", closed), path
        assert before[path]["count"] - 5 <= len(closed) < before[path]["count"]

    await asyncio.to_thread(valkey.kill)
    for path, answer in before.items():
        alone = await lacking(gateway, path, AWAY, newest[path])
        (gap,) = alone["missing"]
        closed = closed_by(answer, gap["from"])
        assert (alone["source"], figures(alone)) == ("batch", closed), path
        assert answer["count"] - 5 <= len(closed) < answer["count"]
        shorter = await gateway.get(path, **(RANGE | {"to": gap["from"]}))
        assert (shorter["source"], shorter["missing"], figures(shorter)) == ("batch", [], closed)
    alone = await until(
        lambda: gateway.get("/api/traffic/at", time=middle), lambda answer: answer["source"] == "batch"
    )
    assert (alone["missing"], figures(alone)) == ([], figures(at))
    assert all(one["closed"] for one in alone["roads"])


async def lacking(gateway: Gateway, path: str, reason: str, to: str | None = None) -> Any:
    """The answer that lacks one part, for this reason, up to then."""

    async def ask() -> Any:
        return (await gateway.http.get(path, params=RANGE)).json()

    return await until(
        ask,
        # Of an emptied Redis the gateway may forget what is live: then there is no camera, until it is away.
        lambda answer: (
            [one["reason"] for one in answer.get("missing", ())] == [reason]
            and to in (None, answer["missing"][0]["to"])
        ),
    )


def closed_by(answer: Any, time: str) -> dict[str, Any]:
    """The windows that end by then."""
    return {start: one for start, one in figures(answer).items() if one["window_end"] <= time}


def at_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def test_what_nobody_has_is_named_until_a_closed_day_has_it(
    valkey: Valkey,
    own_speed: SpeedLayer,
    namespace: str,
    s3_endpoint: str,
    start_gateway: StartGateway,
) -> None:
    make_bucket(s3_endpoint, namespace)
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
            await own_speed.whole_from(type_, emptied_s * 1000)
        await own_speed.page("traffic", "road", "north", {emptied_s: readings(10.0)})
        await own_speed.road("north", emptied_s, readings(10.0), time_ms=newest_s * 1000)
        await own_speed.position("bus-1", time_ms=newest_s * 1000)
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


def gap(start_s: int, end_s: int, reason: str) -> dict[str, str]:
    return {"from": rfc3339(start_s * 1000), "to": rfc3339(end_s * 1000), "reason": reason}
