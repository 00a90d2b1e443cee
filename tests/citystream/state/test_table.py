"""Recovery: the highest offset wins, whoever wrote last; the position moves only without gaps."""

from pathlib import Path

import pytest

from citystream.state.table import BURIED, ExactStore
from tests.citystream.changelogs import CHANGELOG, Changelog, apply, empty_store, row, tombstone


@pytest.fixture
def store(tmp_path: Path) -> ExactStore:
    return empty_store(tmp_path)


def test_a_sleepers_old_row_does_not_win(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7, b"new"), row(b"a", 3, b"old")))
    assert dict(store.rows(0)) == {b"a": row(b"a", 7, b"new").value}
    assert set(store.beaten[0]) == {b"a"}


def test_a_sleepers_old_row_does_not_win_in_a_later_chunk(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7)))
    apply(store, changelog.chunk(row(b"a", 3)))
    assert store.row(0, b"a") == row(b"a", 7).value
    assert set(store.beaten[0]) == {b"a"}
    apply(store, changelog.chunk(row(b"a", 8)))
    assert not store.beaten[0]


def test_a_later_generation_wins_over_any_offset(store: ExactStore) -> None:
    apply(store, Changelog().chunk(row(b"a", 1, generation=1), row(b"a", 900)))
    assert store.row(0, b"a") == row(b"a", 1, generation=1).value


def test_a_sleepers_tombstone_does_not_delete_what_is_newer(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7), tombstone(b"a", 5)))
    assert store.row(0, b"a") == row(b"a", 7).value
    apply(store, changelog.chunk(tombstone(b"a", 9)))
    assert store.row(0, b"a") is None


def test_a_sleepers_row_does_not_bring_back_what_was_deleted_in_an_earlier_chunk(store: ExactStore) -> None:
    changelog = Changelog()
    apply(store, changelog.chunk(row(b"a", 7), tombstone(b"a", 9)))
    apply(store, changelog.chunk(row(b"a", 8)))
    assert store.row(0, b"a") is None
    assert set(store.beaten[0]) == {b"a"}
    apply(store, changelog.chunk(row(b"a", 10)))
    assert store.row(0, b"a") == row(b"a", 10).value
    assert not store.beaten[0]


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


def test_the_tombstones_kept_in_mind_are_the_last_of_a_bounded_number(store: ExactStore) -> None:
    many = [tombstone(f"{number}".encode(), number) for number in range(BURIED + 5)]
    apply(store, Changelog().chunk(*many))
    assert list(store.buried[0]) == [one.key for one in many[5:]]
