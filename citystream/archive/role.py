"""The archive role: the log to Parquet objects, cut by the log alone, each record in exactly one.

An object is created only if absent. Whoever finds it there reads its last offset and goes on after it; so
the first writer of a cut wins, whoever it was and however the cuts fall. Offsets are committed after the
object is there. While S3 is away the buffer stays bounded, the partition is paused and Kafka keeps the data.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from faust import App
from faust.types import TP

from citystream.archive.bucket import BucketError, create_bucket
from citystream.archive.buffer import Buffer
from citystream.archive.retention import Retention
from citystream.contracts import s3_paths, topics
from citystream.contracts.status import SinkStatus
from citystream.fold.redaction import Redaction
from citystream.log.batches import Record
from citystream.log.contiguity import Contiguity
from citystream.log.source import Log
from citystream.metrics import Metrics
from citystream.servers.breaker import Breaker
from citystream.servers.connections import S3
from citystream.service import Service
from citystream.settings import Settings

log = logging.getLogger(__name__)

EXISTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
NO_BUCKET = "NoSuchBucket"
TICK_S = 0.2
# A partition holds at most this many cuts while S3 is slow; beyond it Kafka keeps the rest.
BUFFERED_CUTS = 2
DRAIN_S = 5.0
# An object is some megabytes; a server that takes longer is as good as away.
PUT_S = 20.0
ASK_EVERY_S = 5.0
SERVER_FAULT = 500


class Archive:
    """The partitions of one service's topic that this worker archives."""

    def __init__(self, app: App, service: Service[Any], settings: Settings, metrics: Metrics) -> None:
        self.service = service
        self.settings = settings
        self.metrics = metrics
        self.log = Log(app, topics.source(settings.shared, service.name), settings)
        self.redaction = Redaction.of(service, settings)
        self.breaker = Breaker()
        self._contiguity = Contiguity(self.log, lambda lost: metrics.count("records_lost_total", lost))
        self.buffers: dict[int, Buffer] = {}
        self.archived = 0
        self.retention = Retention(settings, self.log.topic)
        # The client is a large part of a worker's start: S3 is asked when that is over.
        self._asked_at = time.monotonic()
        self._looking: asyncio.Task[None] | None = None
        self._app = app
        self._opening = asyncio.Lock()
        self._cutting = asyncio.Lock()

    async def deliver(self, partition: int, records: Sequence[Record]) -> None:
        """Buffer a chunk, if it follows what is buffered."""
        buffer = self.buffers.get(partition) or await self._open(partition)
        if buffer is None:
            return
        expected = buffer.next_offset
        start = await self._contiguity.next_offset(partition, expected, records[0].offset)
        if start is None or self.buffers.get(partition) is not buffer or buffer.next_offset != expected:
            return
        if start > expected:
            buffer.lose_to(start)
        buffer.add(records)
        self._pause_or_resume(buffer)

    async def _open_assigned(self) -> None:
        """Take up the partitions assigned, also those where nothing comes."""
        if not self.log.settled:
            return
        for partition in self.log.assigned() - set(self.buffers):
            await self._open(partition)

    async def _open(self, partition: int) -> Buffer | None:
        async with self._opening:
            if partition in self.buffers:
                return self.buffers[partition]
            position = await self.log.position(partition)
            if position is None:
                return None
            begin = position.bounds.begin
            start = begin if position.committed is None or position.of_another_log else position.committed
            self._contiguity.check_begin(partition, start, begin)
            start = max(start, begin)
            if position.of_another_log:
                # Not every broker sends the consumer back.
                await self.log.seek(partition, start)
            buffer = self.buffers[partition] = Buffer(partition, start)
            return buffer

    async def revoked(self, tps: Iterable[TP]) -> None:
        """Forget what is buffered: the next owner reads it again from what was committed."""
        if any(tp.topic == self.log.topic for tp in tps):
            self.buffers.clear()
            self._contiguity.forget()

    async def run(self) -> None:
        """Cut until cancelled."""
        async with S3(self.settings) as s3:
            while True:
                await asyncio.sleep(TICK_S)
                try:
                    await self._open_assigned()
                    await self._tick(s3, drain=False)
                    await self._check_alive(s3)
                except Exception:  # a clock that stops would stop the archive
                    log.exception("the archive goes on after an error")

    async def start(self) -> None:
        await self.log.start()
        self._looking = asyncio.create_task(self.retention.run())

    async def stop(self) -> None:
        """Archive what is buffered, so that the next owner need not read it again."""
        try:
            async with asyncio.timeout(DRAIN_S), S3(self.settings) as s3:
                await self._tick(s3, drain=True)
        except (TimeoutError, BotoCoreError, ClientError) as error:
            log.warning("not all of the buffer was archived before the stop: %s", error)
        if self._looking:
            self._looking.cancel()
        await self.log.stop()

    async def _tick(self, s3: S3, *, drain: bool) -> None:
        async with self._cutting:
            for buffer in list(self.buffers.values()):
                while (
                    self.breaker.allows()
                    and self.buffers.get(buffer.number) is buffer
                    and (self._due(buffer) or (drain and buffer.records))
                ):
                    if not await self._cut(s3, buffer):
                        break
                self._pause_or_resume(buffer)

    async def _check_alive(self, s3: S3) -> None:
        """Ask S3 from time to time while nothing waits: nothing else tells that it is away."""
        now = time.monotonic()
        waiting = any(buffer.records for buffer in self.buffers.values())
        if waiting or now - self._asked_at < ASK_EVERY_S or not self.breaker.allows():
            return
        self._asked_at = now
        client = await s3.client()
        try:
            async with asyncio.timeout(ASK_EVERY_S):
                await client.head_bucket(Bucket=self.settings.s3_bucket)
        except ClientError as error:
            # One that is not there is made when it is needed; one that may not be looked at answers too.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= SERVER_FAULT:
                self._failed(error)
                return
        except (BotoCoreError, OSError) as error:
            self._failed(error)
            return
        self._succeeded()

    def _due(self, buffer: Buffer) -> bool:
        return bool(buffer.records) and (
            len(buffer.records) >= self.settings.archive_records
            or buffer.bytes >= self.settings.archive_bytes
            or time.monotonic() - buffer.since >= self.settings.archive_s
        )

    def _pause_or_resume(self, buffer: Buffer) -> None:
        full = (
            len(buffer.records) >= BUFFERED_CUTS * self.settings.archive_records
            or buffer.bytes >= BUFFERED_CUTS * self.settings.archive_bytes
        )
        if full == buffer.paused:
            return
        buffer.paused = full
        if full:
            self.log.pause([buffer.number])
        else:
            self.log.resume([buffer.number])

    async def _cut(self, s3: S3, buffer: Buffer) -> bool:
        """Write one object, or take over what another wrote; then commit. False when it has to wait."""
        records = buffer.next_cut(self.settings.archive_records)
        try:
            last = await self._put(s3, buffer, records)
        except (BotoCoreError, ClientError, BucketError, TimeoutError, OSError) as error:
            self.metrics.count("archive_failures_total")
            self._failed(error)
            return False
        self._succeeded()
        if self.buffers.get(buffer.number) is not buffer:
            return False
        buffer.drop_to(last)
        return await self.log.commit({buffer.number: last + 1})

    def _failed(self, error: Exception) -> None:
        if self.breaker.failed(error):
            log.warning("S3 is away: %s", self.breaker.error)

    def _succeeded(self) -> None:
        if self.breaker.succeeded():
            log.warning("S3 is back")

    async def _put(self, s3: S3, buffer: Buffer, records: Sequence[Record]) -> int:
        """Create the object; returns the last offset that the object there has, whoever wrote it."""
        first, last = records[0], records[-1]
        with self.metrics.spending("archive", "encode"):
            body = await asyncio.to_thread(self._encode, buffer.number, records)
        metadata = {
            s3_paths.FIRST_OFFSET: str(first.offset),
            s3_paths.LAST_OFFSET: str(last.offset),
            s3_paths.FIRST_TIMESTAMP_MS: str(first.timestamp),
            s3_paths.FOLLOWS_OFFSET: str(buffer.follows),
        }
        while True:
            name = s3_paths.raw_object(
                self.settings.shared,
                self.service.name,
                buffer.generation,
                buffer.number,
                first.offset,
                first.timestamp,
            )
            client = await s3.client()
            # Its own time-outs do not see a server that takes the body and never answers.
            with self.metrics.spending("archive", "s3"):
                async with asyncio.timeout(PUT_S):
                    there = await self._create(client, name, body, metadata)
            if there is None:
                self.archived += len(records)
                self.metrics.count("records_archived_total", len(records))
                self.metrics.count("archive_objects_total")
                if log.isEnabledFor(logging.DEBUG):
                    about = {**self.log.about(buffer.number, first.offset), "object": name}
                    log.debug("archived offsets %d to %d as %s", first.offset, last.offset, name, extra=about)
                return last.offset
            if there[s3_paths.FIRST_TIMESTAMP_MS] == str(first.timestamp):
                return int(there[s3_paths.LAST_OFFSET])
            # The same offset at another time: an object of an older topic of this name.
            buffer.generation += 1

    def _encode(self, partition: int, records: Sequence[Record]) -> bytes:
        # pyarrow, with numpy, would be a fifth of a worker's start.
        from citystream.archive import parquet

        return parquet.encode(partition, records, self.service, self.settings.future_ms, self.redaction)

    async def _create(
        self, client: Any, name: str, body: bytes, metadata: dict[str, str]
    ) -> dict[str, str] | None:
        """Create an object only if absent; else the metadata of the one there."""
        bucket = self.settings.s3_bucket
        try:
            await client.put_object(Bucket=bucket, Key=name, Body=body, Metadata=metadata, IfNoneMatch="*")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == NO_BUCKET:
                await create_bucket(self.settings)
                return await self._create(client, name, body, metadata)
            if code not in EXISTS:
                raise
            head = await client.head_object(Bucket=bucket, Key=name)
            found: dict[str, str] = head["Metadata"]
            return found
        return None

    @property
    def ready(self) -> bool:
        """The consumer group is joined, and no rebalance is under way."""
        return self._app.started and not self._app.rebalancing

    @property
    def lag(self) -> int:
        """Records between what is archived and the log's end."""
        total = 0
        for number, buffer in self.buffers.items():
            end = self.log.end(number)
            done = buffer.records[0].offset if buffer.records else buffer.next_offset
            total += max(0, end - done) if end is not None else 0
        return total

    @property
    def lag_s(self) -> float:
        """Age, by its Kafka timestamp, of the oldest record that was read and is not archived."""
        oldest = min(
            (buffer.records[0].timestamp for buffer in self.buffers.values() if buffer.records), default=None
        )
        return max(0.0, time.time() - oldest / 1000) if oldest is not None else 0.0

    def status(self) -> SinkStatus:
        return SinkStatus(
            state="up" if self.breaker.closed else "down",
            pending=sum(len(buffer.records) for buffer in self.buffers.values()),
            error=self.breaker.error,
        )
