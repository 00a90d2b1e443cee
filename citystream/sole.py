"""A role of which a type has one process at work, whatever else may stand by.

The group of the role reads the type's control topic, which has one partition: whoever is assigned it works.
Its table has one partition too. What the role reads beside, it reads without a group, from positions that
its table keeps.
"""

import abc
import asyncio
import logging
import time
from collections.abc import Iterable, Mapping

from aiokafka.errors import KafkaError
from faust import App
from faust.types import TP

from citystream.contracts import topics
from citystream.contracts.status import ProcessStatus, SinkStatus
from citystream.health import show_kafka, state_of_role
from citystream.log.source import Log
from citystream.metrics import Metrics
from citystream.rate import Rate
from citystream.settings import Settings
from citystream.state.producer import CheckpointProducer
from citystream.state.table import ExactTable
from citystream.state.whole_steps import WholeSteps

log = logging.getLogger(__name__)

TICK_S = 0.1
# Between two tries while Kafka is away.
PAUSE_S = 1.0


class SoleRole(abc.ABC):
    """One such role. `work` is all that it does."""

    def __init__(
        self,
        app: App,
        table: ExactTable,
        type_: str,
        role: str,
        last: str,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        """`last`: see `WholeSteps`."""
        self.type_ = type_
        self.role = role
        self.settings = settings
        self.metrics = metrics
        changelog = topics.role_changelog(settings.namespace, type_, role)
        self.log = Log(app, topics.control(settings.namespace, type_), settings, changelog)
        self.table = WholeSteps(table, changelog, last)
        self.producer = CheckpointProducer(settings)
        self._working: asyncio.Task[None] | None = None
        self._progressed_at = time.monotonic()
        self._counted = 0
        self._rate = Rate()

    @abc.abstractmethod
    async def work(self, rows: Mapping[str, bytes]) -> None:
        """Work until cancelled, from what the table has.

        Raises:
            KafkaError: it starts over, from what the table has then.
        """

    @property
    @abc.abstractmethod
    def taken(self) -> int:
        """Records that were taken since the start."""

    @property
    @abc.abstractmethod
    def lag(self) -> int:
        """Records that wait."""

    @property
    @abc.abstractmethod
    def inputs(self) -> int:
        """Partitions that are read."""

    @property
    @abc.abstractmethod
    def sinks(self) -> Mapping[str, SinkStatus]:
        """What is written to."""

    async def start(self) -> None:
        await self.log.start()
        await self.producer.start()

    async def stop(self) -> None:
        await self._rest()
        await self.producer.stop()
        await self.log.stop()

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Another works from now on: what was not saved, it does again."""
        if any(tp.topic == self.log.topic for tp in tps):
            await self._rest()

    async def run(self) -> None:
        """Work whenever it is this process's turn, until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            if not self.owns:
                continue
            self._working = asyncio.create_task(self.work(self.table.restore()))
            await asyncio.wait([self._working])
            if self._working.cancelled():
                continue
            error = self._working.exception()
            if not isinstance(error, KafkaError | OSError | TimeoutError):
                log.error("%s starts over after an error", self.role, exc_info=error)
            else:
                log.warning("%s starts over: %s", self.role, error)
            await asyncio.sleep(PAUSE_S)

    async def _rest(self) -> None:
        if self._working:
            self._working.cancel()
            await asyncio.wait([self._working])

    @property
    def owns(self) -> bool:
        """Whether it is this process's turn, and the table has recovered."""
        return self.log.settled and bool(self.log.assigned())

    @property
    def stuck(self) -> bool:
        """Records wait, and none was taken for too long."""
        return (
            self.owns
            and self.log.probe.up
            and self.lag > 0
            and time.monotonic() - self._progressed_at > self.settings.stuck_s
        )

    def status(self, instance: str, port: int) -> ProcessStatus:
        """For health and status: one that stands by is ready too."""
        count = self.taken
        if count > self._counted or not self.lag:
            self._progressed_at = time.monotonic()
        self._counted = count
        show_kafka(self.metrics, self.role, self.log)
        self.metrics.show("lag_records", self.lag, role=self.role)
        self.metrics.show("partitions", self.inputs, role=self.role)
        self.metrics.show("table_bytes", self.table.size_bytes, role=self.role)
        sinks = dict(self.sinks)
        whole = self.log.probe.up and all(sink.state == "up" for sink in sinks.values())
        return ProcessStatus(
            process=self.type_,
            role=self.role,
            instance=instance,
            at_ms=round(time.time() * 1000),
            health_port=port,
            state=state_of_role(self.log.settled, whole),
            partitions=self.inputs,
            events=count,
            events_per_s=self._rate.per_s(count),
            lag=self.lag,
            sinks=sinks,
            kafka_error=self.log.probe.error,
        )
