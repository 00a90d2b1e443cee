"""Events that become dead letters, each in its own way, made from good ones."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from simulator.record import Fields, Record

Malformation = Callable[[str, Fields, Random, int], bytes]
"""Takes the type, a good event's fields, a generator and the time in epoch ms; gives the bytes."""

DAY_S = 86_400
DEEP = 20_000
"""Brackets; decoders that recurse give up at 1,000 to 10,000."""

NEEDED: dict[str, tuple[str, ...]] = {
    "gps": ("timestamp", "vehicle_id", "latitude", "longitude"),
    "traffic": ("timestamp", "road_id"),
    "emergency": ("timestamp", "incident_id", "status", "severity"),
    "weather": ("timestamp", "station_id", "latitude", "longitude"),
    "camera": ("timestamp", "camera_id", "road_id"),
}
"""No event of the type goes without any of these."""
MEASURED: dict[str, tuple[str, ...]] = {
    "gps": ("latitude", "longitude", "speed_kmh", "heading_deg"),
    "traffic": ("speed_kmh", "vehicle_count", "occupancy_pct"),
    "emergency": ("kind", "status", "severity"),
    "weather": (
        "temperature_c", "humidity_pct", "wind_speed_ms", "precipitation_mm_h", "visibility_m",
        "condition", "air_quality_index",
    ),
    "camera": ("counts", "mean_speed_kmh", "incident"),
}  # fmt: skip
"""What an event tells: without all of it there is none."""
FORGIVEN: dict[str, tuple[str, ...]] = {"emergency": ("latitude", "longitude")}
"""Whatever stands there, the event is taken."""
OUT_OF_RANGE: dict[str, tuple[tuple[str, Any], ...]] = {
    "gps": (("latitude", 123.4), ("longitude", 181), ("speed_kmh", 1e308), ("heading_deg", 720)),
    "traffic": (("speed_kmh", -5), ("vehicle_count", -1), ("occupancy_pct", 130)),
    "emergency": (("severity", 9), ("severity", 0), ("status", "lost")),
    "weather": (("humidity_pct", 140), ("temperature_c", -300), ("precipitation_mm_h", 1e308)),
    "camera": (("counts", {"car": -3}), ("mean_speed_kmh", 900), ("plate_hash", "short")),
}
"""A speed of -1 is none of them: it stands for "not known"."""


def malformed(record: Record, rng: Random, now_ms: int) -> Record:
    """A record that becomes a dead letter, made from a good one, under the same key."""
    make = MALFORMATIONS[rng.choice(tuple(MALFORMATIONS))]
    fields = msgspec.json.decode(record.value, type=Fields)
    return Record(record.type, record.key, make(record.type, fields, rng, now_ms), "malformed")


def _encoded(fields: Fields, **changes: Any) -> bytes:
    return msgspec.json.encode(fields | changes)


def _missing_field(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    del fields[rng.choice(NEEDED[type_])]
    return _encoded(fields)


def _nothing_measured(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return _encoded({name: value for name, value in fields.items() if name not in MEASURED[type_]})


def _wrong_type(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    # No field of ours is a list.
    names = [name for name in fields if name not in FORGIVEN.get(type_, ())]
    return _encoded(fields, **{rng.choice(names): ["none"]})


def _out_of_range(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    name, value = rng.choice(OUT_OF_RANGE[type_])
    return _encoded(fields, **{name: value})


def _not_a_number(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    text = _encoded(fields, timestamp="HERE")
    return text.replace(b'"HERE"', rng.choice((b"NaN", b"Infinity", b"1e999")))


def _broken_json(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    text = _encoded(fields)
    return text[: rng.randrange(1, len(text))]


def _empty(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return b""


def _binary(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return b"\x00\xff" + rng.randbytes(rng.randrange(10, 200))


def _not_an_object(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return msgspec.json.encode([fields])


def _too_deep(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    # A field is missing too: a decoder that bears the depth refuses it all the same.
    del fields["timestamp"]
    return b'{"extra":' + b"[" * DEEP + b"]" * DEEP + b"," + _encoded(fields)[1:]


def _clock_never_set(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return _encoded(fields, timestamp=rng.choice((0, 12.5, "1970-01-01T00:00:12Z")))


def _clock_far_ahead(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return _encoded(fields, timestamp=rng.choice((32_503_593_600, "2999-12-31T00:00:00Z")))


def _clock_a_day_ahead(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return _encoded(fields, timestamp=now_ms / 1000 + DAY_S)


def _no_zone(type_: str, fields: Fields, rng: Random, now_ms: int) -> bytes:
    return _encoded(fields, timestamp="2026-01-01T12:00:00")


MALFORMATIONS: dict[str, Malformation] = {
    "missing field": _missing_field,
    "nothing measured": _nothing_measured,
    "wrong type": _wrong_type,
    "out of range": _out_of_range,
    "not a number": _not_a_number,
    "broken JSON": _broken_json,
    "empty": _empty,
    "binary": _binary,
    "not an object": _not_an_object,
    "too deep": _too_deep,
    "clock never set": _clock_never_set,
    "clock far ahead": _clock_far_ahead,
    "clock a day ahead": _clock_a_day_ahead,
    "no zone": _no_zone,
}
"""By name. All but "clock a day ahead" are refused whenever they come; that one lies beyond the
bound for events from the future, which is a minute unless a deployment sets a day or more."""
