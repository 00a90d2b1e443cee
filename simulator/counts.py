"""What Kafka has acknowledged, by type and kind: the truth that the platform is measured against."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from citystream.contracts.registry import EVENTS
from simulator.record import Kind

Tally = Counter[tuple[str, Kind]]
"""Records by type and kind."""


class Counts:
    """Acknowledged records of one run."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._tally: Tally = Counter()

    def add(self, tally: Tally) -> None:
        """Count records that Kafka has just acknowledged."""
        self._tally.update(tally)

    def by_type(self, *kinds: Kind) -> dict[str, int]:
        """Records of the kinds given, for each of the five types."""
        return {type_: sum(self._tally[type_, kind] for kind in kinds) for type_ in EVENTS}

    @property
    def total(self) -> int:
        """All records, malformed ones included."""
        return self._tally.total()

    def document(self, *, finished: bool) -> dict[str, Any]:
        """The count file.

        `produced` are well-formed records, duplicates included; `records_total` adds the malformed
        ones. `distinct` are events by identity.
        """
        produced = self.by_type("event", "late", "duplicate")
        malformed = self.by_type("malformed")
        distinct = self.by_type("event", "late")
        return {
            "run_id": self._run_id,
            "finished": finished,
            "produced": produced,
            "produced_total": sum(produced.values()),
            "distinct": distinct,
            "distinct_total": sum(distinct.values()),
            "malformed": malformed,
            "malformed_sent": sum(malformed.values()),
            "duplicates_sent": sum(self.by_type("duplicate").values()),
            "late_sent": sum(self.by_type("late").values()),
            "records_total": self.total,
        }

    def write(self, path: Path, *, finished: bool) -> None:
        """Replace the count file in one step: a reader never sees half of it.

        Raises:
            OSError: it can't be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_bytes(msgspec.json.encode(self.document(finished=finished)))
        beside.replace(path)
