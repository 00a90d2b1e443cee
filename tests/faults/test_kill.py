"""kill -9 of any one service's worker mid-stream: nothing lost, nothing twice."""

import asyncio
from pathlib import Path

import pytest

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

EVENTS = 6_000
PER_S = 1_500
KILLS = 2
BEFORE_A_KILL = 500
"""Records folded of each part, so that it is cut somewhere in the middle."""


@pytest.mark.parametrize("service", events.TYPES)
async def test_a_killed_worker_loses_nothing_and_counts_nothing_twice(
    service: str, settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    # A static member is back at once; a dynamic one is waited for.
    own = settings(
        window_s=10,
        disorder_s=5,
        lateness_s=10,
        checkpoint_ms=300,
        archive_s=2,
        kafka_instance_id="one",
        kafka_session_timeout_s=10,
        plate_key="a key for tests",
    )
    await create_topics(own, [service])
    described, topic = SERVICES[service], topics.source(own.namespace, service)
    worker = Worker(service, own, tmp_path)
    worker.start()
    await worker.ready()
    messages = events.stream(service, seed, EVENTS)
    part = len(messages) // KILLS
    for start in range(0, KILLS * part, part):
        producing = asyncio.create_task(
            kafka_log.produce(own.kafka, topic, messages[start : start + part], per_s=PER_S)
        )
        await kafka_log.folds_on(own, service, BEFORE_A_KILL)
        worker.kill()
        worker.start()
        await worker.ready()
        await producing
    await kafka_log.drained(own, service)
    assert worker.stop() == 0

    log, rules = await kafka_log.read(own, topic), time_rules(own)
    for view in described.windows:
        assert await outputs.windows(own, service, view) == recount.windows(described, view, log, rules)
    for things in described.things:
        assert await outputs.things(own, service, things) == recount.things(described, things, log, rules)
    for latest in described.latest:
        assert await outputs.latest(own, service, latest) == recount.latest(described, latest, log, rules)

    rows = await outputs.archived(own, service)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}

    letters = await outputs.dead_letters(own, service)
    wanted = recount.refused(described, log, rules)
    assert wanted
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
