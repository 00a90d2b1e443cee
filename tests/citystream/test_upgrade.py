"""A changelog that version 67884fb wrote: its states and ids are taken back, and its ids still count.

Twenty events a second apart, ids "0" to "19", windows of 10 s; written by that version's own code.
"""

import io
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from citystream.archive import parquet
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.redaction import Redaction
from citystream.fold.rows import (
    FACTS_KEY,
    IDS_ALONE_PREFIX,
    IDS_PREFIX,
    VERSION_BYTES,
    StateVersionError,
    facts_of,
    restore,
    version,
)
from citystream.replay.catalogue import Contents
from citystream.service import Service
from citystream.state.partition import OwnedPartition
from tests.citystream.changelogs import written_by_67884fb
from tests.citystream.records import NOW_MS, log, reading
from tests.harness.events import Fields
from tests.services.descriptions import SERVICES

RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000, window_s=10)
EVENTS = 20


def taken_over(type_: str) -> tuple[PartitionFold[Any], OwnedPartition]:
    """The partition as its next owner has it."""
    fold: PartitionFold[Any] = PartitionFold(SERVICES[type_], RULES, 0)
    restored = restore(fold, written_by_67884fb(type_))
    part = OwnedPartition(0, fold, 0, [])
    part.adopt_ids(restored)
    return fold, part


def event(type_: str, number: int, event_id: str) -> Fields:
    """As that version's sender wrote them."""
    if type_ == "traffic":
        return reading(number, 40.0 + number, event_id=event_id)
    return {
        "event_id": event_id,
        "timestamp": NOW_MS + number * 1000,
        "vehicle_id": f"vehicle-{number % 2}",
        "vehicle_type": "bus",
        "latitude": 48.1,
        "longitude": 11.5,
        "speed_kmh": 10.0 + number,
        "heading_deg": 90.0,
    }


@pytest.mark.parametrize("type_", ["traffic", "gps"])
def test_what_that_version_folded_is_a_duplicate_and_what_is_new_is_not(type_: str) -> None:
    fold, _ = taken_over(type_)
    assert fold.next_offset == EVENTS
    sent_again = [event(type_, number, str(number)) for number in range(5, EVENTS)]
    fold.fold(log(*sent_again, event(type_, EVENTS, "20"), event(type_, EVENTS, "20"), start=EVENTS))
    assert (fold.counters.duplicates, fold.counters.folded, fold.counters.refused) == (16, 1, 0)


def test_states_of_that_version_go_on() -> None:
    fold, _ = taken_over("traffic")
    fold.fold(log(reading(EVENTS, 70.0, event_id="20"), reading(19.5, 10.0, event_id="21"), start=EVENTS))
    states = {slot.start_s * 1000 - NOW_MS: slot.state for slot in fold.all_slots()}
    assert {start: state.readings for start, state in states.items()} == {0: 10, 10_000: 11, 20_000: 1}
    assert states[10_000].mean_speed_kmh == (sum(40.0 + n for n in range(10, 20)) + 10) / 11
    assert states[10_000].summary()["vehicles"] == 22


def test_ids_alone_are_asked_no_more_when_they_expire() -> None:
    fold, part = taken_over("traffic")
    assert fold.seen.by_id is not None
    part.mark(fold.take_touched())
    keys = [row.key for row in part.snapshot().rows]
    assert not [key for key in keys if key.startswith(IDS_PREFIX)]
    # Far beyond the horizon: window, lateness and disorder.
    fold.fold(log(reading(100, event_id="5"), start=EVENTS))
    assert fold.counters.folded == 1
    assert fold.seen.by_id is None
    snapshot = part.snapshot()
    assert [row.key for row in snapshot.deletions if row.key.startswith(IDS_ALONE_PREFIX)]
    assert [row.key for row in snapshot.rows if row.key.startswith(IDS_PREFIX)]


async def test_archived_objects_without_entities_are_read() -> None:
    records = log(*(event("gps", number, str(number)) for number in range(EVENTS)))
    table = pq.read_table(
        io.BytesIO(parquet.encode(0, records, SERVICES["gps"], 60_000, Redaction(SERVICES["gps"], ())))
    )
    sink = io.BytesIO()
    pq.write_table(table.drop_columns(["entity"]), sink)
    read = await Contents(sink.getvalue()).read()
    assert [(one.offset, one.timestamp, one.value) for one in read] == [
        (one.offset, one.timestamp, one.value) for one in records
    ]


def table_of(service: Service[Any]) -> dict[bytes, bytes]:
    """What a program with this service checkpoints."""
    fold = PartitionFold(service, RULES, 0)
    fold.fold(log(reading(1, 50.0, event_id="0")))
    part = OwnedPartition(0, fold, 0, [])
    part.mark(fold.take_touched())
    snapshot = part.snapshot()
    return {row.key: row.value for row in (*snapshot.rows, snapshot.facts_row) if row.value is not None}


@pytest.mark.parametrize(("wrote", "reads"), [(1, 2), (2, 1)])
def test_states_of_another_version_are_refused(wrote: int, reads: int) -> None:
    rows = table_of(replace(SERVICES["traffic"], state_version=wrote))
    fold = PartitionFold(replace(SERVICES["traffic"], state_version=reads), RULES, 0)
    with pytest.raises(StateVersionError, match=f"version {wrote}, and this program folds version {reads}: "):
        restore(fold, iter(sorted(rows.items())))


def test_a_program_from_before_there_were_versions_reads_these_facts() -> None:
    class Before(msgspec.Struct, array_like=True):
        generation: int
        next_offset: int
        newest_ms: int

    facts = table_of(SERVICES["traffic"])[FACTS_KEY][VERSION_BYTES:]
    assert msgspec.msgpack.decode(facts, type=Before).next_offset == 1


def test_facts_from_before_there_were_versions_are_of_the_first() -> None:
    before = version(0, 9) + msgspec.msgpack.encode((0, 10, NOW_MS))
    assert facts_of(before).state_version == 1
