"""The city that the gateway shows: simulated, folded by the services' code, written by the kit's Redis sink.

Without Kafka and the services' processes, which would take the very cores that are measured.
"""

import asyncio
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import psutil

from bench.gateway.cores import pin
from citystream.contracts import city_model
from citystream.contracts.gps import LATEST
from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold.fold import PartitionFold
from citystream.fold.updates import origin
from citystream.log.batches import PlainRecord
from citystream.service import Service
from citystream.settings import Settings
from citystream.sinks.redis import RedisSink
from citystream.stream import time_rules
from demo.servers.server import ServerError
from services.camera import aggregate as camera
from services.emergency import aggregate as emergency
from services.gps import aggregate as gps
from services.traffic import aggregate as traffic
from services.weather import aggregate as weather
from simulator.record import Record
from simulator.world import World

# What a service publishes by.
TICK_S = 0.1
# Further behind than this, the feed was paused: that time is left out, not made up for.
PAUSED_MS = 1_000
SEED = 1

Sent = dict[str, list[int]]
"""Of each vehicle, the event times that were published, epoch ms, rising."""


@dataclass(frozen=True)
class Load:
    """A city of this model (`settings.model`)."""

    settings: Settings
    vehicles: int
    rate: float
    """Events per second, over all types."""
    cores: frozenset[int]


class Feeding:
    """The process that feeds."""

    def __init__(self, load: Load) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process = context.Process(target=_feed, args=(load, self._theirs), daemon=True)

    def start(self) -> None:
        """Start it; back when everything in the city was written once.

        Raises:
            ServerError: it ended instead.
        """
        self._process.start()
        self._theirs.close()
        try:
            self._ours.recv()
        except EOFError as error:
            raise ServerError("the feed ended; its trace is above") from error

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing changes in the block."""
        process = psutil.Process(self._process.pid)
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def sent(self) -> Sent:
        """What it has published so far."""
        self._ours.send(None)
        sent: Sent = self._ours.recv()
        return sent

    def kill(self) -> None:
        """End it, however it stands."""
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _feed(load: Load, pipe: "Connection[Sent | None, None]") -> None:
    pin(0, load.cores)
    asyncio.run(_Feeder(load).run(pipe))


class _Feeder:
    def __init__(self, load: Load) -> None:
        settings = load.settings
        assert settings.model is not None  # noqa: S101 - a load has one
        model = city_model.load(settings.model)
        self._world = World(model, SEED, _now_ms(), load.vehicles, load.rate)
        # One round of all vehicles, which are nine tenths of the events.
        self._first_round_s = 1.2 * load.vehicles / load.rate
        rules = time_rules(settings)
        services: tuple[Service[Any], ...] = (
            gps.service(None),
            traffic.service(model),
            camera.service(None),
            weather.SERVICE,
            emergency.service(None),
        )
        self._folds = {service.name: PartitionFold(service, rules, 0) for service in services}
        self._sinks = {service.name: RedisSink(settings, service.name) for service in services}
        self._sent: Sent = defaultdict(list)

    async def run(self, pipe: "Connection[Sent | None, None]") -> NoReturn:
        due_s = started_s = time.monotonic()
        whole = False
        while True:
            await self._publish(_now_ms())
            if not whole and time.monotonic() - started_s > self._first_round_s:
                whole = True
                pipe.send(None)
            if pipe.poll():
                pipe.recv()
                pipe.send(dict(self._sent))
            due_s = max(due_s + TICK_S, time.monotonic())
            await asyncio.sleep(due_s - time.monotonic())

    async def _publish(self, now_ms: int) -> None:
        if now_ms - self._world.now_ms > PAUSED_MS:
            self._world.skip_to(now_ms)
        by_type: dict[str, list[Record]] = defaultdict(list)
        for record in self._world.step(now_ms):
            by_type[record.type].append(record)
        for type_, records in by_type.items():
            await self._fold(type_, records, now_ms)

    async def _fold(self, type_: str, records: list[Record], now_ms: int) -> None:
        fold, sink = self._folds[type_], self._sinks[type_]
        first = fold.next_offset
        fold.fold(
            [
                PlainRecord(offset, now_ms, record.key, record.value)
                for offset, record in enumerate(records, first)
            ]
        )
        touched = fold.take_touched(live_only=True)
        for slot in touched:
            if type_ == "gps" and slot.view.name == LATEST:
                self._sent[slot.key].append(slot.time_ms)
        sink.note(0, PartitionFacts(0, fold.next_offset, fold.watermark_ms, now_ms))
        sink.offer(touched, origin(fold, 0))
        await sink.flush()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
