"""Every server away in turn, under load: the worker lives on and says so; nothing is lost or doubled."""

import asyncio
import random
from pathlib import Path

import pytest

from citystream.admin import create_topics
from citystream.contracts import topics
from citystream.stream import time_rules
from demo.servers.server import Server
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
EVENTS = 36_000
PER_S = 1_000
AWAY_S = 7
BETWEEN_S = 3
LINES = 400
"""A worker's log for the whole run; aiokafka alone would write as many a second."""


@pytest.mark.usefixtures("apache_only")
async def test_a_worker_outlives_every_server(
    settings: MakeSettings,
    tmp_path: Path,
    kafka_server: Server,
    redis_server: Server,
    s3_server: Server,
    elasticsearch_server: Server,
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    own = settings(
        window_s=10,
        disorder_s=5,
        lateness_s=10,
        checkpoint_ms=300,
        archive_s=1,
        sink_timeout_s=0.5,
        index_ms=300,
    )
    await create_topics(own, [SERVICE])
    described, topic = SERVICES[SERVICE], topics.source(own.namespace, SERVICE)
    worker = Worker(SERVICE, own, tmp_path)
    worker.start()
    await worker.ready()
    pid = worker.process.pid
    producing = asyncio.create_task(
        kafka_log.produce(own.kafka, topic, events.stream(SERVICE, seed, EVENTS), per_s=PER_S)
    )
    for server, sink in ((redis_server, "redis"), (elasticsearch_server, "elasticsearch"), (s3_server, "s3")):
        await asyncio.sleep(BETWEEN_S)
        # Hanging, not refused: the harder way to be away. And what it holds is still there afterwards.
        server.pause()
        await asyncio.sleep(AWAY_S)
        if sink != "s3":
            assert await worker.sink_state(sink) == "down"
        server.resume()
    kafka_server.kill()
    await asyncio.sleep(AWAY_S)
    kafka_server.start()
    await producing
    await kafka_log.drained(own, SERVICE, seconds=90)
    await worker.flushed("redis", "elasticsearch")
    for sink in ("redis", "elasticsearch"):
        assert await worker.sink_state(sink) == "up"
    assert worker.process.pid == pid, worker.log_tail()
    assert worker.stop() == 0
    assert worker.process.log.read_text().count("\n") < LINES

    log, rules = await kafka_log.read(own, topic), time_rules(own)
    (view,) = described.windows
    assert await outputs.windows(own, SERVICE, view) == recount.windows(described, view, log, rules)
    rows = await outputs.archived(own, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}
    wanted = recount.refused(described, log, rules)
    letters = await outputs.dead_letters(own, SERVICE)
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
