"""A topic deleted and made again is another log: its events count beside the old ones, none is skipped."""

import asyncio
import random
import time
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.log.source import partition_counts
from citystream.settings import Settings
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
OLD, NEW = 300, 100


async def counts(settings: Settings) -> tuple[int, int]:
    """Readings in Redis's windows, and records in the archive."""
    (view,) = SERVICES[SERVICE].windows
    windows = await outputs.windows(settings, SERVICE, view)
    archived = await outputs.archived(settings, SERVICE)
    return sum(state.readings for state in windows.values()), sum(archived.values())


async def test_events_of_a_topic_made_anew_all_count(settings: MakeSettings, tmp_path: Path) -> None:
    own = settings(archive_s=1, partitions=1)
    topic = topics.source(own.namespace, SERVICE)
    rng, now_ms = random.Random(1), round(time.time() * 1000)
    good = [
        (b"k", events.encode(events.fields(SERVICE, rng, number, now_ms - rng.randrange(3_000))))
        for number in range(OLD + NEW)
    ]
    worker, counted = Worker(SERVICE, own, tmp_path), 0
    for part in (good[:OLD], good[OLD:]):
        await create_topics(own, [SERVICE])
        worker.start()
        await worker.ready()
        await kafka_log.produce(own.kafka, topic, part)
        counted += len(part)
        # Committed offsets of the old log may still stand: what came out tells, not what was committed.
        async with asyncio.timeout(PATIENCE_S):
            while min(await counts(own)) < counted:
                await asyncio.sleep(0.2)
        assert worker.stop() == 0
        admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka)
        await admin.start()
        await admin.delete_topics([topic])
        await admin.close()
        async with asyncio.timeout(PATIENCE_S):
            while topic in await partition_counts(own):
                await asyncio.sleep(0.1)
    assert "made anew" in worker.process.log.read_text()
    assert await counts(own) == (OLD + NEW, OLD + NEW)
    rows = await outputs.archived(own, SERVICE)
    assert {value for _, _, value in rows} == {value for _, value in good}
