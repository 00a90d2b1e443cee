"""An upgrade in place, worker by worker while events come, and the way back, on the same disks."""

from pathlib import Path

import pytest

from citystream.settings import Settings
from tests.drills.city import AFTER, BEFORE, City, Drill, Feeds, killed_in_the_end, make
from tests.drills.older import COMMIT, Release

pytestmark = pytest.mark.real

# So that both releases are in one group for a while.
TWO = {"gps": 2, "traffic": 2}


async def test_upgrade_and_rollback_in_place(settings: Settings, seed: int, tmp_path: Path) -> None:
    release = Release(tmp_path / "older")
    upgrade, rollback = Drill(f"upgrade in place, from {COMMIT}"), Drill(f"rollback in place, to {COMMIT}")
    await make(settings, release.environment)
    old, new = City(settings, release.worker, TWO), City(settings, workers=TWO)
    with killed_in_the_end(old, new):
        await old.crew.start()
        release.runs_in(old.crew)
        async with Feeds(settings, seed) as feeds:
            async with feeds.on():
                await old.folds(BEFORE)
                with upgrade.until_well():
                    await rolled(old, new)
                    await new.catches_up()
                await new.folds(AFTER)
            await new.is_exact(feeds)
            upgrade.tell(feeds.sent)
            async with feeds.on():
                with rollback.until_well():
                    await rolled(new, old)
                    await old.catches_up()
                await old.folds(AFTER)
            await old.is_exact(feeds)
            rollback.tell(feeds.sent)


async def rolled(before: City, after: City) -> None:
    """One worker after another, each when the one before it is ready."""
    for name, member in before.crew.members.items():
        assert member.worker.stop() == 0, member.worker.log_tail()
        after.crew.members[name].worker.start()
        await after.crew.members[name].worker.ready()
