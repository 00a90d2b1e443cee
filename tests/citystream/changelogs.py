"""A partition's changelog and the disks that are recovered from it, without a broker."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import faust
import msgspec
from faust.types import TP

from citystream.fold.rows import VERSION_HEADER, version
from citystream.state.producer import Row
from citystream.state.table import ExactStore, ExactTable
from tests.citystream.records import FakeRecord

CHANGELOG = TP("changelog", 0)


class Changelog:
    """Records at consecutive offsets, as recovery reads them."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.records: list[FakeRecord] = []
        self.append(rows)

    def append(self, rows: Iterable[Row]) -> int:
        """Add rows; the offset of the first."""
        base = len(self.records)
        for offset, row in enumerate(rows, base):
            headers = [] if row.value is not None else [(VERSION_HEADER, row.version)]
            self.records.append(FakeRecord(offset, row.value, key=row.key, headers=headers))
        return base

    def chunk(self, *rows: Row) -> Any:
        """Add rows, and have them as recovery reads them."""
        return self.chunk_from(self.append(rows))

    def chunk_from(self, offset: int) -> Any:
        """All from an offset on, as one chunk."""
        return SimpleNamespace(message=SimpleNamespace(tp=CHANGELOG, value=self.records[offset:]))

    def compacted(self) -> "Changelog":
        """What compaction leaves: the last record of each key."""
        last = {record.key: record for record in self.records}
        made = Changelog()
        made.records = [record for record in self.records if last[record.key] is record]
        return made

    def recover(self, store: ExactStore) -> None:
        """Read what a disk has not read yet."""
        position = store.persisted_offset(CHANGELOG)
        start = 0 if position is None else position + 1
        if start < len(self.records):
            apply(store, self.chunk_from(start))


def row(key: bytes, offset: int, body: bytes = b"", generation: int = 0) -> Row:
    return Row(key, version(generation, offset) + body, b"")


def tombstone(key: bytes, offset: int) -> Row:
    return Row(key, None, version(0, offset))


def empty_store(folder: Path) -> ExactStore:
    """A table's files in a folder."""
    app = faust.App("table-test", datadir=str(folder), Table=ExactTable, store="rocksdb://")
    app.conf.datadir.mkdir(parents=True, exist_ok=True)
    app.conf.tabledir.mkdir(parents=True, exist_ok=True)
    return cast("ExactTable", app.Table("state", key_type=bytes, value_type=bytes)).store


def wipe(store: ExactStore) -> None:
    """Make a disk empty again."""
    files = store._db_for_partition(CHANGELOG.partition)
    for key in list(files.keys()):
        files.delete(key)


def apply(store: ExactStore, chunk: Any) -> None:
    store.apply_changelog_batch([chunk], lambda key: key, lambda value: value)


def written_by_67884fb(type_: str) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each row that this version wrote of twenty events a second apart."""
    rows = msgspec.json.decode(Path(__file__).with_name("changelog-67884fb.json").read_bytes())[type_]
    return ((base64.b64decode(key), base64.b64decode(value)) for key, value in rows)
