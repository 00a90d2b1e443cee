"""JSON Schemas of events, made from their Structs: units from the names, an example from the fields."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from citystream.contracts.event import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1
"""Raised when a field is removed or takes less than before; a new optional field is no new version."""

# By the ending of a field's name, longest first: `precipitation_mm_h` is no `_h`.
UNITS = {
    "_mm_h": "mm/h",
    "_kmh": "km/h",
    "_deg": "degrees, clockwise from north",
    "_pct": "percent",
    "_ms": "m/s",
    "_km": "km",
    "_m": "m",
    "_c": "degrees Celsius",
    "_h": "h",
    "_s": "s",
}

Schema = dict[str, Any]


def unit_of(field: str) -> str | None:
    """What a field of this name is measured in; None where its name says nothing of it."""
    return next((unit for ending, unit in UNITS.items() if field.endswith(ending)), None)


def json_schema(name: str, event: type[Event]) -> Schema:
    """Schema of one event; `name` is the type's name, as in its topic."""
    made = msgspec.json.schema(event)
    parts: dict[str, Schema] = made["$defs"]
    for part in parts.values():
        for field, about in part["properties"].items():
            unit = unit_of(field)
            if unit:
                about["x-unit"] = unit
    top = parts.pop(event.__name__)
    return {
        "$schema": DIALECT,
        "$id": f"urn:citystream:event:{name}:{VERSION}",
        **top,
        **({"$defs": parts} if parts else {}),
        "examples": [_example(top, parts)],
    }


def text(name: str, event: type[Event]) -> bytes:
    """The schema as its file has it."""
    return msgspec.json.format(msgspec.json.encode(json_schema(name, event)), indent=2) + b"\n"


def export(folder: Path, events: Mapping[str, type[Event]]) -> list[Path]:
    """Write one file an event.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, event in events.items():
        _file(folder, name).write_bytes(text(name, event))
    return [_file(folder, name) for name in events]


def stale(folder: Path, events: Mapping[str, type[Event]]) -> list[Path]:
    """The files that are missing or not what `export` would write."""
    return [
        path
        for name, event in events.items()
        if not (path := _file(folder, name)).is_file() or path.read_bytes() != text(name, event)
    ]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.schema.json"


def _example(part: Schema, parts: dict[str, Schema]) -> dict[str, Any]:
    """Every field with its first example, else the plainest value that its type takes."""
    return {field: _value(field, about, parts) for field, about in part["properties"].items()}


def _value(field: str, about: Schema, parts: dict[str, Schema]) -> Any:
    match about:
        case {"examples": [first, *_]}:
            return first
        case {"$ref": reference}:
            return _example(parts[reference.rpartition("/")[2]], parts)
        case {"enum": [first, *_]}:
            return first
        case {"anyOf": [first, *_]}:
            return _value(field, first, parts)
        case {"type": "string"}:
            # `vehicle_id` -> "vehicle-1": long enough for an id, and tells what it names.
            return f"{field.removesuffix('_id').replace('_', '-')}-1"
        case {"type": "integer" | "number"}:
            return about.get("minimum", about.get("exclusiveMinimum", 0) + 1)
        case _:
            return about.get("default")
