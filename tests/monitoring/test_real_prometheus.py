"""A demo city and the Prometheus that Compose runs: dashboards have data, alerts fire and clear."""

import asyncio
import codecs
import itertools
import json
import random
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from citystream.contracts import redis_keys, topics
from demo.servers.process import installed
from monitoring.dashboards import expressions
from monitoring.query import expanded
from tests.demo.running import Demo
from tests.gateway.raw import basic
from tests.gateway.running import receive, subscribe
from tests.harness import events, kafka_log, prometheus
from tests.harness.prometheus import Asked

pytestmark = [pytest.mark.real, pytest.mark.timeout(3_600)]

# A forecast is scored when its window is over: the first window, and five minutes more.
DATA_S = 1_500.0
ALERT_S = 900.0
BATCH_S = 300.0
LOOK_S = 5.0
MOST_WITHOUT_DATA = 0.15
FILL = 0.85
PIECE = b"x" * 1_000_000
RULE_TESTS = Path(__file__).parents[1] / "compose" / "alerts"

NEEDS_A_FAULT = ("city_batch_drift_ratio",)
"""Metrics that a sound city has no series of; promtool has seen what their alerts do."""
ODD_WORDS: dict[str, events.Fields] = {
    "gps": {"vehicle_type": "hovercraft"},
    "traffic": {},
    "emergency": {"kind": "frogs"},
    "weather": {"condition": "frogs"},
    "camera": {"counts": {"hovercraft": 1}},
}


class Watched:
    """A demo and the Prometheus beside it."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.url, self.user, self.password = demo.find(r"(http://\S+)  user (\S+)  password (\S+)").groups()
        self.asked = Asked(demo.find(r"Prometheus, with our alerts: (\S+)")[1])

    def until(self, holds: Callable[[], object], what: str, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert self.demo.process.poll() is None, "the demo ended"
            assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
            time.sleep(LOOK_S)

    def run(self, command: str) -> None:
        """A command beside the city."""
        ended = subprocess.run(
            f". {self.demo.state}/environment && {command}",
            cwd=self.demo.folder,
            shell=True,
            capture_output=True,
            text=True,
            timeout=BATCH_S,
        )
        assert ended.returncode == 0, ended.stderr

    def use(self) -> None:
        """Ask the gateway as people do, and as some should not."""
        right, wrong = (self.user, self.password), ("nobody", "wrong")
        with httpx.Client(base_url=self.url, timeout=60) as client:
            for path in ("/api/traffic/current", "/api/vehicles/locations", "/api/status", "/api/nothing"):
                client.get(path, auth=right)
            # Who tries too often must wait.
            assert client.get("/api/status", auth=wrong).status_code in (401, 429)
            session = {"name": self.user, "password": self.password}
            signed_in = client.post("/api/session", json=session, headers={"origin": self.url})
            assert signed_in.is_success, signed_in.text
            # Another site's page, with the cookie.
            refused = client.get("/api/status", headers={"origin": "https://elsewhere.example"})
            assert refused.status_code == 403

    async def send_odd_events(self, number: int) -> None:
        """Of each type one that is no clean JSON, with a word that is in no list."""
        own = (self.user, self.password)
        async with httpx.AsyncClient(base_url=self.url, timeout=60, auth=own) as client:
            place = (await client.get("/api/vehicles/locations")).json()["vehicles"][0]
        for type_, words in ODD_WORDS.items():
            event = events.fields(type_, random.Random(number), number, round(time.time() * 1000)) | words
            if "latitude" in event:
                event |= {"latitude": place["latitude"], "longitude": place["longitude"]}
            key = str(event[events.KEYS[type_]]).encode()
            odd = codecs.BOM_UTF8 + events.encode(event)
            topic = topics.source(self.setting("NAMESPACE"), type_)
            await kafka_log.produce(self.setting("KAFKA"), topic, [(key, odd)])
        async with Redis.from_url(self.setting("REDIS")) as redis:
            await redis.publish(redis_keys.changes(self.setting("NAMESPACE"), "gps"), b"{")

    def setting(self, name: str) -> str:
        """Of the city's own processes."""
        lines = (self.demo.state / "environment").read_text().splitlines()
        (found,) = [one for one in lines if one.startswith(f"export CITY_{name}=")]
        return shlex.split(found)[1].partition("=")[2]

    async def follow(self) -> None:
        """Read the live stream for a moment."""
        headers = {"authorization": basic((self.user, self.password))}
        address = f"{self.url.replace('http', 'ws', 1)}/ws/live"
        async with connect(address, additional_headers=headers, proxy=None, max_size=None) as live:
            await subscribe(live, "vehicles", "traffic")
            await receive(live, "delta")

    def valkey(self) -> psutil.Process:
        (found,) = [one for one in self.demo.family() if "valkey-server" in " ".join(one.cmdline())]
        return found

    def alert(self, name: str, state: str | None) -> None:
        """Wait until an alert is in this state; None is neither pending nor firing."""
        self.until(lambda: self.asked.alerts().get(name) == state, f"{name} {state}", ALERT_S)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    built = prometheus.installed()
    demo = Demo(
        tmp_path_factory.mktemp("city"),
        "--monitoring",
        PROMETHEUS=str(built / "prometheus"),
        CITY_WINDOW_S="10",
        CITY_ARCHIVE_S="1",
        CITY_GATEWAY_BATCH_LOOK_S="1",
        CITY_GATEWAY_PROCESSES="2",
    )
    try:
        watched = Watched(demo)
        with closing(watched.asked):
            yield watched
    finally:
        demo.process.terminate()
        demo.process.wait(60)


def test_every_query_of_the_dashboards_has_data(city: Watched) -> None:
    processes = {"gps", "traffic", "forecast", "emergency", "weather", "camera", "gateway"}
    city.until(lambda: city.asked.healthy_targets() == processes, "all are scraped", DATA_S)
    # Yesterday is over, so it is told, if there was nothing in it.
    batch = installed("city-batch")
    city.run(f"{batch} run --date yesterday && {batch} run --date today --partial")
    asyncio.run(city.follow())
    ours = [one for one in expressions() if not one.needs_exporter]
    without: list[str] = []
    rounds = itertools.count()

    def all_but_few() -> bool:
        city.use()
        asyncio.run(city.send_odd_events(next(rounds)))
        asked = {one.expression: expanded(one.expression) for one in ours}
        without[:] = [expression for expression, sent in asked.items() if not city.asked.query(sent)]
        return all(_excused(expression) for expression in without)

    try:
        city.until(all_but_few, "every query has data, or needs a fault", DATA_S)
    finally:
        print(f"{len(ours)} queries, without data: {json.dumps(without, indent=1)}")
    assert len(without) <= MOST_WITHOUT_DATA * len(ours)


def _excused(expression: str) -> bool:
    tested = "\n".join(file.read_text() for file in sorted(RULE_TESTS.glob("*.yml")))
    return any(metric in expression and metric in tested for metric in NEEDS_A_FAULT)


def test_the_watchdog_barks_and_nothing_else_does(city: Watched) -> None:
    city.until(lambda: city.asked.alerts() == {"CityWatchdog": "firing"}, "only the watchdog", ALERT_S)


def test_a_redis_that_hangs_is_told_and_forgotten(city: Watched) -> None:
    valkey = city.valkey()
    valkey.suspend()
    try:
        city.alert("CitySpeedLayerDown", "firing")
    finally:
        valkey.resume()
    city.alert("CitySpeedLayerDown", None)


def test_a_redis_that_is_full_is_told_and_forgotten(city: Watched) -> None:
    pieces = asyncio.run(fill(city))
    city.alert("CityRedisMemory", "firing")
    asyncio.run(empty(city, pieces))
    city.alert("CityRedisMemory", None)


async def fill(city: Watched) -> int:
    """Put keys beside the city's until Redis is nearly full; how many."""
    async with Redis.from_url(city.setting("REDIS")) as redis:
        pieces = 0
        while True:
            memory = await redis.info("memory")
            if memory["used_memory"] >= FILL * memory["maxmemory"]:
                return pieces
            await redis.set(f"filling-{pieces}", PIECE)
            pieces += 1


async def empty(city: Watched, pieces: int) -> None:
    async with Redis.from_url(city.setting("REDIS")) as redis:
        await redis.delete(*(f"filling-{number}" for number in range(pieces)))
