"""A stream role inside the test, on real servers, its clocks turned by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from citystream.app import stream_app
from citystream.contracts import topics
from citystream.metrics import Metrics
from citystream.service import Service
from citystream.settings import Settings
from citystream.stalls import waiting_tasks
from tests.citystream.records import reading
from tests.harness import kafka_log
from tests.harness.events import Message, encode
from tests.harness.patience import PATIENCE_S


def readings(start: int, end: int, step_s: float = 0.1) -> list[Message]:
    """Readings of one road, one a step of event time."""
    made = (reading(number * step_s, event_id=str(number)) for number in range(start, end))
    return [(b"road-1", encode(one)) for one in made]


async def send(settings: Settings, messages: list[Message]) -> None:
    """Append to the traffic topic."""
    await kafka_log.produce(settings.kafka, topics.source(settings.namespace, "traffic"), messages)


class Owner:
    """A member of the service's group. Nothing is published or saved unless the test says so."""

    def __init__(self, service: Service[Any], settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics(service.name)
        self.app, self.stream = stream_app(service, settings, self.metrics)

    async def folded(self, partition: int, next_offset: int) -> None:
        """Wait until a partition is folded up to an offset."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.next_offset(partition) < next_offset:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"still before {next_offset}: {self._standstill(partition)}") from None
        assert self.next_offset(partition) == next_offset

    def _standstill(self, partition: int) -> str:
        """Where a partition is kept, from the fetcher to the fold, and what every task waits for."""
        consumer: Any = self.app.consumer
        client: Any = self.stream.log._client()
        tp = self.stream.log.tp(partition)
        state = client._subscription.subscription.assignment.state_value(tp)
        told = {
            "folded": self.next_offset(partition),
            "position": state._position,
            "highwater": state.highwater,
            "fetched": client._fetcher._records,
            "in flight": client._fetcher._in_flight,
            "fetcher ended": client._fetcher._fetch_task.done(),
            "read": consumer._read_offset,
            "active": consumer._active_partitions,
            "paused": consumer._paused_partitions,
            "flows": consumer.flow_active,
            "rebalancing": self.app.rebalancing,
            "gaps": self.stream._contiguity._gaps,
        }
        return "\n".join([*(f"{name}: {value}" for name, value in told.items()), waiting_tasks()])

    def next_offset(self, partition: int) -> int:
        part = self.stream.parts.get(partition)
        return part.fold.next_offset if part else -1

    async def committed(self, partition: int) -> int | None:
        """What the group has committed, as Kafka says."""
        group = topics.app_id(self.settings.namespace, self.stream.service.name)
        found = await kafka_log.committed(self.settings.kafka, group)
        return found.get((self.stream.log.topic, partition))


@asynccontextmanager
async def owner(service: Service[Any], settings: Settings) -> AsyncIterator[Owner]:
    """An owner with its partitions open; it leaves without a checkpoint, as a crash would."""
    one = Owner(service, settings)
    await one.stream.log.start()
    await one.stream._checkpoint.start()
    one.app.in_worker = True
    try:
        await one.app.start()
        async with asyncio.timeout(PATIENCE_S):
            while not one.stream.ready or not one.stream.parts:
                await one.stream.open_assigned()
                await asyncio.sleep(0.05)
        yield one
    finally:
        one.stream.parts.clear()
        await one.app.stop()
        await one.stream.stop()


def window_counts(one: Owner, partition: int = 0) -> dict[int, int]:
    """Readings in each open window, by its start."""
    fold = one.stream.parts[partition].fold
    return {slot.start_s: slot.state.readings for slot in fold.all_slots()}
