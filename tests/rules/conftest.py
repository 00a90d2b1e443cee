"""One topic of traffic readings, with one partition, and who reads it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from citystream.log.admin import create_topics
from citystream.settings import Settings
from tests.conftest import MakeSettings

SERVICE = "traffic"


@pytest.fixture
async def city(settings: MakeSettings) -> Settings:
    """Settings of a city whose traffic topic exists: one partition, windows of 10 s."""
    own = settings(partitions=1, window_s=10, disorder_s=5, lateness_s=10)
    await create_topics(own, [SERVICE])
    return own


@pytest.fixture
async def admin(kafka: str) -> AsyncIterator[Any]:
    """What only an operator does to a broker."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    yield client
    await client.close()
