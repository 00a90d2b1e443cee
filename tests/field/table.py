"""One table of what real devices send: the kind, what is sent, and what it is read as.

Each row changes a clean event of its type. `...` takes a field away. The outcome is what differs from the
clean event when it is read, or the field that its dead letter names.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.harness.events import Fields

AT_MS = 1_790_000_000_000
"""The time of the clean events, and of Kafka."""

CLEAN: dict[str, Fields] = {
    "gps": {
        "event_id": "17",
        "timestamp": AT_MS,
        "vehicle_id": "bus-12",
        "vehicle_type": "bus",
        "latitude": 47.02,
        "longitude": 8.31,
        "speed_kmh": 31.5,
        "heading_deg": 90.0,
    },
    "traffic": {
        "event_id": "17",
        "timestamp": AT_MS,
        "sensor_id": "loop-3",
        "road_id": "ring-1",
        "speed_kmh": 48.0,
        "vehicle_count": 12,
        "occupancy_pct": 8.5,
    },
    "emergency": {
        "event_id": "17",
        "timestamp": AT_MS,
        "incident_id": "2026-0815",
        "kind": "fire",
        "status": "reported",
        "severity": 3,
        "latitude": 47.02,
        "longitude": 8.31,
    },
    "weather": {
        "event_id": "17",
        "timestamp": AT_MS,
        "station_id": "roof-1",
        "latitude": 47.02,
        "longitude": 8.31,
        "temperature_c": 17.5,
        "humidity_pct": 62.0,
        "wind_speed_ms": 4.2,
        "precipitation_mm_h": 0.4,
        "visibility_m": 9500.0,
        "condition": "rain",
    },
    "camera": {
        "event_id": "17",
        "timestamp": AT_MS,
        "camera_id": "bridge-2",
        "road_id": "ring-1",
        "counts": {"car": 5, "bicycle": 2},
        "mean_speed_kmh": 41.0,
    },
}


@dataclass(frozen=True)
class Row:
    """What one sender sends."""

    type: str
    kind: str
    sent: Fields | bytes
    read: Fields | str = field(default_factory=dict)
    """What is read differently from the clean event; a text is the field of the dead letter."""
    forms: tuple[str, ...] = ()
    """What the sender's owner is told."""

    @property
    def value(self) -> bytes:
        if isinstance(self.sent, bytes):
            return self.sent
        merged = CLEAN[self.type] | self.sent
        return msgspec.json.encode({name: value for name, value in merged.items() if value is not ...})

    @property
    def outcome(self) -> dict[str, Any]:
        """Every field as it is read."""
        return CLEAN[self.type] | (self.read if isinstance(self.read, dict) else {})


def clean(type_: str) -> bytes:
    return msgspec.json.encode(CLEAN[type_])


LATER = {"event_id": None}
NO_PLACE = {"latitude": None, "longitude": None}
NUMBER, TEXT, MARK = "number_for_text", "text_for_number", "unknown_mark"

ROWS = [
    # An id is optional, and its sender's own.
    *(Row(type_, "no event_id", {"event_id": ...}, LATER) for type_ in CLEAN),
    Row("gps", "event_id null", {"event_id": None}, LATER),
    Row("gps", "event_id empty", {"event_id": ""}, LATER, ("empty",)),
    # Integers as text in every id.
    *(Row(type_, "event_id a number", {"event_id": 17}, {}, (NUMBER,)) for type_ in CLEAN),
    Row("gps", "vehicle_id a number", {"vehicle_id": 4711}, {"vehicle_id": "4711"}, (NUMBER,)),
    Row("gps", "road_id a number", {"road_id": 7}, {"road_id": "7"}, (NUMBER,)),
    Row(
        "traffic",
        "ids numbers",
        {"sensor_id": 1, "road_id": 2},
        {"sensor_id": "1", "road_id": "2"},
        (NUMBER,),
    ),
    Row("emergency", "incident_id a number", {"incident_id": 815}, {"incident_id": "815"}, (NUMBER,)),
    Row("emergency", "unit_id a number", {"unit_id": 5}, {"unit_id": "5"}, (NUMBER,)),
    Row("emergency", "hospital_id a number", {"hospital_id": 5}, {"hospital_id": "5"}, (NUMBER,)),
    Row("weather", "station_id a number", {"station_id": 9}, {"station_id": "9"}, (NUMBER,)),
    Row("camera", "camera_id a number", {"camera_id": 2}, {"camera_id": "2"}, (NUMBER,)),
    Row("gps", "vehicle_id true", {"vehicle_id": True}, "vehicle_id"),
    Row("gps", "vehicle_id empty", {"vehicle_id": ""}, "vehicle_id"),
    Row("gps", "vehicle_id null", {"vehicle_id": None}, "vehicle_id"),
    Row("gps", "no vehicle_id", {"vehicle_id": ...}, "vehicle_id"),
    # Numbers in strings.
    Row("gps", "numbers in strings", {"latitude": "47.02", "longitude": " 8.31 "}, {}, (TEXT,)),
    Row("traffic", "a count in a string", {"vehicle_count": "12"}, {}, (TEXT,)),
    Row("traffic", "an exponent in a string", {"speed_kmh": "4.8e1"}, {}, (TEXT,)),
    Row("emergency", "severity in a string", {"severity": "3"}, {}, (TEXT,)),
    Row("camera", "counts in strings", {"counts": {"car": "5", "bicycle": "2"}}, {}, (TEXT,)),
    Row("gps", "speed empty", {"speed_kmh": ""}, {"speed_kmh": None}, ("empty",)),
    Row("weather", "humidity empty", {"humidity_pct": ""}, {"humidity_pct": None}, ("empty",)),
    Row("gps", "latitude empty", {"latitude": ""}, "latitude"),
    Row("gps", "speed a word", {"speed_kmh": "fast"}, "speed_kmh"),
    Row("gps", "speed NaN in a string", {"speed_kmh": "NaN"}, "speed_kmh"),
    Row("gps", "latitude out of range in a string", {"latitude": "123.4"}, "latitude"),
    # Times.
    Row("gps", "milliseconds in a string", {"timestamp": str(AT_MS)}, {}, ("text_for_time",)),
    Row("gps", "seconds in a string", {"timestamp": "1790000000.0"}, {}, ("text_for_time",)),
    Row("gps", "epoch microseconds", {"timestamp": AT_MS * 1000}, {}, ("epoch_us",)),
    Row("gps", "epoch nanoseconds", {"timestamp": AT_MS * 1_000_000}, {}, ("epoch_ns",)),
    Row(
        "gps",
        "a leap second",
        {"timestamp": "2016-12-31T23:59:60Z"},
        {"timestamp": 1_483_228_799_999},
        ("leap_second",),
    ),
    Row(
        "gps",
        "a leap second elsewhere",
        {"timestamp": "2017-01-01T05:29:60.25+05:30"},
        {"timestamp": 1_483_228_799_999},
        ("leap_second",),
    ),
    Row("gps", "second 60 of any minute", {"timestamp": "2016-12-31T23:12:60Z"}, "timestamp"),
    Row("gps", "no zone", {"timestamp": "2026-09-21T12:00:00"}, "timestamp"),
    Row("gps", "a clock never set", {"timestamp": "12"}, "timestamp"),
    Row("gps", "microseconds far ahead", {"timestamp": AT_MS * 2000}, "timestamp"),
    # What serializers put first.
    *(
        Row(type_, "a byte order mark", b"\xef\xbb\xbf" + clean(type_), {}, ("byte_order_mark",))
        for type_ in CLEAN
    ),
    *(
        Row(type_, "a schema's id first", b"\x00\x00\x00\x01\x07" + clean(type_), {}, ("schema_prefix",))
        for type_ in CLEAN
    ),
    Row(
        "gps",
        "both, and a number in a string",
        b"\x00\x00\x00\x01\x07\xef\xbb\xbf" + clean("gps").replace(b"47.02", b'"47.02"'),
        {},
        ("byte_order_mark", "schema_prefix", TEXT),
    ),
    Row("gps", "a schema's id before no JSON", b"\x00\x00\x00\x01\x07\xff", "$"),
    Row("gps", "a byte order mark alone", b"\xef\xbb\xbf", "$"),
    # Words.
    Row("gps", "BUS", {"vehicle_type": "BUS"}, {}, ("letter_case",)),
    *(
        Row("gps", word, {"vehicle_type": word}, {"vehicle_type": word})
        for word in ("tram", "ferry", "truck")
    ),
    Row("gps", "no vehicle_type", {"vehicle_type": ...}, {"vehicle_type": "other"}),
    Row("gps", "vehicle_type null", {"vehicle_type": None}, {"vehicle_type": "other"}, ("null",)),
    Row("gps", "hovercraft", {"vehicle_type": "Hovercraft"}, {"vehicle_type": "other"}, ("unlisted",)),
    Row("gps", "a route type's number", {"vehicle_type": 3}, {"vehicle_type": "other"}, ("unlisted",)),
    Row("emergency", "flood", {"kind": "flood"}, {"kind": "other"}, ("unlisted",)),
    Row("emergency", "no kind", {"kind": ...}, {"kind": "other"}),
    Row("emergency", "status in capitals drives a state", {"status": "REPORTED"}, "status"),
    Row("emergency", "an unknown status", {"status": "lost"}, "status"),
    # An incident is never dropped for its place.
    Row("emergency", "no place", {"latitude": ..., "longitude": ...}, NO_PLACE, ("unplaced",)),
    Row("emergency", "a place null", {"latitude": None, "longitude": None}, NO_PLACE, ("unplaced",)),
    Row("emergency", "a place out of range", {"latitude": 123.4}, {"latitude": None}, ("unplaced",)),
    Row("emergency", "a place in words", {"latitude": "n/a", "longitude": [8.31]}, NO_PLACE, ("unplaced",)),
    Row("emergency", "a place in strings", {"latitude": "47.02", "longitude": "8.31"}, {}, (TEXT,)),
    Row("weather", "Rain", {"condition": "Rain"}, {}, ("letter_case",)),
    Row("weather", "sleet", {"condition": "sleet"}, {"condition": "sleet"}),
    Row("weather", "no condition", {"condition": ...}, {"condition": "unknown"}),
    Row("weather", "squall", {"condition": "squall"}, {"condition": "unknown"}, ("unlisted",)),
    Row(
        "camera",
        "a class that is not in the list",
        {"counts": {"car": 5, "scooter": 3, "Skater": "1"}},
        {"counts": {"car": 5, "other": 4}},
        ("unlisted",),
    ),
    Row("camera", "a class in capitals", {"counts": {"Car": 5, "bicycle": 2}}, {}, ("letter_case",)),
    Row(
        "camera",
        "no count among the counts",
        {"counts": {"car": 5, "note": "x"}},
        {"counts": {"car": 5}},
        ("unlisted",),
    ),
    Row("camera", "a class null", {"counts": {"car": 5, "bus": None}}, {"counts": {"car": 5}}, ("null",)),
    Row("camera", "a negative count", {"counts": {"scooter": -3}}, "counts.other"),
    # Not known.
    *(
        Row("gps", f"{name} {what}", {name: sent}, {name: None}, forms)
        for name in ("speed_kmh", "heading_deg")
        for what, sent, forms in (("null", None, ()), ("absent", ..., ()), ("-1", -1, (MARK,)))
    ),
    Row("gps", "heading 511", {"heading_deg": 511}, {"heading_deg": None}, (MARK,)),
    Row("gps", "heading '511'", {"heading_deg": "511"}, {"heading_deg": None}, (MARK,)),
    Row("gps", "heading 400", {"heading_deg": 400}, "heading_deg"),
    Row("traffic", "speed -1", {"speed_kmh": -1}, {"speed_kmh": None}, (MARK,)),
    Row("traffic", "speed -5", {"speed_kmh": -5}, "speed_kmh"),
    Row("traffic", "probe data", {"sensor_id": ...}, {"sensor_id": None}),
    Row(
        "traffic",
        "a speed alone",
        {"vehicle_count": ..., "occupancy_pct": None},
        {"vehicle_count": None, "occupancy_pct": None},
    ),
    Row(
        "traffic",
        "a count alone",
        {"speed_kmh": ..., "occupancy_pct": ...},
        {"speed_kmh": None, "occupancy_pct": None},
    ),
    Row("traffic", "nothing", {"speed_kmh": ..., "vehicle_count": None, "occupancy_pct": ...}, "speed_kmh"),
    Row("traffic", "marks alone", {"speed_kmh": -1, "vehicle_count": None, "occupancy_pct": -1}, "speed_kmh"),
    Row("traffic", "no road_id", {"road_id": ...}, "road_id"),
    *(
        Row("weather", f"no {name}", {name: ...}, {name: None})
        for name in ("temperature_c", "humidity_pct", "wind_speed_ms", "precipitation_mm_h", "visibility_m")
    ),
    *(
        Row("weather", f"{name} -9999", {name: -9999}, {name: None}, (MARK,))
        for name in ("temperature_c", "humidity_pct", "wind_speed_ms", "precipitation_mm_h", "visibility_m")
    ),
    Row(
        "weather",
        "nothing",
        dict.fromkeys(list(CLEAN["weather"])[5:], ...),
        "temperature_c",
    ),
    Row("camera", "no counts", {"counts": ...}, {"counts": None}),
    Row("camera", "nothing", {"counts": ..., "mean_speed_kmh": -1}, "counts"),
]
