"""GPS events at a steady rate, some of them from probes whose sending times are kept.

An event carries the time at which it was due, so a sender that is late makes events look slow, never
fast. A probe sends once a second, so that every publish shows each of its events, and the probes are
spread over the second. It runs in a process of its own: what observes must not wait for what sends.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer

from citystream.contracts import topics
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

TICK_S = 0.01
PROBES = 100
LOWEST_RATE = 2 * PROBES
BATCH_BYTES = 262_144

EVENT = (
    b'{"event_id":"%b-%d","timestamp":%d,"vehicle_id":"%b","vehicle_type":"car","latitude":48.%06d,'
    b'"longitude":11.%06d,"speed_kmh":%d.5,"heading_deg":%d.0}'
)


def probe_id(number: int) -> str:
    """Vehicle id of a probe."""
    return f"probe-{number:03d}"


@dataclass(frozen=True)
class Load:
    """What to send to the gps topic."""

    settings: Settings
    rate: int
    """Events per second, the probes' included; at least `LOWEST_RATE`."""
    vehicles: int
    """They share the events that are not the probes'."""
    warm_up_s: float
    """Sent first, and not counted."""
    seconds: float


@dataclass
class Sent:
    """What was sent after the warm-up, and acknowledged."""

    records: int = 0
    seconds: float = 0.0
    """From the end of the warm-up to the last acknowledgement."""
    late_ms_max: float = 0.0
    """The longest that an event was handed over after it was due."""
    probes: dict[str, list[int]] = field(default_factory=dict)
    """Event times of each probe, epoch ms."""

    @property
    def per_s(self) -> float:
        return self.records / self.seconds


def send(load: Load) -> Sent:
    """Send it all.

    Raises:
        KafkaError: the broker refused records.
    """
    return asyncio.run(_send(load))


async def _send(load: Load) -> Sent:
    producer = AIOKafkaProducer(
        **kafka_options(load.settings),
        acks="all",
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * BATCH_BYTES,
    )
    await producer.start()
    try:
        return await _Sender(load, producer).run()
    finally:
        await producer.stop()


class _Sender:
    def __init__(self, load: Load, producer: AIOKafkaProducer) -> None:
        self._load = load
        self._producer = producer
        self._topic = topics.source(load.settings.namespace, "gps")
        self._partitions = load.settings.partitions
        self._probes = [probe_id(number).encode() for number in range(PROBES)]
        self._vehicles = [b"vehicle-%06d" % number for number in range(load.vehicles)]
        self._ids = b"%x" % time.time_ns()
        self._batches: dict[int, Any] = {}
        self._waiting: list[asyncio.Future[Any]] = []
        self._sent = Sent(probes={probe_id(number): [] for number in range(PROBES)})

    async def run(self) -> Sent:
        load, sent = self._load, self._sent
        stride, rate = load.rate // PROBES, load.rate
        counted_from = int(load.warm_up_s * rate)
        last = counted_from + int(load.seconds * rate)
        started_s, done = time.time(), 0
        while done < last:
            until = min(last, int((time.time() - started_s) * rate))
            for number in range(done, until):
                time_ms = int((started_s + number / rate) * 1000)
                vehicle = number % load.vehicles
                if number % stride:
                    await self._add(vehicle % self._partitions, self._vehicles[vehicle], number, time_ms)
                    continue
                probe = number // stride % PROBES
                await self._add(probe % self._partitions, self._probes[probe], number, time_ms)
                if number >= counted_from:
                    sent.probes[probe_id(probe)].append(time_ms)
                    sent.late_ms_max = max(sent.late_ms_max, time.time() * 1000 - time_ms)
            done = until
            for partition in list(self._batches):
                await self._close(partition)
            await asyncio.sleep(max(0.0, started_s + done / rate + TICK_S - time.time()))
        await asyncio.gather(*self._waiting)
        sent.records = last - counted_from
        sent.seconds = time.time() - started_s - counted_from / rate
        return sent

    async def _add(self, partition: int, vehicle: bytes, number: int, time_ms: int) -> None:
        place = number * 7919
        value = EVENT % (
            *(self._ids, number, time_ms, vehicle),
            *(place % 1_000_000, place % 999_983, number % 120, number % 360),
        )
        batch = self._batches.get(partition)
        if batch is None:
            batch = self._batches[partition] = self._producer.create_batch()
        if batch.append(key=vehicle, value=value, timestamp=None) is None:
            await self._close(partition)
            batch = self._batches[partition] = self._producer.create_batch()
            batch.append(key=vehicle, value=value, timestamp=None)

    async def _close(self, partition: int) -> None:
        """Hand the partition's open batch over; waits while the producer has too much of it already."""
        batch = self._batches.pop(partition)
        self._waiting.append(await self._producer.send_batch(batch, self._topic, partition=partition))
        if len(self._waiting) > 1_000:
            done, self._waiting = self._waiting[:500], self._waiting[500:]
            await asyncio.gather(*done)
