"""A checkpoint: sinks, dead letters, changelog, disk, commit, in this order, each awaited."""

import asyncio
from typing import Any

import pytest
import redis.asyncio as redis
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from citystream.contracts import topics
from citystream.fold.rows import FACTS_KEY, IDS_PREFIX
from citystream.settings import Settings
from tests.harness import kafka_log, outputs
from tests.harness.events import Message
from tests.harness.patience import PATIENCE_S
from tests.rules.running import Owner, owner, readings, send, window_counts
from tests.services.descriptions import SERVICES

TRAFFIC = SERVICES["traffic"]
(VIEW,) = TRAFFIC.windows
NOWHERE = "redis://127.0.0.1:1/0"
UNREADABLE: Message = (b"road-1", b"{" + b" " * 2_000)
TOO_SMALL, LARGE_ENOUGH = "100", "1048576"


async def set_largest_message(admin: Any, topic: str, size: str) -> None:
    """A broker that refuses a topic's sends, or takes them again."""
    settings = {"max.message.bytes": size}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])


def rows_on_disk(one: Owner) -> dict[bytes, bytes]:
    return dict(one.stream._table.store.rows(0))


async def in_redis(settings: Settings) -> dict[tuple[str, int], int]:
    """Readings in each window that Redis has."""
    found = await outputs.windows(settings, "traffic", VIEW)
    return {window: state.readings for window, state in found.items()}


async def test_what_is_committed_has_been_published(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        assert await in_redis(city) == {}
        await one.stream.checkpoint()
        assert await one.committed(0) == 20
        assert sum((await in_redis(city)).values()) == 20


async def test_a_sink_that_is_away_stops_no_checkpoint_and_gets_all_of_it_from_the_next_owner(
    city: Settings,
) -> None:
    away = city.model_copy(update={"redis": NOWHERE})
    async with owner(TRAFFIC, away) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.stream.checkpoint()
        assert await one.committed(0) == 20
        assert one.stream.redis.waiting == 1
    async with owner(TRAFFIC, city) as one:
        await one.stream.publish()
        assert sum((await in_redis(city)).values()) == 20


async def test_a_redis_that_was_emptied_gets_every_live_state_again(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.stream.checkpoint()
        client: Any = redis.Redis.from_url(city.redis)
        await client.delete(*[name async for name in client.scan_iter(match=f"*{city.namespace}*")])
        await client.aclose()
        async with asyncio.timeout(PATIENCE_S):
            while sum((await in_redis(city)).values()) < 20:
                await one.stream.publish()
                await asyncio.sleep(0.1)


@pytest.mark.usefixtures("apache_only")
@pytest.mark.parametrize("refused", [topics.changelog, topics.dead_letters])
async def test_nothing_is_committed_nor_on_disk_before_kafka_has_taken_every_send(
    refused: Any, city: Settings, admin: Any
) -> None:
    topic = refused(city.namespace, "traffic")
    await set_largest_message(admin, topic, TOO_SMALL)
    async with owner(TRAFFIC, city) as one:
        await send(city, [*readings(0, 20), UNREADABLE])
        await one.folded(0, 21)
        await one.stream.checkpoint()
        assert await one.committed(0) is None
        assert rows_on_disk(one) == {}
        await set_largest_message(admin, topic, LARGE_ENOUGH)
        async with asyncio.timeout(PATIENCE_S):
            # A broker answers before it does what it was asked.
            while await one.committed(0) is None:
                await one.stream.checkpoint()
                await asyncio.sleep(0.1)
        assert await one.committed(0) == 21
        assert rows_on_disk(one)
    assert len(await outputs.dead_letters(city, "traffic")) == 1
    async with owner(TRAFFIC, city) as one:
        assert sum(window_counts(one).values()) == 20


async def test_facts_follow_what_they_speak_of_and_deletions_follow_the_facts(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        for start in (0, 10, 20):
            # Thirty seconds of event time a checkpoint: each finds windows that have expired.
            await send(city, readings(start, start + 10, step_s=3))
            await one.folded(0, start + 10)
            await one.stream.checkpoint()
    order = [
        "facts" if key == FACTS_KEY else "deletion" if value is None else "row"
        for key, value in await changelog(city)
    ]
    order = [name for number, name in enumerate(order) if number == 0 or order[number - 1] != name]
    assert order == ["row", "facts", "row", "facts", "deletion", "row", "facts", "deletion"]


async def test_an_owner_writes_the_facts_even_if_nothing_is_new(city: Settings) -> None:
    # A sleeper may have written older ones last, and nothing else.
    for _ in range(2):
        async with owner(TRAFFIC, city) as one:
            await one.stream.checkpoint()
            await one.stream.checkpoint()
    assert [key for key, _ in await changelog(city)] == [FACTS_KEY, FACTS_KEY]


async def test_ids_cost_the_changelog_a_row_a_checkpoint_and_not_one_an_event(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 5_000, step_s=0.001))
        await one.folded(0, 5_000)
        await one.stream.checkpoint()
    keys = [key for key, _ in await changelog(city)]
    assert len([key for key in keys if key.startswith(IDS_PREFIX)]) == 1
    assert len(keys) == 3, "the window, its ids, the facts"


async def changelog(settings: Settings) -> list[tuple[bytes, bytes | None]]:
    log = await kafka_log.read(settings, topics.changelog(settings.namespace, "traffic"))
    return [(record.key, record.value) for record in log[0]]


async def test_faust_commits_nothing_of_a_source_topic(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.app.consumer.commit()
        assert await one.committed(0) is None
        await one.stream.checkpoint()
        assert await one.committed(0) == 20


async def test_a_partition_that_is_anothers_is_not_committed(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        assert not await one.stream.log.commit({7: 1})


async def test_a_checkpoint_that_ends_after_its_partition_was_given_away_leaves_offset_and_disk(
    city: Settings,
) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        part = one.stream.parts.pop(0)
        part.mark(part.fold.take_touched())
        await one.stream._checkpoint.save(one.stream.parts, [part])
        assert await one.committed(0) is None
        assert rows_on_disk(one) == {}


async def test_a_revoked_partition_is_saved_then_forgotten(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.stream.revoked([one.stream.log.tp(0)])
        assert one.stream.parts == {}
        assert await one.committed(0) == 20
