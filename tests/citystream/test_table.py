"""Recovery: the highest offset wins, whoever wrote last; the position moves only without gaps."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from faust.types import TP

from citystream.producer import Row
from citystream.rows import VERSION_HEADER, version
from citystream.table import ExactStore, ExactTable
from tests.citystream.records import FakeRecord

CHANGELOG = TP("changelog", 0)


class Changelog:
    """Records at consecutive offsets, as recovery reads them."""

    def __init__(self) -> None:
        self.offset = 0

    def chunk(self, *rows: Row) -> Any:
        records = []
        for row in rows:
            headers = [] if row.value is not None else [(VERSION_HEADER, row.version)]
            records.append(FakeRecord(self.offset, row.value, key=row.key, headers=headers))
            self.offset += 1
        return SimpleNamespace(message=SimpleNamespace(tp=CHANGELOG, value=records))


def row(key: bytes, offset: int, body: bytes = b"", generation: int = 0) -> Row:
    return Row(key, version(generation, offset) + body, b"")


def tombstone(key: bytes, offset: int) -> Row:
    return Row(key, None, version(0, offset))


@pytest.fixture
def store(tmp_path: Path) -> ExactStore:
    app = faust.App("table-test", datadir=str(tmp_path), Table=ExactTable, store="rocksdb://")
    app.conf.datadir.mkdir(exist_ok=True)
    app.conf.tabledir.mkdir(parents=True, exist_ok=True)
    return cast("ExactTable", app.Table("state", key_type=bytes, value_type=bytes)).store


def apply(store: ExactStore, chunk: Any) -> None:
    store.apply_changelog_batch([chunk], lambda key: key, lambda value: value)


def test_a_sleepers_old_row_does_not_win(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7, b"new"), row(b"a", 3, b"old")))
    assert dict(store.rows(0)) == {b"a": row(b"a", 7, b"new").value}
    assert store.beaten[0] == {b"a"}


def test_a_sleepers_old_row_does_not_win_in_a_later_chunk(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7)))
    apply(store, changelog.chunk(row(b"a", 3)))
    assert store.row(0, b"a") == row(b"a", 7).value
    assert store.beaten[0] == {b"a"}
    apply(store, changelog.chunk(row(b"a", 8)))
    assert store.beaten[0] == set()


def test_a_later_generation_wins_over_any_offset(store: ExactStore) -> None:
    apply(store, Changelog().chunk(row(b"a", 1, generation=1), row(b"a", 900)))
    assert store.row(0, b"a") == row(b"a", 1, generation=1).value


def test_a_sleepers_tombstone_does_not_delete_what_is_newer(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7), tombstone(b"a", 5)))
    assert store.row(0, b"a") == row(b"a", 7).value
    apply(store, changelog.chunk(tombstone(b"a", 9)))
    assert store.row(0, b"a") is None


def test_the_position_is_the_last_record_read(store: ExactStore) -> None:
    apply(store, Changelog().chunk(row(b"a", 1), row(b"b", 2)))
    assert store.persisted_offset(CHANGELOG) == 1


def test_the_position_does_not_move_over_anothers_records(store: ExactStore) -> None:
    apply(store, Changelog().chunk(row(b"a", 1)))
    store.write_rows(CHANGELOG, {b"a": row(b"a", 2).value}, base=1, count=1)
    assert store.persisted_offset(CHANGELOG) == 1
    store.write_rows(CHANGELOG, {b"a": row(b"a", 3).value}, base=5, count=1)
    assert store.persisted_offset(CHANGELOG) == 1
    assert store.row(0, b"a") == row(b"a", 3).value


def test_an_empty_file_starts_with_the_changelogs_first_record(store: ExactStore) -> None:
    store.write_rows(CHANGELOG, {b"a": row(b"a", 1).value}, base=4, count=1)
    assert store.persisted_offset(CHANGELOG) is None
    store.write_rows(CHANGELOG, {b"a": row(b"a", 1).value}, base=0, count=1)
    assert store.persisted_offset(CHANGELOG) == 0
