"""State and memory stay flat, however long the stream; what an id costs is what the documentation says."""

import random
import tracemalloc
from typing import Any

import pytest

from citystream.fold.dedupe import SeenIds
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.rows import IDS_PREFIX
from citystream.state.partition import OwnedPartition
from tests.citystream.records import NOW_MS, FakeRecord
from tests.harness import events
from tests.services.descriptions import SERVICES

RULES = TimeRules(disorder_ms=10_000, lateness_ms=60_000, future_ms=60_000)
HOUR_MS = 3_600_000
# Per hour of event time; a vehicle of one hour is not seen in the next.
EVENTS_PER_HOUR = 720
# A set has just grown there: an id costs most.
IDS = 160_000


def an_hour(service: str, rng: random.Random, hour: int) -> list[FakeRecord]:
    records = []
    for number in range(EVENTS_PER_HOUR):
        offset = hour * EVENTS_PER_HOUR + number
        time_ms = NOW_MS + offset * HOUR_MS // EVENTS_PER_HOUR
        fields = events.fields(service, rng, offset, time_ms)
        for name in ("vehicle_id", "incident_id"):
            if name in fields:
                fields[name] = f"{fields[name]}-{hour}"
        records.append(FakeRecord(offset, events.encode(fields), time_ms))
    return records


@pytest.mark.parametrize(("service", "hours"), [("traffic", 24), ("gps", 56)])
def test_states_ids_and_rows_stop_growing(service: str, hours: int) -> None:
    rng = random.Random(1)
    fold: PartitionFold[Any] = PartitionFold(SERVICES[service], RULES, 0)
    part = OwnedPartition(0, fold, 0, ())
    table: dict[bytes, bytes | None] = {}
    sizes: list[tuple[int, int, int]] = []
    for hour in range(hours):
        records = an_hour(service, rng, hour)
        for start in range(0, len(records), 60):
            fold.fold(records[start : start + 60])
            part.mark(fold.take_touched())
            snapshot = part.snapshot()
            for row in (*snapshot.rows, snapshot.facts_row, *snapshot.deletions):
                if row.value is None:
                    table.pop(row.key, None)
                else:
                    table[row.key] = row.value
        sizes.append((sum(1 for _ in fold.all_slots()), len(fold.seen), len(table)))
    half = len(sizes) // 2
    for early, late in zip(
        map(max, zip(*sizes[:half], strict=True)), map(max, zip(*sizes[half:], strict=True)), strict=True
    ):
        assert late <= 1.1 * early
    states, ids, rows = sizes[-1]
    assert rows == states + len([key for key in table if key.startswith(IDS_PREFIX)]) + 1
    horizon_ms = fold.horizon_ms + RULES.disorder_ms + 2 * 10_000
    assert ids <= EVENTS_PER_HOUR * horizon_ms / HOUR_MS


def test_an_id_costs_eight_bytes_in_the_changelog_and_some_hundred_in_memory() -> None:
    names = [f"sensor-{number % 500}-{number}" for number in range(IDS)]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        seen = SeenIds(horizon_ms=370_000)
        for number, name in enumerate(names):
            seen.add(name, NOW_MS + number)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    in_memory = (after - before) / IDS
    in_changelog = sum(len(packed) for _, _, packed in seen.pack_new()) / IDS
    print(f"an id: {in_changelog:.0f} bytes in the changelog, {in_memory:.0f} in memory")
    assert in_changelog == 8
    assert in_memory <= 100
