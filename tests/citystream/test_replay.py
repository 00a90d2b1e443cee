"""A replay decides as the live run did, and restores what a cache lost."""

import random
import time
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio as redis
from click.testing import CliRunner

from citystream.admin import create_topics
from citystream.contracts import topics
from citystream.replay import ReplayError, ReplayRange, replay
from citystream.service_cli import command_line
from demo.environment import city_environment
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
EVENTS = 4_000


async def pages(client: Any, namespace: str) -> dict[bytes, dict[bytes, bytes]]:
    """Every window in Redis, as its bytes."""
    return {
        name: await client.hgetall(name)
        async for name in client.scan_iter(match=f"*{namespace}:{SERVICE}:*:page:*", count=1000)
    }


async def test_a_replay_restores_the_live_windows_byte_for_byte(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings(window_s=10, disorder_s=5, lateness_s=10, archive_s=1)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    worker = Worker(SERVICE, own, tmp_path)
    worker.start()
    await worker.ready()
    await kafka_log.produce(own.kafka, topic, events.stream(SERVICE, 5, EVENTS))
    await kafka_log.drained(own, SERVICE)
    await worker.flushed("redis")
    assert worker.stop() == 0
    client: Any = redis.Redis.from_url(own.redis)
    live = await pages(client, own.namespace)
    assert live

    everything = ReplayRange(None, None)
    dry = await replay(SERVICES[SERVICE], own, everything, write=False)
    assert dry.records > EVENTS
    assert (dry.written, dry.late > 0, dry.duplicates > 0, dry.refused > 0) == (0, True, True, True)

    await client.delete(*live)
    assert await pages(client, own.namespace) == {}
    report = await replay(SERVICES[SERVICE], own, everything, write=True)
    assert report.written == report.states > 0
    assert await pages(client, own.namespace) == live

    await client.aclose()


async def test_a_range_gives_only_windows_that_it_has_whole(settings: MakeSettings) -> None:
    own = settings(window_s=1, disorder_s=0.5, lateness_s=0.5, future_s=0.5, partitions=1)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    rng, now_ms = random.Random(3), round(time.time() * 1000)
    good = [events.fields(SERVICE, rng, number, now_ms + number * 10) for number in range(EVENTS // 6)]
    await kafka_log.produce(own.kafka, topic, [(b"k", events.encode(one)) for one in good], per_s=100)
    client: Any = redis.Redis.from_url(own.redis)
    whole = await replay(SERVICES[SERVICE], own, ReplayRange(None, None), write=True)
    everything = await pages(client, own.namespace)
    await client.delete(*everything)

    middle = await replay(SERVICES[SERVICE], own, ReplayRange(len(good) // 2, None), write=True)
    assert 0 < middle.written < whole.written
    for name, fields in (await pages(client, own.namespace)).items():
        for field, value in fields.items():
            assert everything[name][field] == value
    await client.aclose()


async def test_a_topic_that_is_not_there_is_named(settings: MakeSettings) -> None:
    with pytest.raises(ReplayError, match="no topic"):
        await replay(SERVICES[SERVICE], settings(), ReplayRange(None, None), write=False)


async def test_an_empty_range_is_said_to_be_empty(settings: MakeSettings) -> None:
    own = settings()
    await create_topics(own, [SERVICE])
    with pytest.raises(ReplayError, match="no records"):
        await replay(SERVICES[SERVICE], own, ReplayRange(None, None), write=False)


@pytest.mark.parametrize(
    ("bound", "complaint"), [("yesterday", "neither an offset"), ("2026-01-01T00:00:00", "no zone")]
)
def test_a_bound_that_cannot_be_read_is_explained(bound: str, complaint: str) -> None:
    answer = CliRunner().invoke(command_line(SERVICES[SERVICE]), ["replay", "--from", bound])
    assert answer.exit_code == 2
    assert complaint in answer.output


def test_a_broker_that_is_away_is_named(settings: MakeSettings) -> None:
    environment = city_environment(settings(kafka="127.0.0.1:9"))
    answer = CliRunner(env=environment).invoke(command_line(SERVICES[SERVICE]), ["replay", "--dry-run"])
    assert answer.exit_code == 1
    assert "127.0.0.1:9 does not answer" in answer.output
