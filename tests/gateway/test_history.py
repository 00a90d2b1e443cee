"""A road's history: out of Redis, and out of the archive what Redis lost, with the same figures."""

import asyncio
from functools import reduce
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis.asyncio as redis

from citystream.contracts import sketch, topics
from citystream.contracts.event_time import rfc3339
from citystream.contracts.traffic import WINDOWS, TrafficWindow
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from demo.environment import city_environment
from demo.servers.valkey import Valkey
from gateway.missing import LOST
from gateway.pages import cursor
from tests.conftest import MakeSettings
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.harness import events, kafka_log, recount
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

EVENTS = 6_000
ROAD = "road-1"
PATH = f"/api/traffic/history/{ROAD}"
RANGE = {"from": rfc3339(events.START_MS - 120_000), "to": rfc3339(events.START_MS + EVENTS * events.STEP_MS)}


async def history(gateway: Gateway) -> Any:
    return await gateway.get(PATH, **RANGE)


def figures(answer: Any) -> dict[str, Any]:
    """Windows without what says where they come from."""
    return {
        one["window_start"]: {name: one[name] for name in one if name not in ("source", "closed")}
        for one in answer["windows"]
    }


async def test_what_redis_lost_is_answered_from_the_archive_with_the_same_figures(
    settings: MakeSettings, valkey: Valkey, tmp_path: Path, start_gateway: StartGateway, seed: int
) -> None:
    own = settings(redis=valkey.address, window_s=10, disorder_s=5, lateness_s=10, archive_s=1, partitions=3)
    await create_topics(own, ["traffic"])
    topic = topics.source(own.namespace, "traffic")
    worker = Worker("traffic", own, tmp_path)
    worker.start()
    try:
        # Without keys a road's windows lie in all partitions.
        stream = [(None, value) for _, value in events.stream("traffic", seed, EVENTS)]
        await kafka_log.produce(own.kafka, topic, stream)
        await kafka_log.drained(own, "traffic")
        await worker.flushed("redis")
        gateway = await start_gateway(**city_environment(own), CITY_GATEWAY_BATCH_HOURS="1")
        before = await until(lambda: history(gateway), lambda answer: answer["batch_from"] is not None)
        assert before["source"] == "speed"
        assert {one["source"] for one in before["windows"]} == {"speed"}
        log, (view,) = await kafka_log.read(own, topic), SERVICES["traffic"].windows
        counted = recount.windows(SERVICES["traffic"], view, log, time_rules(own))
        wanted = {rfc3339(at * 1000): state for (key, at), state in counted.items() if key == ROAD}
        told = figures(before)
        assert told.keys() == wanted.keys()
        for at, state in wanted.items():
            assert {name: told[at][name] for name in state.summary()} == state.summary()

        async with redis.Redis.from_url(own.redis) as client:
            await client.flushall()
        emptied = await until(
            lambda: history(gateway),
            lambda answer: answer["count"] == before["count"] and answer["missing"],
        )
        assert figures(emptied) == told
        # What is open where it was emptied is there again, and nobody else says so before it has closed.
        assert [one["reason"] for one in emptied["missing"]] == [LOST]
        assert emptied["source"] == "batch"
        assert {one["source"] for one in emptied["windows"]} == {"speed", "batch"}

        await asyncio.to_thread(valkey.kill)
        alone = await until(
            lambda: history(gateway),
            lambda answer: {one["source"] for one in answer["windows"]} == {"batch"},
        )
        assert alone["source"] == "batch"
        assert all(one["closed"] for one in alone["windows"])
        known = figures(alone)
        assert len(known) >= before["count"] - 5
        assert known == {at: told[at] for at in known}
    finally:
        worker.process.kill()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-11-24T10:00:00Z", "to": "2026-11-24T10:00:00Z"}, "from"),
        ({"from": "2026-11-17T09:00:00Z", "to": "2026-11-24T10:00:00Z"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"step": "60"}, "step"),
        ({"step": "450"}, "step"),
        ({"step": "0"}, "step"),
        ({"step": "-300"}, "step"),
        ({"step": "86700"}, "step"),
        ({"step": "1e3"}, "step"),
        ({"step": "9" * 30}, "step"),
        ({"cursor": "%%%"}, "cursor"),
        ({"cursor": cursor("north")}, "cursor"),
        ({"cursor": cursor(12)}, "cursor"),
        ({"cursor": cursor(10**30)}, "cursor"),
    ],
)
async def test_a_range_that_can_not_be_used_is_a_problem_that_names_it(
    shared_gateway: Gateway, query: dict[str, str], field: str
) -> None:
    answer = await shared_gateway.http.get("/api/traffic/history/north", params=query)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


async def test_steps_are_the_sums_of_whole_windows(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    start_s = now_ms() // 3_600_000 * 3_600 - 7_200
    early, late = ({start_s + 300 * n: _drive(n, partition) for n in range(12)} for partition in (0, 1))
    await shared_speed.page("traffic", WINDOWS, "stepped", early, partition=0)
    await shared_speed.page("traffic", WINDOWS, "stepped", late, partition=1)
    answer = await shared_gateway.get(
        "/api/traffic/history/stepped",
        **{"from": rfc3339((start_s + 400) * 1000), "to": rfc3339((start_s + 2_000) * 1000), "step": "900"},
    )
    assert (answer["from"], answer["to"]) == (rfc3339(start_s * 1000), rfc3339((start_s + 2_700) * 1000))
    assert (answer["step_s"], answer["count"], answer["next_cursor"]) == (900, 3, None)
    for number, window in enumerate(answer["windows"]):
        at = start_s + 900 * number
        assert window["window_start"] == rfc3339(at * 1000)
        assert window["window_end"] == rfc3339((at + 900) * 1000)
        parts = [half[at + 300 * n] for n in range(3) for half in (early, late)]
        whole = reduce(lambda left, right: left.merge(right), parts)
        assert {name: window[name] for name in whole.summary()} == whole.summary()
        assert whole.summary()["p50_speed_kmh"] is not None


async def test_pages_of_days_concatenate_to_the_range(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    end_s = now_ms() // 3_600_000 * 3_600
    wanted = {at: readings(30.0) for at in range(end_s - 60 * 3_600, end_s, 3_600)}
    await shared_speed.page("traffic", WINDOWS, "long", wanted)
    asked = {"from": rfc3339(min(wanted) * 1000), "to": rfc3339(end_s * 1000)}
    seen: list[str] = []
    page = await shared_gateway.get("/api/traffic/history/long", **asked)
    pages = 1
    while page["next_cursor"]:
        seen += [window["window_start"] for window in page["windows"]]
        page = await shared_gateway.get("/api/traffic/history/long", **asked, cursor=page["next_cursor"])
        pages += 1
    seen += [window["window_start"] for window in page["windows"]]
    assert pages == 3
    assert seen == [rfc3339(at * 1000) for at in wanted]


def _drive(number: int, partition: int) -> TrafficWindow:
    speeds = [20.0 + number, 31.5 * (partition + 1), 7.0]
    window = readings(*speeds)
    for speed in speeds:
        key = sketch.bucket(speed)
        window.speed_buckets[key] = window.speed_buckets.get(key, 0) + 1
    return window


async def test_a_road_that_nobody_knows_has_no_history(shared_gateway: Gateway) -> None:
    assert (await shared_gateway.http.get("/api/traffic/history/nowhere")).status_code == 404
    assert (await shared_gateway.get("/api/traffic/history/quiet"))["windows"] == []


async def test_a_gateway_that_is_killed_leaves_no_process_behind(
    settings: MakeSettings, start_gateway: StartGateway
) -> None:
    gateway = await start_gateway(**city_environment(settings()), CITY_GATEWAY_BATCH_HOURS="1")
    own = psutil.Process(gateway.process.pid)
    await until(lambda: gateway.metric('city_gateway_batch_up{reader="archive"}'), lambda up: up == 1)
    assert (await gateway.get("/api/status"))["layers"]["batch"]["state"] == "up"
    everyone = own.children(recursive=True)
    assert everyone
    own.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, everyone, timeout=PATIENCE_S)
    assert alive == []
