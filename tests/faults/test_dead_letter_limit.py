"""A stream that turns invalid: its partition pauses, the others go on, and a command lets it go on."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from demo.servers.process import installed
from demo.servers.server import Server
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.patience import PATIENCE_S
from tests.harness.scraped import with_labels_of_the_catalogue
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
WINDOW = 200
GOOD, BAD = 3_000, 3_000
SOUND, SPOILED = 0, 1
"""Partitions; the senders of one go wrong for a while."""


def spoiled(stream: list[events.Message]) -> list[events.Message]:
    """One in ten can still be read from the middle of what is good, for `BAD` records."""
    first, last = GOOD // 2, GOOD // 2 + BAD
    return [
        (key, value if number % 10 == 0 else value.replace(b"road_id", b"street_id"))
        if first <= number < last
        else (key, value)
        for number, (key, value) in enumerate(stream)
    ]


async def resume(settings: Settings, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    process = await asyncio.create_subprocess_exec(
        installed(f"city-{SERVICE}"),
        "resume",
        *arguments,
        env={**os.environ, **city_environment(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def until(worker: Worker, reached: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the stream role says so."""
    role: dict[str, Any] = {}
    for _ in range(round(PATIENCE_S * 5)):
        role = (await worker.health())["roles"]["stream"]
        if reached(role):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"not reached: {role}")


async def test_a_partition_that_turns_invalid_pauses_until_it_is_resumed(
    settings: MakeSettings, tmp_path: Path, redis_server: Server, seed: int
) -> None:
    own = settings(
        window_s=10,
        disorder_s=5,
        lateness_s=10,
        partitions=2,
        dead_letter_window=WINDOW,
        archive_s=1,
        checkpoint_ms=200,
        kafka_session_timeout_s=6,
    )
    await create_topics(own, [SERVICE])
    topic, group = topics.source(own.namespace, SERVICE), topics.app_id(own.namespace, SERVICE)
    worker = Worker(SERVICE, own, tmp_path)
    worker.start()
    await worker.ready()
    stream = events.stream(SERVICE, seed, GOOD + BAD)
    await kafka_log.produce(own.kafka, topic, spoiled(stream), partition=SPOILED)
    await kafka_log.produce(own.kafka, topic, stream, partition=SOUND)
    log = await kafka_log.read(own, topic)

    # The other partition goes on to its end; this one waits, and the worker says so and lives.
    committed: dict[tuple[str, int], int] = {}
    for _ in range(round(PATIENCE_S * 5)):
        committed = await kafka_log.committed(own.kafka, group)
        if committed.get((topic, SOUND)) == len(log[SOUND]):
            break
        await asyncio.sleep(0.2)
    at = committed[topic, SPOILED]
    assert committed[topic, SOUND] == len(log[SOUND])
    assert GOOD // 2 < at <= GOOD // 2 + WINDOW
    health = await worker.health()
    role = health["roles"]["stream"]
    assert (health["stuck"], role["state"], list(role["paused"])) == ([], "degraded", [str(SPOILED)])
    assert await worker.metric("city_paused_partitions", cause="dead_letters") == 1
    described, rules = SERVICES[SERVICE], time_rules(own)
    refused = recount.refused(described, log, rules)
    before = {one for one in refused if one < (SPOILED, at)}
    letters = await outputs.dead_letters(own, SERVICE)
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in before}
    last = letters[f"{topic}-{SPOILED}-{max(before)[1]}".encode()]
    told = f"the last one: {last['field'].decode()}: {last['reason'].decode()}"
    assert role["paused"][str(SPOILED)].endswith(told)

    # The next owner finds it paused at the same record. Resuming asks nothing of Redis.
    worker.kill()
    worker.start()
    await worker.ready()
    assert list((await worker.health())["roles"]["stream"]["paused"]) == [str(SPOILED)]
    assert (await resume(own, "--partition", str(SOUND)))[0] == 1
    redis_server.pause()
    code, said = await resume(own)
    assert (code, said.startswith(f"partition {SPOILED}: goes on at offset {at};")) == (0, True), said
    await until(worker, lambda role: role["lag"] == 0)
    redis_server.resume()
    assert (await worker.health())["roles"]["stream"]["paused"] == {}
    assert await worker.metric("city_paused_partitions", cause="dead_letters") == 0
    await kafka_log.drained(own, SERVICE)
    await worker.flushed("redis")

    (view,) = described.windows
    assert await outputs.windows(own, SERVICE, view) == recount.windows(described, view, log, rules)
    rows = await outputs.archived(own, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}
    assert set(await outputs.dead_letters(own, SERVICE)) == {
        f"{topic}-{number}-{offset}".encode() for number, offset in refused
    }

    # It has recovered, so the limit holds again.
    assert "no partition is paused" in (await resume(own))[1]
    await kafka_log.produce(own.kafka, topic, [(None, b"?")] * (2 * WINDOW), partition=SPOILED)
    await until(worker, lambda role: list(role["paused"]) == [str(SPOILED)])
    shown = {
        "city_paused_partitions",
        "city_seconds_total",
        "city_sink_up",
        "city_kafka_up",
        "city_lag_records",
    }
    assert shown <= with_labels_of_the_catalogue(await worker.metrics())
    assert worker.stop() == 0
