"""A broker that has just started knows no topic for a while, and a leader that asked it assigns nothing."""

import asyncio
from typing import Any

from aiokafka.errors import UnknownTopicOrPartitionError

from citystream.settings import Settings
from tests.harness.patience import PATIENCE_S
from tests.rules.running import owner, readings, send
from tests.services.descriptions import SERVICES


async def test_a_group_that_was_assigned_nothing_reads_on_within_seconds(city: Settings) -> None:
    async with owner(SERVICES["traffic"], city) as one:
        await send(city, readings(0, 10))
        await one.folded(0, 10)
        client = one.stream.log._client()._client
        cluster = client.cluster
        understand = cluster.update_metadata

        def understand_nothing(answer: Any) -> None:
            unknown = UnknownTopicOrPartitionError.errno
            answer.topics = [(unknown, name, internal, []) for _, name, internal, *_ in answer.topics]
            understand(answer)

        async def ask() -> None:
            await client.force_metadata_update()

        cluster.update_metadata = understand_nothing
        await one.stream.log._call(ask())
        async with asyncio.timeout(PATIENCE_S):
            while one.stream.log.assigned():
                await asyncio.sleep(0.05)
        cluster.update_metadata = understand
        await send(city, readings(10, 20))
        async with asyncio.timeout(PATIENCE_S):
            while not one.stream.log.assigned():
                await asyncio.sleep(0.05)
        await one.folded(0, 20)
