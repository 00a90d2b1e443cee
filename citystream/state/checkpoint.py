"""The checkpoint: what was folded made durable, in the one order that keeps it exact."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from aiokafka.errors import KafkaError
from faust.types import TP

from citystream.contracts import topics
from citystream.fold.rows import Facts
from citystream.log.source import Log
from citystream.metrics import StreamMetrics
from citystream.settings import Settings
from citystream.state.partition import OwnedPartition, Snapshot
from citystream.state.producer import CheckpointProducer, Written
from citystream.state.table import ExactTable

log = logging.getLogger(__name__)


class Checkpoint:
    """Saves the partitions of one service."""

    def __init__(
        self, service: str, settings: Settings, table: ExactTable, source: Log, metrics: StreamMetrics
    ) -> None:
        self._service = service
        self._table = table
        self._log = source
        self._metrics = metrics
        self._producer = CheckpointProducer(settings)
        self._changelog = topics.changelog(settings.namespace, service)
        self._dead_letters = topics.dead_letters(settings.namespace, service)

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def save(self, owned: Mapping[int, OwnedPartition], unsaved: Sequence[OwnedPartition]) -> None:
        """Save partitions, then commit those that were saved and are still owned.

        What was published before this is what is saved. A sink that is away does not stop it: its values
        wait. A send that fails does: all of that partition is tried again.
        """
        started = time.perf_counter()
        saved = await asyncio.gather(*(self._save(owned, part, part.snapshot()) for part in unsaved))
        positions = {
            part.number: facts.next_offset
            for part, facts in zip(unsaved, saved, strict=True)
            if facts and owned.get(part.number) is part
        }
        if positions and await self._log.commit(positions):
            for part in unsaved:
                part.committed = positions.get(part.number, part.committed)
        spent_s = time.perf_counter() - started
        self._metrics.checkpointed(spent_s)
        if positions and log.isEnabledFor(logging.DEBUG):
            self._tell(positions, spent_s)

    def _tell(self, positions: Mapping[int, int], spent_s: float) -> None:
        for number, offset in positions.items():
            log.debug(
                "partition %d: saved up to offset %d in %.1f ms",
                number,
                offset,
                spent_s * 1000,
                extra=self._log.about(number, offset),
            )

    async def _save(
        self, owned: Mapping[int, OwnedPartition], part: OwnedPartition, snapshot: Snapshot
    ) -> Facts | None:
        """Write one partition's snapshot; None when it was not, and is still to be saved."""
        saved = False
        try:
            written = await self._send(part.number, snapshot)
            if owned.get(part.number) is part:
                # After the changelog has them: the disk never runs ahead of it.
                for at in written:
                    rows = {row.key: row.value for row in at.rows}
                    tp = TP(self._changelog, part.number)
                    self._table.store.write_rows(tp, rows, at.base, len(at.rows))
            saved = True
        except (KafkaError, TimeoutError) as error:
            self._metrics.checkpoint_failed()
            log.warning(
                "partition %d: checkpoint failed, will be tried again: %s",
                part.number,
                error,
                extra=self._log.about(part.number),
            )
        finally:
            if not saved:
                part.take_back(snapshot)
        return snapshot.facts if saved else None

    async def _send(self, partition: int, snapshot: Snapshot) -> list[Written]:
        """Dead letters, changed rows, facts, deletions, each awaited before the next.

        Facts come after the rows they speak of, so they never claim more than the table holds; deletions
        come after the facts that allow them.
        """
        await self._producer.dead_letters(
            self._dead_letters, self._log.topic, partition, self._service, snapshot.letters
        )
        written: list[Written] = []
        for rows in (snapshot.rows, [snapshot.facts_row], snapshot.deletions):
            written += await self._producer.rows(self._changelog, partition, rows)
        return written
