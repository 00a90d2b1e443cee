"""Recovery: what a sleeper wrote last does not win, not even after compaction; what has expired leaves."""

from pathlib import Path

import pytest

from citystream.contracts import topics
from citystream.fold.redaction import Redaction
from citystream.fold.rows import FACTS_KEY
from citystream.service import Windows
from citystream.state.ownership import take_over
from citystream.state.partition import OwnedPartition
from citystream.state.table import ExactStore
from services.traffic.aggregate import service as traffic
from tests.citystream.changelogs import Changelog, empty_store
from tests.citystream.fold.test_fold import RULES, windows
from tests.citystream.records import log, reading
from tests.services.descriptions import SERVICES

TRAFFIC = traffic(None)
NOTHING = Redaction(TRAFFIC, ())
END = 10
LONGEST_SLEEP_MS = topics.DAY_MS


class Disks:
    """Empty disks, and owners of a partition that recover onto them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def owner(self, changelog: Changelog) -> tuple[OwnedPartition, ExactStore]:
        self.count += 1
        store = empty_store(self.folder / str(self.count))
        changelog.recover(store)
        return take_over(TRAFFIC, RULES, store, 0, END, (), NOTHING), store


@pytest.fixture
def disks(tmp_path: Path) -> Disks:
    return Disks(tmp_path)


def save(part: OwnedPartition, changelog: Changelog) -> None:
    part.mark(part.fold.take_touched())
    snapshot = part.snapshot()
    changelog.append([*snapshot.rows, snapshot.facts_row, *snapshot.deletions])


def test_what_a_sleeper_wrote_last_is_written_again_before_compaction_keeps_it(disks: Disks) -> None:
    changelog, records = Changelog(), log(reading(1), reading(2), reading(3))
    sleeper, _ = disks.owner(changelog)
    sleeper.fold.fold(records[:2])
    owner, _ = disks.owner(changelog)
    owner.fold.fold(records)
    save(owner, changelog)
    save(sleeper, changelog)
    heir, _ = disks.owner(changelog)
    assert heir.unsaved
    save(heir, changelog)
    last, _ = disks.owner(changelog.compacted())
    assert last.fold.next_offset == 3
    assert windows(last.fold) == windows(owner.fold)
    assert len(last.fold.seen) == 3


def test_an_heir_that_crashes_at_once_leaves_its_disk_to_find_what_it_found(disks: Disks) -> None:
    changelog, records = Changelog(), log(reading(1), reading(2), reading(3))
    sleeper, _ = disks.owner(changelog)
    sleeper.fold.fold(records[:2])
    owner, _ = disks.owner(changelog)
    owner.fold.fold(records)
    save(owner, changelog)
    save(sleeper, changelog)
    _, disk = disks.owner(changelog)
    disk.beaten.clear()
    changelog.recover(disk)
    heir = take_over(TRAFFIC, RULES, disk, 0, END, (), NOTHING)
    save(heir, changelog)
    last, _ = disks.owner(changelog.compacted())
    assert windows(last.fold) == windows(owner.fold)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_expired_state_that_a_sleeper_wrote_again_leaves_again(disks: Disks, at_once: bool) -> None:
    changelog, records = Changelog(), log(reading(1), reading(2), reading(40))
    sleeper, _ = disks.owner(changelog)
    sleeper.fold.fold(records[:1])
    owner, store = disks.owner(changelog)
    for record in records:
        owner.fold.fold([record])
        save(owner, changelog)
    if not at_once:
        # The disk has read the deletion, and forgotten the key.
        changelog.recover(store)
    save(sleeper, changelog)
    if at_once:
        heir, _ = disks.owner(changelog)
    else:
        changelog.recover(store)
        heir = take_over(TRAFFIC, RULES, store, 0, END, (), NOTHING)
    save(heir, changelog)
    assert list(windows(heir.fold)) == [("road-1", 40)]
    _, kept = disks.owner(changelog.compacted())
    assert len([key for key, _ in kept.rows(0) if b"road-1" in key]) == 1


def test_ids_beyond_the_facts_are_not_taken_back(disks: Disks) -> None:
    changelog, records = Changelog(), log(reading(1), reading(2))
    owner, _ = disks.owner(changelog)
    owner.fold.fold(records)
    save(owner, changelog)
    # A crash came between the ids and the facts.
    torn = Changelog()
    torn.records = [record for record in changelog.records if record.key != FACTS_KEY]
    heir, _ = disks.owner(torn)
    heir.fold.fold(records)
    assert heir.fold.counters.duplicates == 0
    assert windows(heir.fold)["road-1", 0].readings == 2
    save(heir, torn)
    last, _ = disks.owner(torn)
    assert len(last.fold.seen) == 2


@pytest.mark.parametrize("type_", SERVICES)
def test_compaction_waits_longer_than_a_state_lives_and_a_worker_sleeps(type_: str) -> None:
    # A window lives its length and the lateness, by event time: hours at most.
    lives_s = [3_600 if isinstance(view, Windows) else view.ttl_s for view in SERVICES[type_].views]
    lag_ms = int(topics.changelog_settings(type_)["min.compaction.lag.ms"])
    assert lag_ms >= max(lives_s) * 1000 + LONGEST_SLEEP_MS
