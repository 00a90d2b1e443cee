"""The exported schemas: current, valid, and true of what the code takes."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from citystream.contracts import schemas
from citystream.contracts.event import Event
from citystream.contracts.registry import EVENTS

EXPORTED = Path("docs/schemas")


def schema(type_: str) -> dict[str, Any]:
    loaded: dict[str, Any] = msgspec.json.decode((EXPORTED / f"{type_}.schema.json").read_bytes())
    return loaded


def test_exported_schemas_are_current() -> None:
    assert schemas.stale(EXPORTED, EVENTS) == []
    assert {path.name for path in EXPORTED.iterdir()} == {f"{type_}.schema.json" for type_ in EVENTS}


@pytest.mark.parametrize("type_", EVENTS)
def test_a_schema_is_valid_and_names_itself(type_: str) -> None:
    found = schema(type_)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"urn:citystream:event:{type_}:1"
    assert found["title"]
    assert found["description"]


@pytest.mark.parametrize("type_", EVENTS)
def test_a_schemas_example_has_every_field_and_decodes(type_: str) -> None:
    found = schema(type_)
    (example,) = found["examples"]
    jsonschema.Draft202012Validator(found).validate(example)
    event = msgspec.json.decode(msgspec.json.encode(example), type=EVENTS[type_])
    assert set(example) == set(EVENTS[type_].__struct_fields__)
    assert all(value is not None for value in msgspec.structs.asdict(event).values())


@pytest.mark.parametrize(
    ("field", "unit"),
    [("speed_kmh", "km/h"), ("precipitation_mm_h", "mm/h"), ("visibility_m", "m"), ("wind_speed_ms", "m/s")],
)
def test_units_are_told(field: str, unit: str) -> None:
    found = [
        about["x-unit"]
        for type_ in EVENTS
        for name, about in schema(type_)["properties"].items()
        if name == field
    ]
    assert found
    assert set(found) == {unit}


def test_a_type_that_the_kit_has_never_seen_gets_a_schema(tmp_path: Path) -> None:
    class Parking(Event, frozen=True, gc=False, kw_only=True):
        """How full one car park is."""

        parking_id: str
        free_pct: float
        levels: tuple[int, ...] = ()

    schemas.export(tmp_path, {"parking": Parking})
    found = msgspec.json.decode((tmp_path / "parking.schema.json").read_bytes())
    msgspec.convert(found["examples"][0], Parking)
    assert found["properties"]["free_pct"]["x-unit"] == "percent"
    assert schemas.stale(tmp_path, {"parking": Parking}) == []
    assert schemas.stale(tmp_path, {"parking": EVENTS["gps"]}) == [tmp_path / "parking.schema.json"]
