"""Kafka goes away while a worker starts: it starts over, as the same process, or ends when told to."""

import asyncio
import sys
import time
from pathlib import Path

import psutil
import pytest

from citystream.log.admin import create_topics
from demo.servers.server import Server
from tests.conftest import MakeSettings
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

pytestmark = pytest.mark.real


async def frozen(worker: Worker) -> None:
    """Wait until it has frozen itself."""
    deadline = time.monotonic() + PATIENCE_S
    while psutil.Process(worker.process.pid).status() != psutil.STATUS_STOPPED:
        assert worker.process.running, worker.log_tail()
        assert time.monotonic() < deadline, worker.log_tail()
        await asyncio.sleep(0.1)


async def test_a_worker_outlives_kafka_leaving_while_it_starts(
    settings: MakeSettings, tmp_path: Path, kafka_server: Server
) -> None:
    own = settings()
    await create_topics(own, ["traffic"])
    worker = Worker(
        "traffic", own, tmp_path, command=[sys.executable, "-m", "tests.harness.stopped_once_started"]
    )
    worker.start()
    pid = worker.process.pid
    await frozen(worker)
    kafka_server.kill()
    worker.process.resume()
    deadline = time.monotonic() + PATIENCE_S
    while "it starts over" not in worker.log_tail():
        assert worker.process.running, worker.log_tail()
        assert time.monotonic() < deadline, worker.log_tail()
        await asyncio.sleep(0.1)
    await asyncio.to_thread(kafka_server.start)
    await frozen(worker)
    worker.process.resume()
    await worker.ready()
    assert worker.process.pid == pid
    assert worker.stop() == 0


async def test_a_worker_that_waits_for_kafka_while_it_starts_ends_when_it_is_told_to(
    settings: MakeSettings, tmp_path: Path, kafka_server: Server
) -> None:
    own = settings()
    await create_topics(own, ["traffic"])
    worker = Worker(
        "traffic", own, tmp_path, command=[sys.executable, "-m", "tests.harness.stopped_once_started"]
    )
    worker.start()
    await frozen(worker)
    kafka_server.pause()
    try:
        worker.process.resume()
        await worker.started()
        assert await asyncio.to_thread(worker.stop) == 0
    finally:
        kafka_server.resume()
