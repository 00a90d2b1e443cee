"""Every row of the table through the one reader; and through all that uses it."""

import io
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from citystream.archive import parquet
from citystream.commands.service import command_line
from citystream.contracts.identity import entity_of
from citystream.contracts.registry import EVENTS
from citystream.fold.dead_letters import explain
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.reader import Reader
from citystream.fold.redaction import Redaction
from citystream.log.batches import PlainRecord
from tests.field.table import AT_MS, CLEAN, ROWS, Row
from tests.services.descriptions import SERVICES

FUTURE_MS = 60_000
RULES = TimeRules(disorder_ms=10**12, lateness_ms=0, future_ms=FUTURE_MS)
IDS = [f"{row.type}: {row.kind}" for row in ROWS]


def read(type_: str, value: bytes) -> tuple[dict[str, Any], int, set[str]]:
    """Fields, event time and forms."""
    reader = Reader(EVENTS[type_], FUTURE_MS, SERVICES[type_].check)
    event, time_ms = reader.read(value, AT_MS)
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return fields, time_ms, set(reader.tolerated)


def all_fields(type_: str, given: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(msgspec.convert(given, EVENTS[type_]))
    return fields


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_it_is_read_as_the_table_says(row: Row) -> None:
    if isinstance(row.read, str):
        with pytest.raises((ValueError, RecursionError)) as caught:
            read(row.type, row.value)
        field, reason = explain(caught.value)
        assert field == row.read
        assert reason
        return
    fields, time_ms, forms = read(row.type, row.value)
    assert time_ms == row.outcome["timestamp"]
    expected = all_fields(row.type, row.outcome)
    assert {**fields, "timestamp": 0} == {**expected, "timestamp": 0}
    assert forms == set(row.forms)


@pytest.mark.parametrize("type_", CLEAN)
def test_fold_archive_and_validate_decide_alike(type_: str) -> None:
    rows = [row for row in ROWS if row.type == type_]
    refused = [row.kind for row in rows if isinstance(row.read, str)]
    records = [PlainRecord(offset, AT_MS, None, row.value) for offset, row in enumerate(rows)]
    described = SERVICES[type_]

    fold: PartitionFold[Any] = PartitionFold(described, RULES, 0)
    fold.fold(records)
    assert [rows[letter.offset].kind for letter in fold.letters] == refused

    body = parquet.encode(0, records, described, FUTURE_MS, Redaction(described, ()))
    archived = pq.read_table(io.BytesIO(body)).to_pylist()
    assert [row.kind for row, one in zip(rows, archived, strict=True) if one["entity"] is None] == refused
    entity = entity_of(described.event)
    for row, one in zip(rows, archived, strict=True):
        if isinstance(row.read, dict):
            event = msgspec.convert(row.outcome, described.event)
            assert (one["entity"], one["event_id"]) == (entity(event), event.event_id)
            assert one["event_time_ms"] == row.outcome["timestamp"]
        assert one["value"] == row.value

    said = CliRunner().invoke(
        command_line(described), ["validate", "-"], input=b"\n".join(r.value for r in rows)
    )
    verdicts = [line.split(": ")[1] for line in said.output.splitlines()[:-1]]
    tolerated = ["refused" if isinstance(r.read, str) else "tolerated" if r.forms else "taken" for r in rows]
    assert verdicts == tolerated
    assert said.exit_code == (1 if refused else 0)


def test_words_that_are_in_no_list_are_told() -> None:
    reader = Reader(EVENTS["gps"], FUTURE_MS)
    for row in ROWS:
        if row.type == "gps" and row.kind == "hovercraft":
            reader.read(row.value, AT_MS)
    forms, words = reader.take_tolerated()
    assert (forms, words) == ({"unlisted": 1}, {("vehicle_type", "hovercraft"): 1})
    assert reader.take_tolerated() == ({}, {})
