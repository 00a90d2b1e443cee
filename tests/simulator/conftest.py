"""A city, moments of its day, real data, and the simulator as a user starts it."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from citystream.contracts import topics
from citystream.contracts.city_model import CityModel
from citystream.contracts.registry import EVENTS
from citystream.log.admin import TopicsError, create_topics
from citystream.settings import Settings
from simulator.city import generate
from tests.harness.patience import PATIENCE_S

DATA = Path(__file__).parents[3] / "shared" / "data"
CITY_SIMULATOR = Path(sys.executable).with_name("city-simulator")

Start = Callable[..., Awaitable[asyncio.subprocess.Process]]
Log = dict[str, list[tuple[bytes, bytes]]]
"""Key and value of every record, by type."""


def epoch_ms(text: str) -> int:
    """RFC 3339 as epoch milliseconds."""
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


MONDAY_NIGHT = epoch_ms("2026-03-02T02:00:00Z")
MONDAY_RUSH = epoch_ms("2026-03-02T07:00:00Z")
"""8 o'clock in Munich."""


@pytest.fixture(scope="session")
def model() -> CityModel:
    """The default city."""
    return generate()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real data sets."""
    if not DATA.is_dir():
        pytest.skip(f"the real data sets are not at {DATA}")
    return DATA


@pytest.fixture
async def kafka_settings(kafka: str, namespace: str, _topics_end: None) -> Settings:
    """Settings for Kafka alone, with all topics of this test's namespace made."""
    settings = Settings(kafka=kafka, namespace=namespace)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await create_topics(settings, EVENTS)
            except TopicsError:
                # A broker that a test has paused answers at once, and takes part again seconds later.
                await asyncio.sleep(0.5)
            else:
                return settings


@pytest.fixture
def start(kafka_settings: Settings) -> Start:
    """Start `city-simulator` with the arguments given; output comes through pipes."""

    async def city_simulator(
        *arguments: str, namespace: str = kafka_settings.namespace, kafka: str = kafka_settings.kafka
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(CITY_SIMULATOR),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"CITY_KAFKA": kafka, "CITY_NAMESPACE": namespace},
        )

    return city_simulator


async def read_log(settings: Settings, *types: str) -> Log:
    """Everything that the source topics of the types hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await consumer.start()
    log: Log = {type_: [] for type_ in types}
    try:
        names = {topics.source(settings.namespace, type_): type_ for type_ in types}
        partitions = [
            TopicPartition(name, number) for name in names for number in await _partitions(consumer, name)
        ]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                log[names[partition.topic]] += [(record.key, record.value) for record in records]
    finally:
        await consumer.stop()
    return log


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> set[int]:
    await consumer._client._wait_on_metadata(name)
    found: set[int] = consumer.partitions_for_topic(name)
    return found
