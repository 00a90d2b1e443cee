"""What a worker says of its own life: stacks when it stands still, its second, its drain."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.stalls import waiting_tasks
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

DRAIN_S = 10.0


async def test_a_worker_whose_fold_never_ends_prints_where_and_fails_its_probe(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings(kafka_session_timeout_s=6)
    await create_topics(own, ["traffic"])
    worker = Worker(
        "traffic", own, tmp_path, role="stream", command=[sys.executable, "-m", "tests.harness.spinning"]
    )
    worker.start()
    await worker.ready()
    assert "spin_forever" not in worker.log_tail()
    fields = events.fields("traffic", random.Random(1), 1, round(time.time() * 1000)) | {"vehicle_count": 13}
    await kafka_log.produce(
        own.kafka, topics.source(own.namespace, "traffic"), [(None, events.encode(fields))]
    )
    deadline = time.monotonic() + PATIENCE_S
    while "in spin_forever" not in worker.log_tail():
        assert time.monotonic() < deadline, worker.log_tail()
        await asyncio.sleep(0.2)
    async with httpx.AsyncClient(timeout=2) as client:
        with pytest.raises(httpx.TimeoutException):
            await client.get(f"http://127.0.0.1:{worker.port}/healthz")
    worker.kill()


def test_a_loop_that_is_held_while_threads_run_says_so_and_lives_on() -> None:
    watched = subprocess.run(
        [sys.executable, "-m", "tests.harness.held_again_and_again"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert watched.returncode == 0, watched.stderr[-2000:]
    assert "in churn" in watched.stderr


async def test_a_task_that_waits_for_what_never_comes_is_shown_down_to_its_last_await() -> None:
    never = asyncio.Event()

    async def inner() -> None:
        await never.wait()

    async def outer() -> None:
        await inner()

    task = asyncio.create_task(outer(), name="folding")
    await asyncio.sleep(0)
    shown = waiting_tasks()
    task.cancel()
    assert "task folding:" in shown
    assert shown.index("outer") < shown.index("inner") < shown.index("Event.wait")


@pytest.mark.real
async def test_a_second_of_a_worker_is_accounted_for_and_its_drain_is_quick_and_committed(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings()
    await create_topics(own, ["traffic"])
    worker = Worker("traffic", own, tmp_path)
    worker.start()
    await worker.ready()
    topic = topics.source(own.namespace, "traffic")
    stop = asyncio.Event()

    async def load() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await kafka_log.produce(own.kafka, topic, events.stream("traffic", number, 500), per_s=2_000)

    producing = asyncio.create_task(load())
    await asyncio.sleep(2)
    asked_first = time.monotonic()
    before, answered_first = await seconds(worker), time.monotonic()
    await asyncio.sleep(3)
    asked_last = time.monotonic()
    after, elapsed = await seconds(worker), time.monotonic() - asked_first
    spent = {activity: after[activity] - before.get(activity, 0.0) for activity in after}
    chunks = sum(spent[activity] for activity in ("poll", "decode", "fold", "paused"))
    # What a worker says is of a moment between the question and its answer.
    assert 0.85 * (asked_last - answered_first) < chunks < 1.15 * elapsed
    assert 0 < spent["decode"] < spent["decode"] + spent["fold"] < elapsed
    assert spent["table"] > 0
    assert spent["redis"] > 0

    arrived = await kafka_log.ends(own, topic)
    await asyncio.sleep(1)
    started = time.monotonic()
    assert await asyncio.to_thread(worker.stop) == 0
    assert time.monotonic() - started < DRAIN_S
    stop.set()
    await producing
    committed = await kafka_log.committed(own.kafka, topics.app_id(own.namespace, "traffic"))
    assert all(committed[topic, partition] >= end for partition, end in arrived.items())


async def seconds(worker: Worker) -> dict[str, float]:
    """`city_seconds_total` of the stream role, by activity."""
    async with httpx.AsyncClient(timeout=10) as client:
        text = (await client.get(f"http://127.0.0.1:{worker.port}/metrics")).text
    return {
        sample.labels["activity"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "city_seconds_total" and sample.labels["role"] == "stream"
    }
