"""One contract, checked over every service there is."""

import random
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts.events import EVENTS, event_time_ms
from citystream.fold import PartitionFold, TimeRules
from citystream.schemas import json_schema
from citystream.service_cli import command_line
from citystream.updates import updates
from tests.citystream.records import NOW_MS, FakeRecord
from tests.harness import events
from tests.services.descriptions import SERVICES

RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000)
every_service = pytest.mark.parametrize("name", SERVICES)


def log(name: str, seed: int, length: int) -> list[FakeRecord]:
    rng = random.Random(seed)
    values = [
        events.encode(events.fields(name, rng, number, NOW_MS + number * 200 - rng.randrange(3_000)))
        for number in range(length)
    ]
    return [FakeRecord(offset, value, NOW_MS + 3_600_000) for offset, value in enumerate(values)]


def fold(name: str, records: list[FakeRecord]) -> PartitionFold[Any]:
    folded: PartitionFold[Any] = PartitionFold(SERVICES[name], RULES, 0)
    folded.fold(records)
    return folded


def published(folded: PartitionFold[Any]) -> dict[Any, tuple[int, bytes]]:
    return {one.identity: (one.offset, one.payload) for one in updates(folded, 0, folded.all_slots())}


def test_there_is_a_service_for_every_event() -> None:
    assert set(SERVICES) == set(EVENTS)


@every_service
def test_a_service_decodes_its_own_schemas_examples(name: str) -> None:
    service = SERVICES[name]
    for example in json_schema(name, service.event)["examples"]:
        event = msgspec.json.decode(msgspec.json.encode(example), type=service.event)
        record = FakeRecord(0, msgspec.json.encode(example), event_time_ms(event.timestamp))
        folded = fold(name, [record])
        assert folded.counters.folded == 1
        assert not folded.letters


@every_service
def test_a_service_has_a_view(name: str) -> None:
    assert SERVICES[name].views
    assert all(view.ttl_s > 0 for view in SERVICES[name].views)


@every_service
@given(seed=st.integers(0, 2**32), length=st.integers(0, 60))
def test_a_replay_gives_the_same_bytes(name: str, seed: int, length: int) -> None:
    records = log(name, seed, length)
    assert published(fold(name, records)) == published(fold(name, records))


@every_service
@given(seed=st.integers(0, 2**32), length=st.integers(0, 60), data=st.data())
def test_states_of_two_partitions_merge_to_the_state_of_one(
    name: str, seed: int, length: int, data: st.DataObject
) -> None:
    service, records = SERVICES[name], log(name, seed, length)
    sides = data.draw(st.lists(st.booleans(), min_size=length, max_size=length))
    parts = [
        [record for record, side in zip(records, sides, strict=True) if side is which]
        for which in (False, True)
    ]
    rules = TimeRules(10**9, 0, 60_000, deduplicate=False)
    folds: list[PartitionFold[Any]] = []
    for part in (*parts, records):
        one: PartitionFold[Any] = PartitionFold(service, rules, 0)
        one.fold(part)
        folds.append(one)
    left, right, whole = (
        {(type(slot.view), slot.view.name, slot.key, slot.start_s): slot.state for slot in one.all_slots()}
        for one in folds
    )
    for which, state in whole.items():
        if which[0].__name__ == "Latest":
            continue
        zero = type(state)()
        assert left.get(which, zero).merge(right.get(which, zero)).summary() == state.summary()


@every_service
def test_documents_are_json(name: str) -> None:
    folded = fold(name, log(name, 1, 40))
    for one in updates(folded, 0, folded.all_slots()):
        assert msgspec.json.decode(msgspec.json.encode(one.document()))


@every_service
def test_the_command_prints_the_schema_and_checks_files(name: str, tmp_path: Any) -> None:
    command, runner = command_line(SERVICES[name]), CliRunner()
    assert runner.invoke(command, ["schema"]).output.startswith("{")
    good = events.encode(events.fields(name, random.Random(1), 1, NOW_MS))
    (tmp_path / "good.jsonl").write_bytes(good + b"\n\n" + good)
    (tmp_path / "bad.jsonl").write_bytes(good + b'\n{"event_id": 1}\n{')
    answer = runner.invoke(command, ["validate", str(tmp_path / "good.jsonl")])
    assert (answer.exit_code, answer.output) == (0, "2 good, 0 refused\n")
    answer = runner.invoke(command, ["validate", str(tmp_path / "bad.jsonl")])
    assert answer.exit_code == 1
    assert "line 2: event_id: Expected `str`, got `int`" in answer.output
    assert "line 3: $: " in answer.output
    assert answer.output.endswith("1 good, 2 refused\n")


@every_service
@pytest.mark.parametrize("wanted", ["worker", "replay", "schema", "validate"])
def test_every_command_explains_itself(name: str, wanted: str) -> None:
    answer = CliRunner().invoke(command_line(SERVICES[name]), [wanted, "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.output


@every_service
def test_a_setting_that_cannot_be_used_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_PARTITIONS", "many")
    answer = CliRunner().invoke(command_line(SERVICES[name]), ["worker"])
    assert answer.exit_code == 2
    assert "CITY_PARTITIONS" in answer.output
