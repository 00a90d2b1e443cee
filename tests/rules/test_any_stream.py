"""Any stream, however it is cut, with crashes and sleepers anywhere: windows equal a plain recount.

Of a partition's owners one may sleep through its session. Another takes over meanwhile; when the sleeper
wakes up it goes on as if nothing had happened, publishes and saves, and only then learns that it was
replaced. Each owner recovers from the changelog onto one of two disks, which may lag behind it.
"""

import json
import random
from collections import defaultdict
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citystream.contracts.traffic import TrafficWindow
from citystream.fold.fold import TimeRules
from citystream.fold.redaction import Redaction
from citystream.state.ownership import take_over
from citystream.state.partition import OwnedPartition
from citystream.state.table import ExactStore
from services.traffic.aggregate import service as traffic
from tests.citystream.changelogs import CHANGELOG, Changelog, empty_store, wipe
from tests.citystream.records import NOW_MS, FakeRecord, reading
from tests.harness.events import encode

SIZE_MS, DISORDER_MS, LATENESS_MS, FUTURE_MS = 10_000, 5_000, 10_000, 60_000
RULES = TimeRules(DISORDER_MS, LATENESS_MS, FUTURE_MS, window_s=SIZE_MS // 1000)
TRAFFIC = traffic(None)

Log = dict[int, list[FakeRecord]]
Speeds = dict[tuple[str, int], list[float]]


def reference(log: Log) -> Speeds:
    """The speeds that count in each window: road and start."""
    counted: Speeds = defaultdict(list)
    for records in log.values():
        newest, seen = 0, set()
        for record in records:
            event = readable(record)
            if event is None or event["timestamp"] > record.timestamp + FUTURE_MS:
                continue
            newest = max(newest, min(event["timestamp"], record.timestamp))
            start = event["timestamp"] // SIZE_MS * SIZE_MS
            if event["event_id"] not in seen and start + SIZE_MS + LATENESS_MS > newest - DISORDER_MS:
                counted[event["road_id"], start // 1000].append(event["speed_kmh"])
            seen.add(event["event_id"])
    return counted


def readable(record: FakeRecord) -> Any:
    try:
        return json.loads(record.value or b"")
    except ValueError:
        return None


def a_partition(rng: random.Random, length: int) -> list[FakeRecord]:
    """Readings out of order, some too late, from the future, twice or unreadable, at a pace of its own."""
    pace, records, sent = rng.choice([0.05, 0.5, 2.0]), [], [b"{"]
    for offset in range(length):
        second = offset * pace - rng.random() * rng.choice([0, 2, 2, 30]) + rng.choice([0] * 30 + [90])
        fields = reading(
            round(second, 3), round(rng.uniform(0, 120), 1), f"road-{rng.randrange(4)}", str(rng.random())
        )
        value = rng.choice(sent[-20:]) if rng.random() < 0.15 else encode(fields)
        sent.append(value)
        records.append(FakeRecord(offset, value, NOW_MS + round(offset * pace * 1000)))
    return records


class Sinks:
    """What they keep: of two versions of a state the one of the higher offset."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, int], tuple[int, bytes]] = {}
        self.letters: set[tuple[int, int]] = set()

    def publish(self, number: int, part: OwnedPartition) -> None:
        for slot in part.fold.all_slots():
            which = slot.key, slot.start_s, number
            new, old = (slot.offset, msgspec.msgpack.encode(slot.state)), self.kept.get(which, (-1, b""))
            assert old[0] != new[0] or old == new, "two states at one offset"
            self.kept[which] = max(old, new)

    def windows(self) -> dict[tuple[str, int], TrafficWindow]:
        """Partitions merged, as a reader does."""
        decode = msgspec.msgpack.Decoder(TrafficWindow).decode
        merged: dict[tuple[str, int], TrafficWindow] = defaultdict(TrafficWindow)
        for (road, start_s, _), (_, state) in self.kept.items():
            merged[road, start_s] = merged[road, start_s].merge(decode(state))
        return merged


class Life:
    """One partition's owners, one after the other, and their disks."""

    def __init__(self, number: int, records: list[FakeRecord], sinks: Sinks, disks: list[ExactStore]) -> None:
        self.number = number
        self.records = records
        self.sinks = sinks
        self.changelog = Changelog()
        self.disks = disks
        for disk in disks:
            wipe(disk)
        self.disk = 0
        self.sleeper: tuple[OwnedPartition, int] | None = None
        self.owner = self.take_over(0)

    def take_over(self, disk: int) -> OwnedPartition:
        self.disk, store = disk, self.disks[disk]
        self.changelog.recover(store)
        part = take_over(TRAFFIC, RULES, store, 0, len(self.records), (), Redaction(TRAFFIC, ()))
        self.sinks.publish(self.number, part)
        return part

    def fold(self, part: OwnedPartition, length: int) -> None:
        at = part.fold.next_offset
        part.fold.fold(self.records[at : at + length])
        self.sinks.publish(self.number, part)

    def save(self, part: OwnedPartition, disk: int, torn: random.Random | None = None) -> None:
        """A checkpoint, or only the beginning of it."""
        part.mark(part.fold.take_touched())
        snapshot = part.snapshot()
        self.sinks.letters |= {(self.number, letter.offset) for letter in snapshot.letters}
        rows = [*snapshot.rows, snapshot.facts_row, *snapshot.deletions]
        if torn:
            del rows[torn.randrange(len(rows)) :]
        base = self.changelog.append(rows)
        if not torn:
            written = {row.key: row.value for row in rows}
            self.disks[disk].write_rows(CHANGELOG, written, base, len(rows))

    def step(self, rng: random.Random) -> None:
        self.fold(self.owner, rng.randint(0, 15))
        match rng.choice(["nothing", "save", "save", "save", "crash", "crash saving", "sleep", "wake"]):
            case "save":
                self.save(self.owner, self.disk)
            case "crash":
                self.crash(rng)
            case "crash saving":
                self.save(self.owner, self.disk, torn=rng)
                self.crash(rng)
            case "sleep" if self.sleeper is None:
                self.sleeper = self.owner, self.disk
                self.owner = self.take_over(1 - self.disk)
            case "wake" if self.sleeper is not None:
                (part, disk), self.sleeper = self.sleeper, None
                self.fold(part, rng.randint(0, 15))
                self.save(part, disk, torn=rng.choice([None, None, rng]))

    def crash(self, rng: random.Random) -> None:
        self.owner = self.take_over(self.disk if self.sleeper else rng.randrange(2))


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> list[ExactStore]:
    """Two that owners have, and one that stays empty."""
    return [empty_store(tmp_path_factory.mktemp("disk")) for _ in range(3)]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_windows_equal_a_plain_recount(disks: list[ExactStore], seed: int) -> None:
    rng = random.Random(seed)
    log = {number: a_partition(rng, rng.randint(1, 250)) for number in range(rng.randint(1, 3))}
    sinks = Sinks()
    for number, records in log.items():
        life = Life(number, records, sinks, disks)
        for _ in range(rng.randint(1, 40)):
            life.step(rng)
        life.fold(life.owner, len(records))
        life.save(life.owner, life.disk)
        open_windows = states(life.owner)
        # The table has them too: on an empty disk, whoever wrote last.
        last = life.take_over(2)
        last.snapshot()
        assert states(last) == open_windows

    wanted = reference(log)
    found = sinks.windows()
    assert {window: state.readings for window, state in found.items()} == {
        window: len(speeds) for window, speeds in wanted.items()
    }
    for window, speeds in wanted.items():
        state = found[window]
        assert state.speed_sum == sum(round(speed * 1_000_000) for speed in speeds)
        assert (state.speed_min, state.speed_max) == (min(speeds), max(speeds))
    assert sinks.letters == {
        (number, record.offset)
        for number, records in log.items()
        for record in records
        if (event := readable(record)) is None or event["timestamp"] > record.timestamp + FUTURE_MS
    }


def states(part: OwnedPartition) -> dict[tuple[str, int], TrafficWindow]:
    return {(slot.key, slot.start_s): slot.state for slot in part.fold.all_slots()}
