"""Contiguity: whatever is delivered, no record of a partition is passed over, and what is lost is counted."""

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from citystream.settings import Settings
from tests.rules.running import Owner, owner, readings, send, window_counts
from tests.services.descriptions import SERVICES

TRAFFIC = SERVICES["traffic"]


def lost(one: Owner) -> float:
    """Records counted as lost."""
    return one.metrics.registry.get_sample_value("city_records_lost_total", {"service": "traffic"}) or 0.0


async def test_a_chunk_beyond_the_expected_offset_is_refused_and_sought_again(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        tps = {one.stream.log.tp(0)}
        one.app.consumer.pause_partitions(tps)
        await send(city, readings(20, 40))
        # As Faust does after some rebalances.
        await one.stream.log.seek(0, 30)
        one.app.consumer.resume_partitions(tps)
        await one.folded(0, 40)
        assert sum(window_counts(one).values()) == 40
        assert lost(one) == 0


@pytest.mark.usefixtures("apache_only")
async def test_offsets_that_transactions_took_are_no_loss(city: Settings) -> None:
    async with owner(TRAFFIC, city) as one:
        producer = AIOKafkaProducer(bootstrap_servers=city.kafka, transactional_id=city.namespace)
        await producer.start()
        for number in range(3):
            async with producer.transaction():
                for key, value in readings(number * 10, number * 10 + 10):
                    await producer.send(one.stream.log.topic, value=value, key=key)
            # Ten records and the mark of their transaction.
            await one.folded(0, number * 11 + 10)
        await producer.stop()
        assert sum(window_counts(one).values()) == 30
        assert lost(one) == 0


@pytest.mark.usefixtures("apache_only")
async def test_what_retention_took_before_it_was_folded_is_counted(city: Settings, admin: Any) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 10))
        await one.folded(0, 10)
        await one.stream.checkpoint()
        topic = one.stream.log.topic
    await send(city, readings(10, 30))
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=25)})
    async with owner(TRAFFIC, city) as one:
        await one.folded(0, 30)
        assert lost(one) == 15
        assert sum(window_counts(one).values()) == 15
