"""Partitions change hands under load: workers join, sleep through their session, wake up, die."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from citystream.admin import create_topics
from citystream.contracts import topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.feed import Feed
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
PER_S = 1_000
BETWEEN = 2_000
"""Records folded between one change and the next."""
SESSION_S = 6


@pytest.mark.usefixtures("apache_only")
async def test_partitions_that_change_hands_lose_nothing_and_count_nothing_twice(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    rules_of = {"window_s": 10, "disorder_s": 5, "lateness_s": 10}
    workers = {}
    for name in ("first", "second"):
        own = settings(
            **rules_of,
            data_dir=tmp_path / name,
            checkpoint_ms=300,
            archive_s=2,
            kafka_session_timeout_s=SESSION_S,
        )
        workers[name] = Worker(SERVICE, own, tmp_path / f"{name}-logs")
    first, second = workers["first"], workers["second"]
    await create_topics(own, [SERVICE])
    described, topic = SERVICES[SERVICE], topics.source(own.namespace, SERVICE)
    first.start()
    await first.ready()
    feed = Feed(own.kafka, topic, own.partitions, events.flow(SERVICE, seed), seed)
    await feed.start()
    producing = asyncio.create_task(feed.run(PER_S))
    await kafka_log.folds_on(own, SERVICE, BETWEEN)
    second.start()
    await second.ready()
    await kafka_log.folds_on(own, SERVICE, BETWEEN)
    os.kill(first.process.pid, signal.SIGSTOP)
    # Its session ends, and the other has all.
    await kafka_log.folds_everywhere(own, SERVICE)
    os.kill(first.process.pid, signal.SIGCONT)
    await kafka_log.folds_on(own, SERVICE, BETWEEN)
    second.kill()
    await kafka_log.folds_everywhere(own, SERVICE)
    feed.stop()
    await producing
    await feed.close()
    await kafka_log.drained(own, SERVICE)
    await first.flushed("redis")
    assert first.stop() == 0

    log, rules = await kafka_log.read(own, topic), time_rules(own)
    (view,) = described.windows
    assert await outputs.windows(own, SERVICE, view) == recount.windows(described, view, log, rules)
    rows = await outputs.archived(own, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}
    wanted = recount.refused(described, log, rules)
    letters = await outputs.dead_letters(own, SERVICE)
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
