"""Topics grow under load: keys move to new partitions in mid-window, and every window is whole."""

import asyncio
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from citystream.contracts import topics
from citystream.log.admin import create_topics, grow_topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
BEFORE, AFTER = 2, 5
EVENTS = 24_000
PER_S = 1_000


async def until_said(workers: list[Worker], words: str) -> None:
    """Wait until one of them has written this to its log."""
    for _ in range(round(PATIENCE_S * 5)):
        if any(words in worker.process.log.read_text() for worker in workers):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"nobody says {words!r}")


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_topics_that_grow_under_load_lose_no_window(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    workers = []
    for name in ("first", "second"):
        own = settings(
            partitions=BEFORE,
            window_s=10,
            disorder_s=5,
            lateness_s=10,
            data_dir=tmp_path / name,
            checkpoint_ms=300,
            archive_s=1,
        )
        workers.append(Worker(SERVICE, own, tmp_path / f"{name}-logs"))
    await create_topics(own, [SERVICE])
    described, topic = SERVICES[SERVICE], topics.source(own.namespace, SERVICE)
    for worker in workers:
        worker.start()
    for worker in workers:
        await worker.ready()
    stream = events.stream(SERVICE, seed, EVENTS)
    half = len(stream) // 2
    old_senders = asyncio.create_task(kafka_log.produce(own.kafka, topic, stream[:half], per_s=PER_S))
    await kafka_log.folds_on(own, SERVICE, 1_000)
    # Somebody adds partitions to the source alone: they have no table, and wait.
    admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka)
    await admin.start()
    await admin.create_partitions({topic: NewPartitions(AFTER)})
    await admin.close()
    await until_said(workers, f"has no partition {AFTER - 1} here; if it lasts: city topics grow")
    reports = await grow_topics(own, SERVICE, AFTER)
    assert [report.partitions for report in reports] == [AFTER, AFTER, AFTER, 1]
    assert not any(report.differences for report in reports)
    await kafka_log.produce(own.kafka, topic, stream[half:], per_s=PER_S)
    await old_senders
    await kafka_log.drained(own, SERVICE)
    owned = [(await worker.health())["roles"]["stream"]["partitions"] for worker in workers]
    assert sorted(owned) == [AFTER // 2, AFTER // 2 + 1]
    for worker in workers:
        await worker.flushed("redis")
        assert worker.stop() == 0
        assert "Traceback" not in worker.process.log.read_text()

    log, rules = await kafka_log.read(own, topic), time_rules(own)
    assert all(log[number] for number in range(AFTER))
    (view,) = described.windows
    assert await outputs.windows(own, SERVICE, view) == recount.windows(described, view, log, rules)
    rows = await outputs.archived(own, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}
    wanted = recount.refused(described, log, rules)
    letters = await outputs.dead_letters(own, SERVICE)
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
