"""A step is there whole, or not at all: whatever of it was written when the worker died."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from citystream.state.producer import CheckpointProducer, Row, Written
from citystream.state.table import ExactStore, ExactTable
from citystream.state.whole_steps import WholeSteps
from tests.citystream.changelogs import CHANGELOG, Changelog, empty_store

LAST = "last"


class DiedError(Exception):
    """The worker did."""


class Appending:
    """Takes rows into a changelog, and dies after so many."""

    def __init__(self, changelog: Changelog) -> None:
        self.changelog = changelog
        self.left: int | None = None

    async def rows(self, topic: str, partition: int, rows: Sequence[Row]) -> list[Written]:
        taken = rows if self.left is None else rows[: self.left]
        base = self.changelog.append(taken)
        if self.left is not None:
            self.left -= len(taken)
        if len(taken) < len(rows):
            raise DiedError
        return [Written(base, rows)] if rows else []


@pytest.fixture
def changelog() -> Changelog:
    return Changelog()


@pytest.fixture
def producer(changelog: Changelog) -> Appending:
    return Appending(changelog)


def steps(store: ExactStore) -> WholeSteps:
    return WholeSteps(cast("ExactTable", SimpleNamespace(store=store)), CHANGELOG.topic, LAST)


def recovered(changelog: Changelog, folder: Path) -> WholeSteps:
    """As another worker has it, from the changelog alone."""
    folder.mkdir()
    store = empty_store(folder)
    changelog.recover(store)
    return steps(store)


async def save(table: WholeSteps, producer: Appending, **rows: bytes) -> None:
    await table.save(cast("CheckpointProducer", producer), rows)


async def test_before_the_first_step_there_is_nothing(changelog: Changelog, tmp_path: Path) -> None:
    assert recovered(changelog, tmp_path / "new").restore() == {}


@pytest.mark.parametrize("died_after", range(4))
async def test_what_a_cut_step_wrote_is_not_seen_by_who_comes_after(
    died_after: int, changelog: Changelog, producer: Appending, tmp_path: Path
) -> None:
    table = recovered(changelog, tmp_path / "first")
    table.restore()
    await save(table, producer, a=b"a1", b=b"b1", last=b"1")
    await save(table, producer, a=b"a2", last=b"2")
    producer.left = died_after
    with pytest.raises(DiedError):
        await save(table, producer, a=b"a3", b=b"b3", c=b"c3", last=b"3")
    producer.left = None

    after = recovered(changelog, tmp_path / "after")
    assert after.restore() == {"a": b"a2", "b": b"b1", LAST: b"2"}
    assert table.restore() == {"a": b"a2", "b": b"b1", LAST: b"2"}

    await save(after, producer, a=b"a3", b=b"b3", c=b"c3", last=b"3")
    await save(after, producer, b=b"b4", last=b"4")
    assert recovered(changelog, tmp_path / "last").restore() == {
        "a": b"a3",
        "b": b"b4",
        "c": b"c3",
        LAST: b"4",
    }


async def test_a_sleepers_step_changes_nothing_and_compaction_keeps_what_is_newer(
    changelog: Changelog, producer: Appending, tmp_path: Path
) -> None:
    sleeper = recovered(changelog, tmp_path / "sleeper")
    sleeper.restore()
    await save(sleeper, producer, a=b"a0", last=b"0")
    owner = recovered(changelog, tmp_path / "owner")
    owner.restore()
    for number in (b"1", b"2", b"3"):
        await save(owner, producer, a=b"a" + number, last=number)
    await save(sleeper, producer, a=b"old", last=b"old")

    after = recovered(changelog, tmp_path / "after")
    assert after.restore() == {"a": b"a3", LAST: b"3"}
    await save(after, producer, a=b"a4", last=b"4")
    assert recovered(changelog.compacted(), tmp_path / "compacted").restore() == {"a": b"a4", LAST: b"4"}
