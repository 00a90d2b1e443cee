"""Every worker killed at once, and every disk with its RocksDB tables lost: the changelogs have all of it."""

import pytest

from citystream.settings import Settings
from tests.drills.city import AFTER, BEFORE, Drill, living

pytestmark = pytest.mark.real


async def test_all_tables_lost(settings: Settings, seed: int) -> None:
    drill = Drill("all RocksDB lost, every worker killed")
    async with living(settings, seed) as (city, feeds):
        async with feeds.on():
            await city.folds(BEFORE)
            city.crew.kill()
            for member in city.crew.members.values():
                assert any(member.disk.rglob("CURRENT")), f"{member.name} had no table"
                member.lose_disk()
            with drill.until_well():
                await city.crew.start()
                await city.catches_up()
            await city.folds(AFTER)
        await city.is_exact(feeds)
        drill.tell(feeds.sent)
