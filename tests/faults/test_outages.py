"""Every server away and slow, alone and together, under load: the worker lives on and says so.

Nothing is lost or doubled, and all of it arrives when the servers are back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.faults import exactness
from tests.faults.proxied import Surroundings, surroundings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.feed import feeding
from tests.harness.patience import PATIENCE_S
from tests.harness.proxy import Mode
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
PER_S = 1_000
FOLDED = 1_000
"""Events between two outages, and in each that leaves Kafka up."""
LONG_S = 60.0
LAG_S = 3.0
"""Age of the archive that no S3 that works lets come about."""
SINK_PENDING = 20_000
LINES_PER_OUTAGE = 120
"""Of a worker's log; aiokafka alone would write thousands a second."""
PROBES_PER_S = 3
"""Connections that a worker may try to a server that is away: sinks' probes, and the status."""
SINKS = ("redis", "elasticsearch", "s3")
ALL = ("kafka", *SINKS)


@dataclass(frozen=True)
class Outage:
    """Some servers misbehave in one way for a while."""

    mode: Mode
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.names)}: {self.mode.value}"


SHORT = [
    Outage(Mode.HANG, ("redis",)),
    Outage(Mode.REFUSE, ("elasticsearch", "s3")),
    Outage(Mode.HANG, ("kafka", "redis", "elasticsearch")),
]
LONG = [
    Outage(mode, names)
    for mode in (Mode.HANG, Mode.REFUSE, Mode.SLOW)
    for names in (*((name,) for name in ALL), ALL)
]


class Watched:
    """One worker, and what it must say of each outage while it lasts."""

    def __init__(self, worker: Worker, around: Surroundings, at_least_s: float) -> None:
        self.worker = worker
        self.around = around
        self.at_least_s = at_least_s

    async def suffer(self, outage: Outage) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        await self.around.be(outage.mode, outage.names)
        for name in outage.names:
            # Slower than its time-out is away too.
            if outage.mode is not Mode.SLOW or name == "redis":
                await self.is_said_away(name, outage)
        if "kafka" in outage.names and outage.mode is Mode.SLOW:
            await self.until_metric("city_kafka_answer_seconds", lambda value: value > 1, role="stream")
        if "kafka" not in outage.names or outage.mode is Mode.SLOW:
            await self.folds_on(str(outage))
        await asyncio.sleep(max(0.0, began + self.at_least_s - clock()))
        if outage.mode is Mode.HANG:
            for name in set(outage.names) - {"kafka"}:
                taken, most = self.around.proxies[name].taken, PROBES_PER_S * (clock() - began)
                assert taken <= most, f"{outage}: {taken} connections, not {most:.0f}"
        health = await self.worker.health()
        stream = health["roles"]["stream"]
        assert health["stuck"] == [], outage
        for sink, status in stream["sinks"].items():
            assert status["pending"] <= SINK_PENDING, f"{outage}: {sink}"
            assert status["dropped"] == 0, f"{outage}: {sink}"
        await self.around.be(Mode.PASS, outage.names)
        await self.recovers(outage)

    async def folds_on(self, when: str) -> None:
        before = await self.role("stream")
        await self.until(
            lambda roles: roles["stream"]["events"] - before["events"] > FOLDED, f"folding on ({when})"
        )

    async def is_said_away(self, name: str, outage: Outage) -> None:
        """By /healthz and /metrics alike."""
        if name == "kafka":
            for role in ("stream", "archive"):
                await self.until(
                    lambda roles, role=role: roles[role]["kafka_error"], f"{outage}, seen by {role}"
                )
                await self.until_metric("city_kafka_up", lambda value: value == 0, role=role)
        elif name == "s3":
            if "kafka" not in outage.names:
                # An object on its way to a server that hangs fails after a while; its age shows before.
                await self.until(
                    lambda roles: roles["archive"]["archive_lag_s"] > LAG_S, f"{outage}, an archive that lags"
                )
                await self.until_metric("city_archive_lag_seconds", lambda value: value > LAG_S)
                used = "city_archive_retention_used_ratio"
                await self.until_metric(used, lambda value: 0 < value < 1)
            await self.until(
                lambda roles: roles["archive"]["sinks"]["s3"]["state"] == "down", f"{outage}, seen by archive"
            )
            assert (await self.role("archive"))["state"] == "degraded"
            await self.until_metric("city_sink_up", lambda value: value == 0, sink="s3")
        else:
            await self.until(
                lambda roles: roles["stream"]["sinks"][name]["state"] == "down", f"{outage}, seen by stream"
            )
            await self.until_metric("city_sink_up", lambda value: value == 0, sink=name)
        assert (await self.role("stream" if name != "s3" else "archive"))["state"] != "up", outage

    async def recovers(self, outage: Outage) -> None:
        """All is up again, by itself."""
        await self.until(
            lambda roles: all(role["state"] == "up" for role in roles.values()), f"up again after {outage}"
        )

    async def until(self, reached: Any, what: str) -> None:
        roles: dict[str, Any] = {}
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < deadline:
            roles = (await self.worker.health())["roles"]
            if reached(roles):
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"not {what}: {roles}\n{self.worker.log_tail()}")

    async def role(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.worker.health())["roles"][name]
        return found

    async def until_metric(self, name: str, reached: Callable[[float], bool], **labels: str) -> None:
        """Wait for a metric: it is taken from time to time."""
        value: float | None = None
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < deadline:
            value = await self.worker.metric(name, **labels)
            if value is not None and reached(value):
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"{name} stays {value}\n{self.worker.log_tail()}")


async def outlives(
    settings: MakeSettings, folder: Path, outages: list[Outage], seed: int, at_least_s: float = 0.0
) -> None:
    """Feed a worker while its servers misbehave; then count everything."""
    rules_of = {"window_s": 10, "disorder_s": 5, "lateness_s": 10}
    quick = {"checkpoint_ms": 300, "archive_s": 1, "index_ms": 300, "sink_timeout_s": 2.0}
    async with surroundings(
        settings, folder, **rules_of, **quick, sink_pending=SINK_PENDING, partitions=2
    ) as around:
        own = around.near
        await create_topics(own, [SERVICE])
        described, topic = SERVICES[SERVICE], topics.source(own.namespace, SERVICE)
        worker = Worker(SERVICE, around.far, folder)
        worker.start()
        try:
            await worker.ready()
            watched, pid = Watched(worker, around, at_least_s), worker.process.pid
            flow = events.flow(SERVICE, seed)
            async with feeding(own.kafka, topic, own.partitions, flow, seed=seed, per_s=PER_S):
                for outage in outages:
                    await watched.folds_on("between")
                    await watched.suffer(outage)
            await kafka_log.drained(own, SERVICE)
            await worker.flushed("redis", "elasticsearch")
            assert worker.process.pid == pid, worker.log_tail()
            assert worker.stop() == 0
        finally:
            worker.process.kill()
        assert worker.process.log.read_text().count("\n") < LINES_PER_OUTAGE * len(outages)

        log, rules = await kafka_log.read(own, topic), time_rules(own)
        (view,) = described.windows
        windows = recount.windows(described, view, log, rules)
        exactness.same("windows", await outputs.windows(own, SERVICE, view), windows)
        await exactness.documents_are_exact(own, SERVICE, log, rules)
        await exactness.archive_is_exact(own, SERVICE, log)
        await exactness.dead_letters_are_exact(own, SERVICE, log, rules)


@pytest.mark.usefixtures("apache_only")
async def test_a_worker_outlives_every_server(settings: MakeSettings, tmp_path: Path, seed: int) -> None:
    await outlives(settings, tmp_path, SHORT, seed)


@pytest.mark.real
@pytest.mark.timeout(2 * len(LONG) * LONG_S)
@pytest.mark.usefixtures("apache_only")
async def test_a_worker_outlives_every_server_for_a_minute_each(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    await outlives(settings, tmp_path, LONG, seed, LONG_S)
