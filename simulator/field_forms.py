"""Good events as devices in the field write them: not clean, and the same events all the same.

Entity and time stay. One without an id is known by these two, so no two of one sender may share a
millisecond; that takes more than 1,000 events a second of one.
"""

from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Any

import msgspec

from citystream.contracts.event import Timestamp
from citystream.contracts.event_time import event_time_ms
from citystream.fold.tolerance import BYTE_ORDER_MARK
from simulator.record import Fields, Record

Form = Callable[[Fields], bytes]
"""Takes a good event's fields; gives the bytes that a device sends."""

SCHEMA_7 = b"\x00\x00\x00\x00\x07"
ID_BYTES = 6
"""Of a numeric id: any JSON number holds it exactly, and two alike in one stream are not to be expected."""


def in_field_form(record: Record, rng: Random) -> Record:
    """The same event in one of its type's forms, under the same key."""
    forms = FORMS[record.type]
    write = forms[rng.choice(tuple(forms))]
    return record._replace(value=write(msgspec.json.decode(record.value, type=Fields)))


def _with(**changes: Any) -> Form:
    return lambda fields: msgspec.json.encode(fields | changes)


def _without(*names: str) -> Form:
    return lambda fields: msgspec.json.encode(
        {name: value for name, value in fields.items() if name not in names}
    )


def _each(change: Callable[[Any], Any], *names: str) -> Form:
    """With the values of these fields changed."""
    return lambda fields: msgspec.json.encode(fields | {name: change(fields[name]) for name in names})


def _behind(prefix: bytes) -> Form:
    return lambda fields: prefix + msgspec.json.encode(fields)


def _epoch_ms(timestamp: str | float) -> int:
    return event_time_ms(msgspec.convert(timestamp, Timestamp))


def _number(event_id: str) -> int:
    return int.from_bytes(blake2b(event_id.encode(), digest_size=ID_BYTES).digest())


def _counts(change: Callable[[Fields], Fields]) -> Form:
    return _each(change, "counts")


_OF_ALL: dict[str, Form] = {
    "no event_id": _without("event_id"),
    "number_for_text": _each(_number, "event_id"),
    "text_for_time": _each(lambda timestamp: str(_epoch_ms(timestamp)), "timestamp"),
    "epoch_us": _each(lambda timestamp: _epoch_ms(timestamp) * 1_000, "timestamp"),
    "epoch_ns": _each(lambda timestamp: _epoch_ms(timestamp) * 1_000_000, "timestamp"),
    "byte_order_mark": _behind(BYTE_ORDER_MARK),
    "schema_prefix": _behind(SCHEMA_7),
}

FORMS: dict[str, dict[str, Form]] = {
    "gps": _OF_ALL
    | {
        "not measured": _without("speed_kmh", "heading_deg"),
        "text_for_number": _each(str, "latitude", "longitude", "speed_kmh"),
        "empty": _with(heading_deg="", road_id=""),
        "null": _with(vehicle_type=None),
        "unknown_mark": _with(heading_deg=511, speed_kmh=-1),
        "letter_case": _each(str.upper, "vehicle_type"),
        "unlisted": _with(vehicle_type="rickshaw"),
    },
    "traffic": _OF_ALL
    | {
        "not measured": _without("speed_kmh", "occupancy_pct"),
        "text_for_number": _each(str, "speed_kmh", "vehicle_count"),
        "empty": _with(occupancy_pct=""),
        "unknown_mark": _with(speed_kmh=-1),
    },
    "emergency": _OF_ALL
    | {
        "not measured": _without("road_id", "unit_id", "hospital_id"),
        "text_for_number": _each(str, "severity", "latitude", "longitude"),
        "empty": _with(hospital_id=""),
        "unplaced": _with(latitude="n/a", longitude=-200),
        "null": _with(kind=None),
        "letter_case": _each(str.title, "kind"),
        "unlisted": _with(kind="cat in tree"),
    },
    "weather": _OF_ALL
    | {
        "not measured": _without("humidity_pct", "wind_speed_ms", "visibility_m"),
        "text_for_number": _each(str, "temperature_c", "humidity_pct"),
        "empty": _with(air_quality_index=""),
        "null": _with(condition=None),
        "unknown_mark": _with(humidity_pct=-99, air_quality_index=-9999),
        "letter_case": _each(str.title, "condition"),
        "unlisted": _with(condition="raining frogs"),
    },
    "camera": _OF_ALL
    | {
        "not measured": _without("mean_speed_kmh", "plate_hash"),
        "text_for_number": _counts(lambda counts: {name: str(count) for name, count in counts.items()}),
        "empty": _with(mean_speed_kmh=""),
        "null": _counts(lambda counts: counts | {"other": None}),
        "unknown_mark": _with(mean_speed_kmh=-1),
        "letter_case": _counts(lambda counts: {name.title(): count for name, count in counts.items()}),
        "unlisted": _counts(
            lambda counts: {
                "e_scooter" if name == "bicycle" else name: count for name, count in counts.items()
            }
        ),
    },
}
"""Type -> form by name. The names of forms that the reader tolerates are its own; the others are clean."""
