"""One contract, checked over every service there is, the documentation's included."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from citystream.commands.service import command_line
from citystream.contracts.registry import EVENTS
from citystream.contracts.schemas import json_schema
from citystream.service import Service
from citystream.trial.conformance import violations
from tests.services.descriptions import SERVICES


def test_there_is_a_service_for_every_event() -> None:
    assert set(SERVICES) >= set(EVENTS)


@given(seed=st.integers(0, 2**32), events=st.integers(0, 120))
def test_a_service_keeps_what_the_kit_relies_on(service: Service[Any], seed: int, events: int) -> None:
    assert violations(service, seed, events) == []


def test_the_command_checks_its_service(service: Service[Any]) -> None:
    answer = CliRunner().invoke(command_line(service), ["check", "--seed", "3"])
    assert (answer.exit_code, answer.output) == (0, "all rules kept\n")


def test_the_command_prints_the_schema_and_checks_files(service: Service[Any], tmp_path: Path) -> None:
    command, runner = command_line(service), CliRunner()
    assert runner.invoke(command, ["schema"]).output.startswith("{")
    good = msgspec.json.encode(json_schema(service.name, service.event)["examples"][0])
    (tmp_path / "good.jsonl").write_bytes(good + b"\n\n" + good)
    number = msgspec.json.encode(msgspec.json.decode(good) | {"event_id": 17})
    (tmp_path / "bad.jsonl").write_bytes(good + b'\n{"event_id": 1}\n{\n' + number)
    answer = runner.invoke(command, ["validate", str(tmp_path / "good.jsonl")])
    assert (answer.exit_code, answer.output) == (
        0,
        "line 1: taken\nline 3: taken\n2 taken, 0 tolerated, 0 refused\n",
    )
    answer = runner.invoke(command, ["validate", str(tmp_path / "bad.jsonl")])
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[1] == "line 2: refused: timestamp: is missing"
    assert lines[2].startswith("line 3: refused: $: ")
    assert lines[3:] == ["line 4: tolerated: number_for_text", "1 taken, 1 tolerated, 2 refused"]


def test_every_command_explains_itself(service: Service[Any]) -> None:
    command = command_line(service)
    for name in command.commands:
        answer = CliRunner().invoke(command, [name, "--help"])
        assert answer.exit_code == 0
        assert "Usage" in answer.output


def test_a_setting_that_cannot_be_used_is_named(
    service: Service[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_PARTITIONS", "many")
    for arguments in (["worker"], ["show", "key"]):
        answer = CliRunner().invoke(command_line(service), arguments)
        assert answer.exit_code == 2
        assert "CITY_PARTITIONS" in answer.output
