"""The archive: each record in exactly one object, whoever writes and however the cuts fall."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import faust
import pytest

from citystream.archive.buffer import Buffer
from citystream.archive.role import Archive
from citystream.metrics import Metrics
from citystream.servers.connections import S3
from citystream.settings import Settings
from services.traffic.aggregate import service as traffic
from tests.citystream.records import NOW_MS, FakeRecord
from tests.conftest import MakeSettings
from tests.harness import outputs
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
