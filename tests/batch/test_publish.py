"""Switching a day: one PUT, if nobody else switched it meanwhile."""

import asyncio
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from batch.jobs import run_day
from batch.object_store import StoreError, object_store
from batch.publish import Known, PublishError, load, publish
from batch.session import Session
from batch.sweep import sweep
from batch.version import new_version, parsed
from citystream.contracts import s3_paths
from citystream.contracts.city_day import city_day
from citystream.contracts.manifest import BatchView, Compacted
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.minio import Minio
from tests.batch import published
from tests.batch.archive import put
from tests.batch.conftest import settings_of
from tests.batch.test_archives import AFTER, records

UTC = ZoneInfo("UTC")


async def switched_at_once(settings: Settings) -> None:
    """Runs of one day, of other types, switch it at the same time: each finds its place."""
    store, day = object_store(settings), city_day(date(2026, 5, 1), UTC)
    types = [f"type-{number}" for number in range(6)]
    await asyncio.gather(
        *(
            publish(store, settings.namespace, day, {type_: Compacted(version=new_version(day))}, {})
            for type_ in types
        )
    )
    known = await load(store, settings.namespace, "2026-05-01")
    assert known
    assert sorted(known.manifest.compacted) == types


async def test_a_run_that_is_overtaken_loses_nothing_of_the_other(
    archive_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, day = object_store(archive_settings), city_day(date(2026, 5, 1), UTC)
    where = store, archive_settings.namespace, day
    others = ["before the first", "before the second"]

    async def overtaken(*asked: Any) -> Known | None:
        """What is read; then another run switches the day."""
        known = await load(*asked)
        if others:
            monkeypatch.undo()
            await publish(*where, {others.pop(0): Compacted(version=new_version(day))}, {})
            monkeypatch.setattr("batch.publish.load", overtaken)
        return known

    monkeypatch.setattr("batch.publish.load", overtaken)
    # Where there was no manifest, and where there was one.
    found = await publish(*where, {"mine": Compacted(version=new_version(day))}, {})
    assert set(found.compacted) == {"before the first", "before the second", "mine"}
    assert found == published.the_manifest(archive_settings, "2026-05-01")


@pytest.mark.real
async def test_runs_that_switch_a_day_at_once_lose_nothing_on_minio(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = Minio(tmp_path_factory.mktemp("minio"), "test-test", "test-test")
    server.start()
    try:
        for _ in range(10):
            await switched_at_once(settings_of(server.address, key="test-test"))
    finally:
        server.kill()


async def test_a_run_that_began_earlier_does_not_replace_a_later_one(archive_settings: Settings) -> None:
    store, day = object_store(archive_settings), city_day(date(2026, 5, 2), UTC)
    earlier, later = new_version(day), new_version(day)
    where = store, archive_settings.namespace, day
    await publish(*where, {"gps": Compacted(version=later)}, {})
    with pytest.raises(PublishError, match="began later"):
        await publish(*where, {"gps": Compacted(version=earlier)}, {})
    view = BatchView(version=earlier, made_from={"gps": earlier})
    found = await publish(*where, {"traffic": Compacted(version=earlier)}, {"windows.gps.minute": view})
    assert {name: one.version for name, one in found.compacted.items()} == {"gps": later, "traffic": earlier}
    assert found == published.the_manifest(archive_settings, "2026-05-02")
    first, second = parsed(earlier), parsed(later)
    assert first
    assert second
    assert second.begun_ms >= first.begun_ms > 1_700_000_000_000


async def test_a_manifest_that_cant_be_read_is_not_replaced(archive_settings: Settings) -> None:
    store, day = object_store(archive_settings), city_day(date(2026, 5, 3), UTC)
    key = s3_paths.manifest(archive_settings.namespace, "2026-05-03")
    store.put(key, b'{"date": 3}')
    with pytest.raises(PublishError, match=r"date=2026-05-03.json can't be read: .*move it away"):
        await publish(store, archive_settings.namespace, day, {}, {})


async def test_an_s3_that_is_away_is_told(archive_settings: Settings) -> None:
    away = archive_settings.model_copy(update={"s3": "http://127.0.0.1:1"})
    with pytest.raises(StoreError, match=r"get .*manifests"):
        await load(object_store(away), "city", "2026-05-03")


ENDED_IN = [
    ("batch.compact._upload", signal.SIGTERM, 128 + signal.SIGTERM),
    ("batch.jobs.windows", signal.SIGKILL, -signal.SIGKILL),
    ("batch.run.publish", signal.SIGKILL, -signal.SIGKILL),
]
"""While events are written; when they are there, but no view; when all is there, but not switched."""
ENDING = """
import asyncio, os, sys
from importlib import import_module
module, name = sys.argv.pop(1).rsplit(".", 1)
number = int(sys.argv.pop(1))
async def ended(*_):
    os.kill(os.getpid(), number)
    await asyncio.sleep(600)
setattr(import_module(module), name, ended)
from batch.cli import main
main()
"""


async def test_a_killed_run_shows_nothing_and_the_next_one_is_whole(it: Session, tmp_path: Path) -> None:
    own, day = it.settings, city_day(date(2026, 6, 1), UTC)
    put(own, "traffic", records(day, 0, range(200)))
    put(own, "traffic", records(day, 200, AFTER))
    first = await run_day(it, day)
    assert first.compacted["traffic"].rows == 200
    before = published.keys(own, "compacted/traffic/")
    for number, (place, by, code) in enumerate(ENDED_IN):
        # What came meanwhile is in the day only when a whole run has seen it.
        put(
            own,
            "traffic",
            records(day, 0, range(300 + number * 100, 350 + number * 100)),
            partition=number + 1,
        )
        assert await _ended_in(place, by, own, tmp_path) == code
        assert bool(os.listdir(tmp_path)) == (by == signal.SIGKILL)
        assert published.the_manifest(own, "2026-06-01") == first
        assert len(published.rows(own, first.compacted["traffic"].objects)) == 200
    assert set(published.keys(own, "compacted/traffic/")) > set(before)
    again = await run_day(it, day)
    assert again.compacted["traffic"].rows == 200 + 150
    assert sum(one.rows for one in again.views["windows.traffic.road"].objects) == 70
    it.store.put(f"{own.namespace}/compacted/traffic/v=mine/notes.txt", b"of somebody's own")
    # Nobody reads what they left, nor the first version.
    assert await sweep(object_store(own), own.namespace, grace_s=3_600) == 0
    assert await sweep(object_store(own), own.namespace, grace_s=-1) > 0
    versions = {key.split("v=")[1].split("/")[0] for key in published.keys(own, "compacted/traffic/")}
    versions |= {key.split("v=")[1].split("/")[0] for key in published.keys(own, "views/")}
    assert {one for one in versions if not one.startswith("2026-05")} == {
        again.compacted["traffic"].version,
        "mine",
    }
    assert len(published.rows(own, again.compacted["traffic"].objects)) == 350


async def _ended_in(place: str, by: signal.Signals, settings: Settings, scratch: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ENDING,
        place,
        str(int(by)),
        *("run", "--date", "2026-06-01", "--threads", "1", "--scratch", str(scratch)),
        env={**os.environ, **city_environment(settings)},
    )
    return await process.wait()
