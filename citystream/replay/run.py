"""One replay, from its plan to its last window.

Windows that have closed are published and dropped as the fold goes, so memory is that of a live run.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from botocore.exceptions import BotoCoreError, ClientError

from citystream.fold.fold import PartitionFold
from citystream.log.batches import Record
from citystream.replay.archive_source import ArchiveSource
from citystream.replay.catalogue import Catalogue
from citystream.replay.kafka_source import FETCH_RECORDS, FETCH_WAIT_MS, KafkaSource
from citystream.replay.order import ReplayOrder, ReplayReport, settings_that_count
from citystream.replay.pace import Pace, due_count
from citystream.replay.part import Part
from citystream.replay.progress import ReplayProgress
from citystream.replay.publisher import Publisher
from citystream.replay.ranges import ReplayError, margin_ms
from citystream.replay.source import Source
from citystream.replay.state import SavedReplay, StateFile
from citystream.servers.connections import kafka_options, s3_client
from citystream.service import Service
from citystream.settings import Settings
from citystream.stream import time_rules

SAVE_EVERY_S = 5.0
# Saving takes at most this share of the time.
SAVE_SHARE = 0.05


async def replay(
    service: Service[Any],
    settings: Settings,
    order: ReplayOrder,
    progress: ReplayProgress,
    stop: asyncio.Event,
) -> ReplayReport:
    """Fold a range and write its whole windows, until done or until `stop` is set.

    Raises:
        ReplayError: no such topic, an empty range, records missing, or a server that is away.
    """
    state = StateFile(settings.data_dir, f"{settings.namespace}-{service.name}", order.arguments)
    try:
        if order.restart:
            state.remove()
        saved = state.load(settings_that_count(time_rules(settings), service))
        publisher = Publisher(settings, service.name, write=order.write, index=order.index)
        async with _source(service, settings, order) as source, contextlib.aclosing(publisher):
            one = _Run(service, settings, order, source, publisher, state, progress)
            await one.prepare(saved)
            return await one.run(stop)
    except (KafkaError, OSError) as error:
        raise ReplayError(f"Kafka at {settings.kafka} does not answer: {error}") from error
    except (BotoCoreError, ClientError) as error:
        raise ReplayError(
            f"bucket {settings.s3_bucket!r} at {settings.s3 or 'AWS'}: {error}\n"
            "Are CITY_S3, CITY_S3_ACCESS_KEY, CITY_S3_SECRET_KEY and CITY_S3_BUCKET right?"
        ) from error
    finally:
        state.close()


async def replay_until_signalled(
    service: Service[Any], settings: Settings, order: ReplayOrder, progress: ReplayProgress
) -> ReplayReport:
    """Replay; a first signal has it saved, a second ends it at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    task = asyncio.create_task(replay(service, settings, order, progress, stop))

    def on_signal() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        return await task
    except asyncio.CancelledError:
        raise ReplayError("ended at once; the same command goes on from where it last saved") from None


@contextlib.asynccontextmanager
async def _source(service: Service[Any], settings: Settings, order: ReplayOrder) -> AsyncIterator[Source]:
    async with contextlib.AsyncExitStack() as stack:
        consumer = AIOKafkaConsumer(
            **kafka_options(settings),
            enable_auto_commit=False,
            max_poll_records=FETCH_RECORDS,
            # A broker answers a connection's requests in turn: those of the plan wait for an idle fetch.
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        kafka = KafkaSource(consumer, service, settings)
        if order.source == "kafka":
            yield kafka
        else:
            s3 = await stack.enter_async_context(s3_client(settings))
            catalogue = Catalogue(s3, settings, service.name)
            yield ArchiveSource(catalogue, kafka, redacted=service.redact is not None)


class _Run:
    def __init__(
        self,
        service: Service[Any],
        settings: Settings,
        order: ReplayOrder,
        source: Source,
        publisher: Publisher,
        state: StateFile,
        progress: ReplayProgress,
    ) -> None:
        self._service = service
        self._settings = settings
        self._order = order
        self._source = source
        self._publisher = publisher
        self._state = state
        self._progress = progress
        self._rules = time_rules(settings)
        self._pace = Pace(order.speed)
        self._parts: dict[int, Part] = {}
        self._last_ms = 0
        """Kafka timestamp of the range's last record; known where a clock decides."""
        self._save_at = 0.0

    async def run(self, stop: asyncio.Event) -> ReplayReport:
        """Fold until done or stopped, then say what was done."""
        open_ = {n for n, part in self._parts.items() if part.fold.next_offset < part.range.end}
        if open_:
            if self._pace.speed is not None:
                await self._expect(open_)
            await self._seek({number: self._parts[number].fold.next_offset for number in open_})
        self._save_at = time.monotonic() + SAVE_EVERY_S
        pending: dict[int, Sequence[Record]] = {}
        while open_ and not stop.is_set():
            await self._fetch(open_, pending)
            await self._fold(pending)
            self._report_progress()
            if time.monotonic() >= self._save_at:
                await self._save()
            wait_s = self._pace.wait_s(records[0].timestamp for records in pending.values())
            if pending and wait_s:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(wait_s, self._settings.publish_ms / 1000)):
                        await stop.wait()
            await asyncio.sleep(0)
        if open_:
            await self._save()
        else:
            for part in self._parts.values():
                await self._publisher.write(part.rest(), part.origin)
            await self._publisher.flush()
            self._state.remove()
        return self._report(finished=not open_)

    async def prepare(self, saved: SavedReplay | None) -> None:
        """Take up where the same replay was interrupted, or plan it."""
        if saved:
            self._parts = {
                one.range.partition: Part.restored(self._service, self._rules, one) for one in saved.parts
            }
            self._publisher.written = saved.written
            done, total = self._passed()
            self._progress.say(f"replay {self._state.id} goes on at {100 * done // max(1, total)} %")
            self._say_notices()
            return
        others = self._state.others()
        if others:
            self._progress.say(
                f"interrupted with other arguments, and not touched by this: {', '.join(others)}"
            )
        margin = margin_ms(PartitionFold(self._service, self._rules, 0))
        ranges = await self._source.plan(self._order.range, margin)
        self._say_notices()
        if not ranges:
            raise ReplayError(f"{self._service.name} has no records in that range")
        self._parts = {one.partition: Part(self._service, self._rules, one) for one in ranges}

    def _say_notices(self) -> None:
        for notice in self._source.notices:
            self._progress.say(f"notice: {notice}")

    async def _seek(self, positions: Mapping[int, int]) -> None:
        await self._source.seek([self._parts[number].range for number in positions], positions)

    async def _expect(self, open_: set[int]) -> None:
        """Look at the last record of each range."""
        waiting = set(open_)
        await self._seek({number: self._parts[number].range.end - 1 for number in waiting})
        while waiting:
            for number, records in (await self._source.fetch(waiting)).items():
                waiting.discard(number)
                if records:
                    self._parts[number].expect(records[-1])
                    self._last_ms = max(self._last_ms, records[-1].timestamp)

    async def _fetch(self, open_: set[int], pending: dict[int, Sequence[Record]]) -> None:
        """Have something of each partition at hand where a clock decides, else of some."""
        while missing := open_ - set(pending):
            fetched = await self._source.fetch(missing)
            for number, records in fetched.items():
                if records:
                    pending[number] = records
                else:
                    open_.discard(number)
            if self._pace.speed is None or not fetched:
                break

    async def _fold(self, pending: dict[int, Sequence[Record]]) -> None:
        """Fold what is due and publish what became of it."""
        due_ms = self._due_ms(pending)
        for number, records in list(pending.items()):
            part = self._parts[number]
            count = due_count(records, max(due_ms, part.range.start_ms - 1))
            states = part.take(records[:count])
            if self._pace.speed is None:
                part.forget_growing()
            else:
                states = part.growing() + states
            await self._publisher.write(states, part.origin)
            if count < len(records):
                pending[number] = records[count:]
            else:
                del pending[number]
        if self._pace.speed is not None:
            await self._publisher.flush()

    def _due_ms(self, pending: Mapping[int, Sequence[Record]]) -> float:
        """The clock starts when every partition has come to its range."""
        heads = {number: records[0].timestamp for number, records in pending.items()}
        if heads and all(at >= self._parts[number].range.start_ms for number, at in heads.items()):
            self._pace.begin(min(heads.values()))
        return self._pace.due_ms()

    async def _save(self) -> None:
        """Publish, then say how far it is: what is saved has been published."""
        started = time.monotonic()
        await self._publisher.flush()
        parts = [part.save() for part in self._parts.values()]
        counting = settings_that_count(self._rules, self._service)
        self._state.save(SavedReplay(counting, parts, self._publisher.written))
        took_s = time.monotonic() - started
        self._save_at = time.monotonic() + max(SAVE_EVERY_S, took_s / SAVE_SHARE)

    def _passed(self) -> tuple[int, int]:
        """Offsets passed, of offsets in all."""
        parts = self._parts.values()
        return (
            sum(min(part.fold.next_offset, part.range.end) - part.range.read_from for part in parts),
            sum(part.range.end - part.range.read_from for part in parts),
        )

    def _report_progress(self) -> None:
        self._progress.update(*self._passed(), self._pace.left_s(self._last_ms))

    def _report(self, *, finished: bool) -> ReplayReport:
        report = ReplayReport(written=self._publisher.written, finished=finished)
        for part in self._parts.values():
            counters = part.fold.counters
            report.records += counters.folded + counters.duplicates + counters.refused
            report.folded += counters.folded
            report.late += counters.late
            report.duplicates += counters.duplicates
            report.refused += counters.refused
            report.incomplete += part.incomplete
        return report
