"""Every server away in turn, under load: the worker lives on and says so; nothing is lost or doubled."""

import asyncio
from pathlib import Path

import pytest

from citystream.admin import create_topics
from citystream.contracts import topics
from citystream.stream import time_rules
from demo.servers.server import Server
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.feed import Feed
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
PER_S = 1_000
BETWEEN = 2_000
"""Records folded between one outage and the next, and while S3 is away."""
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
    seed: int,
) -> None:
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
    feed = Feed(own.kafka, topic, own.partitions, events.flow(SERVICE, seed), seed)
    await feed.start()
    producing = asyncio.create_task(feed.run(PER_S))
    for server, sink in ((redis_server, "redis"), (elasticsearch_server, "elasticsearch"), (s3_server, "s3")):
        await kafka_log.folds_on(own, SERVICE, BETWEEN)
        # Hanging, not refused: the harder way to be away. And what it holds is still there afterwards.
        server.pause()
        if sink != "s3":
            await worker.until_sink_is(sink, "down")
        await kafka_log.folds_on(own, SERVICE, BETWEEN)
        server.resume()
    kafka_server.kill()
    kafka_server.start()
    await kafka_log.folds_on(own, SERVICE, BETWEEN)
    feed.stop()
    await producing
    await feed.close()
    await kafka_log.drained(own, SERVICE)
    await worker.flushed("redis", "elasticsearch")
    for sink in ("redis", "elasticsearch"):
        await worker.until_sink_is(sink, "up")
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
