"""Partitions change hands under load: workers join, sleep through their session, wake up, die, leave."""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.fold.dedupe import BUCKET_MS
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.rows import ids_bucket, restore
from citystream.log.admin import create_topics
from citystream.settings import Settings
from citystream.state.table import record_version
from citystream.stream import time_rules
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.feed import feeding
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
DESCRIBED = SERVICES[SERVICE]
(VIEW,) = DESCRIBED.windows
PARTITIONS = 12
PER_S = 1_000
BETWEEN = 1_000
"""Records folded between one change and the next."""
SESSION_S = 6
RESTART_S = 30
"""A session that a worker's restart fits into on any machine."""
Hire = Callable[..., list[Worker]]
RULES_OF = {"window_s": 10, "disorder_s": 5, "lateness_s": 10}


@pytest.fixture
def hire(settings: MakeSettings, tmp_path: Path) -> Iterator[Hire]:
    """Makes workers of one city, each with a disk of its own; none outlives the test."""
    made: dict[str, Worker] = {}

    def hire(*names: str, session_s: float, static: bool = False) -> list[Worker]:
        for name in names:
            own = settings(
                **RULES_OF,
                data_dir=tmp_path / name,
                partitions=PARTITIONS,
                checkpoint_ms=300,
                archive_s=2,
                index_ms=200,
                kafka_session_timeout_s=session_s,
                kafka_instance_id=name if static else None,
            )
            made[name] = Worker(SERVICE, own, tmp_path / f"{name}-logs")
        return list(made.values())

    yield hire
    for worker in made.values():
        if worker.process.running:
            worker.kill()


async def table(settings: Settings, number: int) -> tuple[PartitionFold[Any], list[bytes]]:
    """A partition's table as its changelog has it, and the keys of its packed ids."""
    log = await kafka_log.read(settings, topics.changelog(settings.namespace, SERVICE))
    highest: dict[bytes, tuple[bytes, bytes | None]] = {}
    for record in log[number]:
        new = record_version(record)
        if new >= highest.get(record.key, (b"", None))[0]:
            highest[record.key] = new, record.value
    rows = {key: value for key, (_, value) in highest.items() if value is not None}
    fold: PartitionFold[Any] = PartitionFold(DESCRIBED, time_rules(settings), number)
    return fold, restore(fold, iter(rows.items())).ids


def still_open(log: dict[int, list[Any]], number: int, rules: TimeRules) -> dict[recount.WindowId, Any]:
    """What a partition's table must hold: its windows that may still change."""
    part = {number: log[number]}
    newest = max((one.time_ms for _, _, one in recount.accepted(DESCRIBED, log[number], rules)), default=0)
    size_s, lateness_s = rules.window_of(VIEW), rules.lateness_ms / 1000
    return {
        (key, start_s): state
        for (key, start_s), state in recount.windows(DESCRIBED, VIEW, part, rules).items()
        if start_s + size_s + lateness_s > (newest - rules.disorder_ms) / 1000
    }


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_partitions_that_change_hands_lose_nothing_and_count_nothing_twice(
    settings: MakeSettings, hire: Hire, seed: int
) -> None:
    first, second, third = hire("first", "second", "third", session_s=SESSION_S)
    own = settings(**RULES_OF, partitions=PARTITIONS)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    first.start()
    await first.ready()
    flow = events.flow(SERVICE, seed)
    async with feeding(own.kafka, topic, PARTITIONS, flow, seed=seed, per_s=PER_S):
        await kafka_log.folds_on(own, SERVICE, BETWEEN)
        for joining in (second, third):
            joining.start()
            await joining.ready()
            await kafka_log.folds_on(own, SERVICE, BETWEEN)
        os.kill(first.process.pid, signal.SIGSTOP)
        # Its session ends, and the others have all.
        await kafka_log.folds_everywhere(own, SERVICE)
        os.kill(first.process.pid, signal.SIGCONT)
        await kafka_log.folds_on(own, SERVICE, BETWEEN)
        second.kill()
        await kafka_log.folds_everywhere(own, SERVICE)
        assert third.stop() == 0
        await kafka_log.folds_everywhere(own, SERVICE)
    await kafka_log.drained(own, SERVICE)
    # What has expired leaves at the checkpoint after the sinks have it, and that at a stop is one.
    await first.flushed("redis", "elasticsearch")
    assert first.stop() == 0

    log, rules = await kafka_log.read(own, topic), time_rules(own)
    assert await outputs.windows(own, SERVICE, VIEW) == recount.windows(DESCRIBED, VIEW, log, rules)
    rows = await outputs.archived(own, SERVICE)
    assert set(rows.values()) == {1}
    assert set(rows) == {(number, one.offset, one.value) for number, part in log.items() for one in part}
    wanted = recount.refused(DESCRIBED, log, rules)
    letters = await outputs.dead_letters(own, SERVICE)
    assert set(letters) == {f"{topic}-{number}-{offset}".encode() for number, offset in wanted}
    for number, records in log.items():
        fold, ids = await table(own, number)
        kept = {(slot.key, slot.start_s): slot.state for slot in fold.all_slots()}
        assert kept == still_open(log, number, rules), f"partition {number}"
        assert fold.next_offset == len(records)
        oldest = (fold.watermark_ms - fold.horizon_ms) // BUCKET_MS
        assert all(ids_bucket(key) >= oldest for key in ids), f"partition {number}"


def opened(worker: Worker) -> list[int]:
    """Partitions that a worker took up, in the order of its log."""
    text = worker.process.log.read_text(errors="replace")
    return [int(number) for number in re.findall(r"partition (\d+): from offset", text)]


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_a_static_member_that_is_back_within_its_session_keeps_its_partitions(
    settings: MakeSettings, hire: Hire
) -> None:
    stays, dies = hire("stays", "dies", session_s=RESTART_S, static=True)
    own = settings(**RULES_OF, partitions=PARTITIONS)
    await create_topics(own, [SERVICE])
    for worker in (stays, dies):
        worker.start()
        await worker.ready()
    async with asyncio.timeout(PATIENCE_S):
        while set(opened(stays)) | set(opened(dies)) != set(range(PARTITIONS)):
            await asyncio.sleep(0.1)
    before = opened(stays), opened(dies)
    for end in (dies.kill, dies.stop):
        end()
        dies.start()
        await dies.ready()
    messages = events.stream(SERVICE, 1, 500)
    await kafka_log.produce(own.kafka, topics.source(own.namespace, SERVICE), messages)
    await kafka_log.drained(own, SERVICE)
    assert opened(stays) == before[0]
    assert sorted(opened(dies)[len(before[1]) :]) == sorted(2 * before[1])
    for worker in (stays, dies):
        assert worker.stop() == 0
