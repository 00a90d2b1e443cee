"""A new version beside the old, on the same events and archive: both are exact, and so is the archive."""

import asyncio
import sys
import time
from pathlib import Path

from citystream.contracts import topics
from citystream.fold.rows import StateVersionError
from citystream.log.admin import create_topics
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
EVENTS = 3_000
NEWER = [sys.executable, "-m", "tests.harness.newer_states"]


async def test_two_versions_share_events_and_archive_and_nothing_else(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    blue = settings(window_s=10, disorder_s=5, lateness_s=10, archive_s=1, partitions=2)
    green = blue.model_copy(
        update={
            "namespace": f"{blue.namespace[:34]}-green",
            "source_namespace": blue.namespace,
            "data_dir": tmp_path / "green",
        }
    )
    await create_topics(blue, [SERVICE])
    topic = topics.source(blue.namespace, SERVICE)
    messages = events.stream(SERVICE, seed, EVENTS)
    third = len(messages) // 3
    old, new = Worker(SERVICE, blue, tmp_path / "blue-logs"), Worker(SERVICE, green, tmp_path / "green-logs")
    old.start()
    try:
        await kafka_log.produce(blue.kafka, topic, messages[:third])
        await kafka_log.drained(blue, SERVICE)
        # It begins with what Kafka still has.
        reports = await create_topics(green, [SERVICE])
        assert topic not in {one.topic.name for one in reports if one.created}
        new.start()
        await new.ready()
        await kafka_log.produce(blue.kafka, topic, messages[third : 2 * third])
        await asyncio.gather(kafka_log.drained(blue, SERVICE), kafka_log.drained(green, SERVICE))
        assert old.stop() == 0
        await kafka_log.produce(blue.kafka, topic, messages[2 * third :])
        await kafka_log.drained(green, SERVICE)
        assert new.stop() == 0
        # Blue can come back.
        old.start()
        await old.ready()
        await kafka_log.drained(blue, SERVICE)
        assert old.stop() == 0
    finally:
        old.process.kill()
        new.process.kill()
    log, rules = await kafka_log.read(blue, topic), time_rules(blue)
    described = SERVICES[SERVICE]
    wanted = recount.refused(described, log, rules)
    for own in (blue, green):
        for view in described.windows:
            assert await outputs.windows(own, SERVICE, view) == recount.windows(described, view, log, rules)
        letters = await outputs.dead_letters(own, SERVICE)
        assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
    rows = await outputs.archived(blue, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}


async def test_states_of_another_version_end_a_worker_and_are_left_as_they_are(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    own = settings(window_s=10, disorder_s=5, lateness_s=10, archive_s=1, partitions=1)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    messages = events.stream(SERVICE, seed, EVENTS)
    worker = Worker(SERVICE, own, tmp_path)
    newer = Worker(SERVICE, own, tmp_path / "newer", command=NEWER)
    try:
        worker.start()
        await worker.ready()
        await kafka_log.produce(own.kafka, topic, messages[: len(messages) // 2])
        await kafka_log.drained(own, SERVICE)
        assert worker.stop() == 0
        newer.start()
        deadline = time.monotonic() + PATIENCE_S
        while newer.process.running:
            assert time.monotonic() < deadline, newer.log_tail()
            await asyncio.sleep(0.1)
        assert newer.process.exit_code == 1
        assert StateVersionError.__name__ in newer.log_tail()
        assert "this program folds version 2" in newer.log_tail()
        worker.start()
        await worker.ready()
        await kafka_log.produce(own.kafka, topic, messages[len(messages) // 2 :])
        await kafka_log.drained(own, SERVICE)
        assert worker.stop() == 0
    finally:
        worker.process.kill()
        newer.process.kill()
    log, rules = await kafka_log.read(own, topic), time_rules(own)
    for view in SERVICES[SERVICE].windows:
        found = await outputs.windows(own, SERVICE, view)
        assert found == recount.windows(SERVICES[SERVICE], view, log, rules)
