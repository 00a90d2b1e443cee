"""Every field of every event: missing, of a wrong type, out of range. The refusal names the field."""

import copy
from typing import Any

import msgspec
import pytest

from citystream.contracts import schemas
from citystream.contracts.event_time import LATEST_MS
from citystream.contracts.registry import EVENTS
from citystream.fold.dead_letters import explain
from citystream.fold.reader import Reader

Json = dict[str, Any]


def example(type_: str) -> Json:
    event: Json = schemas.json_schema(type_, EVENTS[type_])["examples"][0]
    return copy.deepcopy(event)


def refusal(type_: str, text: bytes) -> tuple[str, str]:
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(text, type=EVENTS[type_])
    return explain(caught.value)


def without(type_: str, field: str) -> bytes:
    event = example(type_)
    del event[field]
    return msgspec.json.encode(event)


def with_value(type_: str, field: str, value: Any) -> bytes:
    return msgspec.json.encode(example(type_) | {field: value})


def every_field() -> list[tuple[str, str]]:
    return [(type_, field) for type_, event in EVENTS.items() for field in event.__struct_fields__]


REQUIRED = [
    (type_, field.name)
    for type_, event in EVENTS.items()
    for field in msgspec.structs.fields(event)
    if field.required
]


# Bounds as the platform promises them, written out: (fields, values below, values above).
BOUNDS: list[tuple[tuple[str, ...], list[float], list[float]]] = [
    (("latitude",), [-90.001], [90.001, 1e308]),
    (("longitude",), [-180.001], [180.001]),
    (("speed_kmh", "mean_speed_kmh"), [-0.1], [400.1, 1e308]),
    (("heading_deg",), [-1], [360.5]),
    (("vehicle_count",), [-1], [100_001]),
    (("occupancy_pct", "humidity_pct"), [-0.5], [100.5]),
    (("severity",), [0], [6]),
    (("temperature_c",), [-90.5], [60.5]),
    (("wind_speed_ms",), [-0.1], [150.1]),
    (("precipitation_mm_h",), [-0.1], [500.1]),
    (("visibility_m",), [-1], [200_001]),
    (("air_quality_index",), [-1], [1001]),
]
OUT_OF_RANGE = [
    (type_, field, value)
    for type_, field in every_field()
    for fields, below, above in BOUNDS
    if field in fields
    for value in (*below, *above)
]


@pytest.mark.parametrize("type_", EVENTS)
def test_every_numeric_field_has_bounds(type_: str) -> None:
    bounded = {field for fields, _, _ in BOUNDS for field in fields}
    for field, about in schemas.json_schema(type_, EVENTS[type_])["properties"].items():
        kinds = [about, *about.get("anyOf", [])]
        if field != "timestamp" and any(kind.get("type") in ("number", "integer") for kind in kinds):
            assert field in bounded
            assert any("minimum" in kind and "maximum" in kind for kind in kinds)


@pytest.mark.parametrize(("type_", "field"), REQUIRED)
def test_a_missing_field_is_named(type_: str, field: str) -> None:
    assert refusal(type_, without(type_, field)) == (field, "is missing")


@pytest.mark.parametrize(("type_", "field"), every_field())
def test_a_wrong_type_is_refused_by_name(type_: str, field: str) -> None:
    wrong: tuple[Any, ...] = ([], True, "a text" if field == "counts" else {"a": "map"})
    for value in wrong:
        named, reason = refusal(type_, with_value(type_, field, value))
        assert named == field
        assert "Expected" in reason


@pytest.mark.parametrize(("type_", "field"), REQUIRED)
def test_null_is_no_value_of_a_required_field(type_: str, field: str) -> None:
    assert refusal(type_, with_value(type_, field, None))[0] == field


@pytest.mark.parametrize(("type_", "field", "value"), OUT_OF_RANGE)
def test_a_value_out_of_range_is_refused_by_name(type_: str, field: str, value: float) -> None:
    whole = int(value) if field in ("severity", "vehicle_count") else value
    assert refusal(type_, with_value(type_, field, whole))[0] == field


@pytest.mark.parametrize(
    ("type_", "field"), [(t, f) for t, f in every_field() if f.endswith("_id") or f == "event_id"]
)
@pytest.mark.parametrize("value", ["", "x" * 101])
def test_an_id_is_1_to_100_characters(type_: str, field: str, value: str) -> None:
    assert refusal(type_, with_value(type_, field, value))[0] == field


@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("gps", "vehicle_type"),
        ("emergency", "kind"),
        ("emergency", "status"),
        ("weather", "condition"),
    ],
)
def test_an_unknown_choice_is_refused_by_name(type_: str, field: str) -> None:
    assert refusal(type_, with_value(type_, field, "submarine"))[0] == field


@pytest.mark.parametrize("name", ["car", "bus", "truck", "motorcycle", "bicycle", "pedestrian"])
@pytest.mark.parametrize("value", [-1, 100_001, 1.5, "3"])
def test_a_bad_count_is_named_with_its_class(name: str, value: Any) -> None:
    assert refusal("camera", with_value("camera", "counts", {name: value}))[0] == f"counts.{name}"


def test_a_plate_in_clear_has_no_place() -> None:
    assert refusal("camera", with_value("camera", "plate_hash", "8ABC123"))[0] == "plate_hash"


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"0x10"])
def test_a_number_that_json_lacks_is_refused(literal: bytes) -> None:
    text = with_value("traffic", "speed_kmh", 0).replace(b'"speed_kmh":0', b'"speed_kmh":' + literal)
    assert literal in text
    refusal("traffic", text)


@pytest.mark.parametrize("garbage", [b"", b"null", b"[]", b"{", b"\x00\xff\xfe", b'"text"', b"17"])
@pytest.mark.parametrize("type_", EVENTS)
def test_garbage_is_refused(type_: str, garbage: bytes) -> None:
    assert refusal(type_, garbage)[0] in ("$", "event_id")


@pytest.mark.parametrize("type_", EVENTS)
def test_unknown_fields_are_ignored(type_: str) -> None:
    plain = msgspec.json.decode(msgspec.json.encode(example(type_)), type=EVENTS[type_])
    text = with_value(type_, "mood", {"deep": [1, 2]})
    assert msgspec.json.decode(text, type=EVENTS[type_]) == plain


@pytest.mark.parametrize("type_", EVENTS)
def test_each_optional_field_may_be_missing_or_null(type_: str) -> None:
    required = {field for of, field in REQUIRED if of == type_}
    reader = Reader(EVENTS[type_], 0)
    for field in example(type_).keys() - required:
        missing, _ = reader.read(without(type_, field), round(LATEST_MS))
        null, _ = reader.read(with_value(type_, field, None), round(LATEST_MS))
        assert missing == null
        assert getattr(null, field) in (None, "other", "unknown")
