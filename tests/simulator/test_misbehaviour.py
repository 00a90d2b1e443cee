import json
from collections import Counter, defaultdict
from random import Random

import msgspec
import pytest

from citystream.contracts.city_model import CityModel
from citystream.contracts.events import EVENTS, event_time_ms
from citystream.settings import Settings
from simulator.malformed import MALFORMATIONS, NEEDED, OUT_OF_RANGE, malformed
from simulator.misbehaviour import BURST_EVERY_MS, BURST_PAUSE_MS, KINDS, Misbehaviour
from simulator.record import Record
from simulator.world import World
from tests.simulator.conftest import MONDAY_RUSH

TICK_MS = 50


def good_events(model: CityModel) -> dict[str, Record]:
    """One good event of each type."""
    return {record.type: record for record in World(model, 1, MONDAY_RUSH).step(MONDAY_RUSH + 5_000)}


def becomes_a_dead_letter(type_: str, value: bytes, now_ms: int) -> bool:
    """The rules of the contract, and a bound for the future that is far wider than the default."""
    try:
        event = msgspec.json.decode(value, type=EVENTS[type_])
        time_ms = event_time_ms(event.timestamp)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return True
    return time_ms > now_ms + 100 * Settings().future_s * 1000


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
    assert not becomes_a_dead_letter(type_, good.value, MONDAY_RUSH)
    for seed in range(50):
        fields = msgspec.json.decode(good.value)
        value = MALFORMATIONS[name](type_, fields, Random(seed), MONDAY_RUSH)
        assert becomes_a_dead_letter(type_, value, MONDAY_RUSH), value[:500]


@pytest.mark.parametrize("type_", EVENTS)
def test_each_field_named_as_needed_or_bounded_is_one_that_the_contract_refuses(
    model: CityModel, type_: str
) -> None:
    good = json.loads(good_events(model)[type_].value)
    without = [{key: value for key, value in good.items() if key != name} for name in NEEDED[type_]]
    beyond = [good | {name: value} for name, value in OUT_OF_RANGE[type_]]
    for fields in without + beyond:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(fields, EVENTS[type_])


def test_malformed_events_come_on_top_and_are_marked(model: CityModel) -> None:
    said, sent = disturb(model, "malformed", 60)
    bad = [record for _, record in sent if record.kind == "malformed"]
    assert len(bad) == pytest.approx(0.01 * len(said), rel=0.2)
    assert {record.type for record in bad} >= {"gps", "traffic", "camera"}
    assert all(becomes_a_dead_letter(record.type, record.value, MONDAY_RUSH) for record in bad)
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
