"""A Faust table made exact: the highest offset wins, and the disk never runs ahead of the changelog.

Faust keeps the changelog topic, the RocksDB files, rebalancing and recovery. What changes:
- recovery keeps, per key, the row of the highest version instead of the last one: a worker that slept
  through its session wakes up and writes old rows after the new owner's. A key whose last record was not
  its highest is sent again, or compaction would keep the wrong one;
- the changelog is read in chunks;
- rows are written by the checkpoint, in one batch, after the changelog has them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from faust.stores.rocksdb import Store
from faust.tables.table import Table
from faust.types import TP, EventT
from rocksdict import WriteBatch
from yarl import URL

from citystream.fold.rows import VERSION_BYTES, VERSION_HEADER
from citystream.log.batches import Record

# A partition's open state is some megabytes; Faust's defaults (512 MB of cache a partition) are for tables
# that do not fit memory.
ROCKSDB_OPTIONS = {
    "driver": "rocksdict",
    "write_buffer_size": 8 << 20,
    "block_cache_size": 8 << 20,
    "max_open_files": 256,
}

SIZES = ("rocksdb.total-sst-files-size", "rocksdb.size-all-mem-tables")

# A sleeper's rows come some seconds late; a standby reads for months.
BURIED = 20_000


def record_version(record: Record) -> bytes:
    """Version of a changelog record, a tombstone's too."""
    if record.value is not None:
        return record.value[:VERSION_BYTES]
    return next((value for name, value in record.headers if name == VERSION_HEADER), b"")


class ExactStore(Store):
    """RocksDB files of one table, one a partition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.beaten: dict[int, dict[bytes, int]] = defaultdict(dict)
        """Keys, by partition, whose last changelog record is older than their row, and its offset."""
        self.buried: dict[int, dict[bytes, bytes]] = defaultdict(dict)
        """Keys, by partition, that recovery has read a tombstone of last, and its version: what is older and
        comes after it, in a later chunk too, is a sleeper's. The last `BURIED` of them."""

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Take chunks of the changelog into the files."""
        for event in batch:
            self._apply(event.message.tp, cast("list[Record]", event.message.value))

    def _apply(self, tp: TP, records: Iterable[Record]) -> None:
        database = self._db_for_partition(tp.partition)
        beaten, buried = self.beaten[tp.partition], self.buried[tp.partition]
        versions: dict[bytes, bytes] = {}
        rows: dict[bytes, bytes | None] = {}
        offset = -1
        for record in records:
            offset = record.offset
            key = record.key or b""
            new = record_version(record)
            if key not in versions:
                current = database.get(key)
                versions[key] = current[:VERSION_BYTES] if current else buried.get(key, b"")
            if new < versions[key]:
                beaten[key] = record.offset
            else:
                versions[key], rows[key] = new, record.value
                beaten.pop(key, None)
                buried.pop(key, None)
                if record.value is None:
                    buried[key] = new
                    if len(buried) > BURIED:
                        del buried[next(iter(buried))]
        # Whoever recovers before a beaten key was sent again finds it again.
        self._write(tp, rows, min([offset, *(at - 1 for at in beaten.values())]))

    def _write(self, tp: TP, rows: Mapping[bytes, bytes | None], offset: int | None) -> None:
        batch = WriteBatch(raw_mode=True)
        for key, value in rows.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        if offset is not None:
            batch.put(self.offset_key, str(offset).encode())
        self._db_for_partition(tp.partition).write(batch)

    def write_rows(self, tp: TP, rows: Mapping[bytes, bytes | None], base: int, count: int) -> None:
        """Write rows whose changelog records have `count` offsets from `base`.

        The file's changelog position moves only where they follow it without a gap: another owner's
        records may lie between, and recovery must read those.
        """
        position = self.persisted_offset(tp)
        follows = base == (0 if position is None else position + 1)
        self._write(tp, rows, base + count - 1 if follows else None)

    def rows(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """Every row of one partition."""
        return self._visible_items(self._db_for_partition(partition))

    def size_bytes(self, partition: int) -> int:
        """What one partition takes: its files, and what is in none yet; 0 where it is not open."""
        database = self._dbs.get(partition)
        return sum(database.property_int_value(name) or 0 for name in SIZES) if database else 0

    def row(self, partition: int, key: bytes) -> bytes | None:
        """One row."""
        value: bytes | None = self._db_for_partition(partition).get(key)
        return value


class ExactTable(Table[bytes, bytes]):
    """The table of a service; `store` is where the checkpoint writes."""

    def _new_store(self) -> ExactStore:
        return ExactStore(
            URL("rocksdb://"),
            self.app,
            self,
            table_name=self.name,
            key_type=bytes,
            value_type=bytes,
            loop=self.loop,
            options=dict(ROCKSDB_OPTIONS),
        )

    @property
    def store(self) -> ExactStore:
        """RocksDB files of this table."""
        return cast("ExactStore", self.data)
