"""Rows of which all that a step wrote are there after a crash, or none.

Each key has two slots that are written in turn, so that the step before lies untouched while one is
written. The row that is written last tells how far it came: what is newer than that was cut off.
"""

from collections.abc import Mapping

from faust.types import TP

from citystream.fold.rows import VERSION_BYTES, offset_of, version
from citystream.state.producer import CheckpointProducer, Row
from citystream.state.table import ExactTable

PARTITION = 0


class WholeSteps:
    """The table of a role that has one partition."""

    def __init__(self, table: ExactTable, changelog: str, last: str) -> None:
        """`last` is the key of the row that is written behind all others."""
        self._table = table
        self._tp = TP(changelog, PARTITION)
        self._last = last
        self._slots: dict[str, int] = {}
        """Key -> slot of its newest row."""
        self._again: dict[bytes, bytes] = {}
        """What the changelog has last of it is older: see `ExactStore.beaten`."""
        self.step = -1
        """Number of the last step that is whole."""

    def restore(self) -> dict[str, bytes]:
        """Rows as of the last whole step; none before the first."""
        store = self._table.store
        store.buried.pop(PARTITION, None)
        rows = dict(store.rows(PARTITION))
        self._again = {key: rows[key] for key in store.beaten.pop(PARTITION, {}) if key in rows}
        self._slots.clear()
        self.step = max((offset_of(rows[key]) for key in self._both(self._last) if key in rows), default=-1)
        found: dict[str, bytes] = {}
        newest: dict[str, int] = {}
        for slotted, value in rows.items():
            key, slot = slotted[:-1].decode(), slotted[-1]
            step = offset_of(value)
            if newest.get(key, -1) < step <= self.step:
                newest[key], self._slots[key], found[key] = step, slot, value[VERSION_BYTES:]
        return found

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk and in RocksDB's memory; 0 where it is another process's."""
        return self._table.store.size_bytes(PARTITION)

    async def save(self, producer: CheckpointProducer, rows: Mapping[str, bytes]) -> None:
        """Write one more step: the changelog first, then the disk, which never runs ahead of it.

        Raises:
            KafkaError: not all of it was taken; start over from `restore`.
        """
        at = version(0, self.step + 1)
        made = {self._next_slot(key): at + value for key, value in rows.items()}
        last = self._next_slot(self._last)
        first = [Row(key, value, b"") for key, value in (self._again | made).items() if key != last]
        for part in (first, [Row(last, made[last], b"")]):
            for written in await producer.rows(self._tp.topic, PARTITION, part):
                values = {row.key: row.value for row in written.rows}
                self._table.store.write_rows(self._tp, values, written.base, len(values))
        self._again = {}
        self._slots |= {slotted[:-1].decode(): slotted[-1] for slotted in made}
        self.step += 1

    def _next_slot(self, key: str) -> bytes:
        return self._both(key)[1 - self._slots.get(key, 1)]

    @staticmethod
    def _both(key: str) -> tuple[bytes, bytes]:
        return key.encode() + b"\x00", key.encode() + b"\x01"
