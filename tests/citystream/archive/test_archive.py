"""The archive: each record in exactly one object, whoever writes and however the cuts fall."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import faust
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from citystream.app import archive_app
from citystream.archive.buffer import Buffer
from citystream.archive.role import Archive
from citystream.contracts import s3_paths, topics
from citystream.log.admin import create_topics
from citystream.log.contiguity import Contiguity
from citystream.log.source import Bounds, Log
from citystream.metrics import Metrics
from citystream.servers.connections import S3, s3_client
from citystream.settings import Settings
from services.traffic.aggregate import service as traffic
from tests.citystream.records import NOW_MS, FakeRecord
from tests.conftest import MakeSettings
from tests.harness import kafka_log, outputs
from tests.harness.patience import PATIENCE_S
from tests.harness.proxy import Mode, Proxy

LATER_MS = 1_000


class Writer:
    """An archive whose log is a list, so that two can be at the same cut."""

    def __init__(self, settings: Settings, s3: S3) -> None:
        app = faust.App("archive-test", datadir=str(settings.data_dir), store="memory://")
        self.archive = Archive(app, traffic(None), settings, Metrics("traffic"))
        self.s3 = s3
        self.buffer = Buffer(0, 0)

    async def cut(self, records: list[FakeRecord]) -> int:
        """Write one object; where to go on."""
        return await self.archive._put(self.s3, self.buffer, records) + 1


class ShortenedLog:
    """A log that begins at 20, with nothing at 20 to 24."""

    topic = "any"
    about = Log.about

    async def seek(self, partition: int, offset: int) -> None:
        pass

    async def first_at_or_after(self, partition: int, offset: int) -> int:
        return max(offset, 25)

    async def bounds(self, partition: int) -> Bounds:
        return Bounds(20, 30)


@contextlib.asynccontextmanager
async def archiving(settings: Settings) -> AsyncIterator[Archive]:
    """The archive role at work; it archives what it has when it stops."""
    app, archive = archive_app(traffic(None), settings, Metrics("traffic"))
    await archive.start()
    app.in_worker = True
    await app.start()
    running = asyncio.create_task(archive.run())
    try:
        yield archive
    finally:
        running.cancel()
        await archive.stop()
        await app.stop()


async def committed(settings: Settings, position: int) -> None:
    """Wait until the archive has committed a position of partition 0."""
    group, tp = (
        topics.archive_group(settings.namespace, "traffic"),
        (topics.source(settings.namespace, "traffic"), 0),
    )
    async with asyncio.timeout(PATIENCE_S):
        while (await kafka_log.committed(settings.kafka, group)).get(tp) != position:
            await asyncio.sleep(0.1)


async def spans(settings: Settings) -> list[tuple[int, int, int]]:
    """Of each object what it follows, its first and its last offset, in order."""
    found = []
    async with s3_client(settings) as s3:
        listed = await s3.list_objects_v2(
            Bucket=settings.s3_bucket, Prefix=s3_paths.raw_prefix(settings.namespace, "traffic")
        )
        for entry in listed["Contents"]:
            metadata = (await s3.head_object(Bucket=settings.s3_bucket, Key=entry["Key"]))["Metadata"]
            follows, first, last = (
                int(metadata[name])
                for name in (s3_paths.FOLLOWS_OFFSET, s3_paths.FIRST_OFFSET, s3_paths.LAST_OFFSET)
            )
            found.append((follows, first, last))
    return sorted(found)


def records(start: int, end: int, shift_ms: int = 0) -> list[FakeRecord]:
    return [FakeRecord(offset, b"%d" % offset, NOW_MS + offset + shift_ms) for offset in range(start, end)]


@pytest.fixture
async def s3(settings: MakeSettings) -> AsyncIterator[S3]:
    async with S3(settings()) as s3:
        yield s3


async def test_the_first_writer_of_a_cut_wins_and_the_other_goes_on_after_it(
    settings: MakeSettings, s3: S3
) -> None:
    own = settings()
    owner, sleeper = Writer(own, s3), Writer(own, s3)
    assert await owner.cut(records(0, 30)) == 30
    assert await owner.cut(records(30, 70)) == 70
    # The sleeper woke up with more, and with less, than the owner wrote.
    assert await sleeper.cut(records(0, 50)) == 30
    assert await sleeper.cut(records(30, 50)) == 70
    assert await sleeper.cut(records(70, 80)) == 80
    rows = await outputs.archived(own, "traffic")
    assert set(rows.values()) == {1}
    assert sorted(offset for _, offset, _ in rows) == list(range(80))


@pytest.mark.usefixtures("apache_only")
async def test_what_transactions_took_is_no_gap_between_objects_and_what_retention_took_is(
    settings: MakeSettings,
) -> None:
    own = settings(partitions=1, archive_s=0.1)
    await create_topics(own, ["traffic"])
    topic = topics.source(own.namespace, "traffic")
    async with archiving(own):
        producer = AIOKafkaProducer(bootstrap_servers=own.kafka, transactional_id=own.namespace)
        await producer.start()
        for number in range(2):
            async with producer.transaction():
                for _ in range(10):
                    await producer.send(topic, value=b"%d" % number)
            # Ten records and the mark of their transaction.
            await committed(own, number * 11 + 10)
        await producer.stop()
    await kafka_log.produce(own.kafka, topic, [(b"", b"2")] * 8)
    admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=25)})
    await admin.close()
    async with archiving(own):
        await committed(own, 30)
    chain = await spans(own)
    assert chain[0][:2] == (0, 0)
    gaps = [
        (before_last + 1, follows)
        for (_, _, before_last), (follows, _, _) in pairwise(chain)
        if follows != before_last + 1
    ]
    assert gaps == [(21, 25)]
    assert (10, 11) in [(follows, first) for follows, first, _ in chain]


async def test_what_retention_took_while_records_came_lies_between_two_objects(
    settings: MakeSettings, s3: S3
) -> None:
    archive = Writer(settings(), s3).archive
    lost: list[int] = []
    log: Any = ShortenedLog()
    archive._contiguity = Contiguity(log, lost.append)
    buffer = archive.buffers[0] = Buffer(0, 0)
    await archive.deliver(0, records(0, 10))
    # As it comes, and again after the seek.
    await archive.deliver(0, records(25, 30))
    await archive.deliver(0, records(25, 30))
    assert lost == [10]
    assert [record.offset for record in buffer.next_cut(100)] == list(range(10))
    buffer.drop_to(9)
    assert buffer.follows == 20
    assert [record.offset for record in buffer.next_cut(100)] == list(range(25, 30))


async def test_a_topic_made_anew_is_archived_beside_the_old(settings: MakeSettings, s3: S3) -> None:
    own = settings()
    await Writer(own, s3).cut(records(0, 10))
    anew = Writer(own, s3)
    assert await anew.cut(records(0, 5, shift_ms=LATER_MS)) == 5
    assert await anew.cut(records(5, 9, shift_ms=LATER_MS)) == 9
    assert sum((await outputs.archived(own, "traffic")).values()) == 19


async def test_a_bucket_that_is_missing_is_made(settings: MakeSettings) -> None:
    own = settings(s3_bucket="made-by-the-archive")
    async with S3(own) as s3:
        assert await Writer(own, s3).cut(records(0, 3)) == 3
    assert len(await outputs.archived(own, "traffic")) == 3


async def test_an_s3_that_nothing_is_written_to_is_missed_all_the_same(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings()
    monkeypatch.setattr("citystream.archive.role.ASK_EVERY_S", 0.5)
    assert own.s3
    address = urlsplit(own.s3)
    assert address.port
    async with Proxy(address.port) as proxy:
        far = own.model_copy(update={"s3": f"http://127.0.0.1:{proxy.port}"})
        archive = Writer(far, S3(far)).archive
        running = asyncio.create_task(archive.run())
        try:
            for mode, state in ((Mode.HANG, "down"), (Mode.PASS, "up"), (Mode.REFUSE, "down")):
                await proxy.be(mode)
                async with asyncio.timeout(PATIENCE_S):
                    while archive.status().state != state:
                        await asyncio.sleep(0.1)
        finally:
            running.cancel()


def test_a_buffer_takes_each_record_once() -> None:
    buffer = Buffer(0, 5)
    buffer.add(records(3, 9))
    buffer.add(records(7, 12))
    assert [record.offset for record in buffer.records] == list(range(5, 12))
    buffer.drop_to(8)
    assert [record.offset for record in buffer.records] == [9, 10, 11]
    assert buffer.next_offset == 12


def test_no_object_spans_what_retention_took() -> None:
    buffer = Buffer(0, 5)
    buffer.add(records(5, 9))
    buffer.lose_to(20)
    buffer.add(records(22, 26))
    assert [record.offset for record in buffer.next_cut(100)] == [5, 6, 7, 8]
    buffer.drop_to(6)
    assert buffer.follows == 7
    buffer.drop_to(8)
    assert buffer.follows == 20
    assert [record.offset for record in buffer.next_cut(3)] == [22, 23, 24]
    buffer.drop_to(24)
    assert buffer.follows == 25
    buffer.drop_to(25)
    buffer.lose_to(40)
    assert buffer.follows == 40
