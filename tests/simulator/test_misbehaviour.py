from collections import Counter, defaultdict
from random import Random

import msgspec
import pytest

from citystream.contracts.city_model import CityModel
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.registry import EVENTS
from simulator.malformed import MALFORMATIONS, NEEDED, OUT_OF_RANGE, malformed
from simulator.misbehaviour import BURST_EVERY_MS, BURST_PAUSE_MS, KINDS, Misbehaviour
from simulator.record import Fields, Record
from simulator.world import World
from tests.simulator.conftest import MONDAY_RUSH
from tests.simulator.reading import read

TICK_MS = 50


def good_events(model: CityModel) -> dict[str, Record]:
    """One good event of each type."""
    return {record.type: record for record in World(model, 1, MONDAY_RUSH).step(MONDAY_RUSH + 5_000)}


def disturb(
    model: CityModel, kinds: str, seconds: int, seed: int = 1
) -> tuple[list[Record], list[tuple[int, Record]]]:
    """What the world said, and what was sent when, the rest at the end."""
    world = World(model, 1, MONDAY_RUSH)
    misbehaviour = Misbehaviour(frozenset(kinds.split(",")), seed)
    said: list[Record] = []
    sent: list[tuple[int, Record]] = []
    for now in range(MONDAY_RUSH + TICK_MS, MONDAY_RUSH + seconds * 1000 + 1, TICK_MS):
        records = world.step(now)
        said += records
        sent += [(now, record) for record in misbehaviour.process(now, records)]
    end = MONDAY_RUSH + seconds * 1000
    return said, sent + [(end, record) for record in misbehaviour.drain()]


@pytest.mark.parametrize("type_", EVENTS)
@pytest.mark.parametrize("name", MALFORMATIONS)
def test_every_malformation_of_every_type_becomes_a_dead_letter(
    model: CityModel, name: str, type_: str
) -> None:
    good = good_events(model)[type_]
    assert read(type_, good.value, MONDAY_RUSH)
    for seed in range(200):
        fields = msgspec.json.decode(good.value)
        value = MALFORMATIONS[name](type_, fields, Random(seed), MONDAY_RUSH)
        assert read(type_, value, MONDAY_RUSH) is None, value[:500]


@pytest.mark.parametrize("type_", EVENTS)
def test_the_fields_named_as_needed_are_all_that_can_not_be_left_out(model: CityModel, type_: str) -> None:
    good: Fields = msgspec.json.decode(good_events(model)[type_].value)
    without = {name: {key: value for key, value in good.items() if key != name} for name in good}
    refused = {
        name for name, fields in without.items() if not read(type_, msgspec.json.encode(fields), MONDAY_RUSH)
    }
    assert refused == set(NEEDED[type_])


@pytest.mark.parametrize(
    ("type_", "name", "value"), [(type_, *one) for type_, ranges in OUT_OF_RANGE.items() for one in ranges]
)
def test_each_value_named_as_out_of_range_is_refused(
    model: CityModel, type_: str, name: str, value: object
) -> None:
    good: Fields = msgspec.json.decode(good_events(model)[type_].value)
    assert read(type_, msgspec.json.encode(good | {name: value}), MONDAY_RUSH) is None


def test_malformed_events_come_on_top_and_are_marked(model: CityModel) -> None:
    said, sent = disturb(model, "malformed", 60)
    bad = [record for _, record in sent if record.kind == "malformed"]
    assert len(bad) == pytest.approx(0.01 * len(said), rel=0.2)
    assert {record.type for record in bad} >= {"gps", "traffic", "camera"}
    assert not any(read(record.type, record.value, MONDAY_RUSH) for record in bad)
    assert [record for _, record in sent if record.kind == "event"] == said


def test_late_events_come_seconds_to_minutes_after_they_happened_and_none_is_lost(model: CityModel) -> None:
    said, sent = disturb(model, "late", 60)
    assert Counter(record.value for _, record in sent) == Counter(record.value for record in said)
    late = [(now, record) for now, record in sent if record.kind == "late"]
    assert len(late) == pytest.approx(0.01 * len(said), rel=0.2)
    before_the_end = [(now, record) for now, record in late if now < MONDAY_RUSH + 60_000]
    for now, record in before_the_end:
        event = msgspec.json.decode(record.value, type=EVENTS[record.type])
        assert 2_000 <= now - event_time_ms(event.timestamp) <= 240_000
    assert len(before_the_end) > 300


def test_duplicates_are_the_same_bytes_under_the_same_key_after_the_first(model: CityModel) -> None:
    said, sent = disturb(model, "duplicate", 30)
    places: dict[bytes, list[int]] = defaultdict(list)
    kinds: dict[bytes, list[str]] = defaultdict(list)
    keys: dict[bytes, set[bytes]] = defaultdict(set)
    for place, (_, record) in enumerate(sent):
        places[record.value].append(place)
        kinds[record.value].append(record.kind)
        keys[record.value].add(record.key)
    twice = [value for value, where in places.items() if len(where) == 2]
    assert len(twice) == len(sent) - len(said) == pytest.approx(0.01 * len(said), rel=0.2)
    assert all(kinds[value] == ["event", "duplicate"] and len(keys[value]) == 1 for value in twice)


def test_events_in_forms_of_their_own_keep_place_key_entity_and_time(model: CityModel) -> None:
    said, sent = disturb(model, "field", 60)
    assert [(one.type, one.key, one.kind) for _, one in sent] == [
        (one.type, one.key, one.kind) for one in said
    ]
    changed = [(old, new) for old, (_, new) in zip(said, sent, strict=True) if old.value != new.value]
    assert len(changed) == pytest.approx(0.01 * len(said), rel=0.2)
    for old, new in changed:
        before, after = (read(one.type, one.value, MONDAY_RUSH) for one in (old, new))
        assert before
        assert after, new.value
        assert (before.entity, before.time_ms) == (after.entity, after.time_ms)


def test_what_is_counted_is_what_a_worker_reads_whatever_else_happens(model: CityModel) -> None:
    said, sent = disturb(model, ",".join(KINDS), 60)
    events = [
        (record.type, found.identity)
        for _, record in sent
        if (found := read(record.type, record.value, MONDAY_RUSH))
    ]
    kinds = Counter(record.kind for _, record in sent)
    assert len(set(events)) == len(said) == kinds["event"] + kinds["late"]
    assert len(events) - len(set(events)) == kinds["duplicate"] > 400
    assert len(sent) - len(events) == kinds["malformed"] > 400


def test_bursts_are_silence_and_then_all_of_it_in_order(model: CityModel) -> None:
    said, sent = disturb(model, "burst", 45)
    assert [record for _, record in sent] == said
    per_tick = Counter(now for now, _ in sent)
    assert all(now % BURST_EVERY_MS >= BURST_PAUSE_MS for now in per_tick if now < MONDAY_RUSH + 45_000)
    assert max(per_tick.values()) > 3_900


def test_the_same_seed_misbehaves_the_same_way(model: CityModel) -> None:
    every = ",".join(KINDS)
    assert disturb(model, every, 20)[1] == disturb(model, every, 20)[1]
    assert disturb(model, every, 20, seed=1)[1] != disturb(model, every, 20, seed=2)[1]


def test_a_well_behaved_stream_is_left_alone(model: CityModel) -> None:
    records = World(model, 1, MONDAY_RUSH).step(MONDAY_RUSH + 1_000)
    misbehaviour = Misbehaviour(frozenset(), 1)
    assert misbehaviour.process(MONDAY_RUSH + 1_000, records) == records
    assert misbehaviour.drain() == []


def test_a_malformed_record_keeps_its_type_and_key(model: CityModel) -> None:
    good = good_events(model)["gps"]
    bad = malformed(good, Random(1), MONDAY_RUSH)
    assert (bad.type, bad.key, bad.kind) == (good.type, good.key, "malformed")
