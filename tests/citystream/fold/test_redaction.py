"""What says who somebody is never comes out of a redaction, whatever it came in; all else does, as it was."""

import json
import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import personal
from citystream.contracts.gps import Gps
from citystream.contracts.registry import EVENTS
from citystream.fold.dead_letters import explain
from citystream.fold.fold import PartitionFold
from citystream.fold.reader import Reader
from citystream.fold.redaction import MARK, Redaction
from citystream.log.batches import PlainRecord
from citystream.service import Service
from citystream.settings import Settings, SettingsError, load
from services.gps.aggregate import service as gps
from tests.citystream.fold.test_fold import RULES
from tests.services.descriptions import SERVICES

GPS = gps(None)
SECRET = "zq7731"
AT_MS = 1_790_000_000_000
CLEAN = b'{"event_id":"e","timestamp":1790000000000,"vehicle_id":"v","latitude":48.10,"longitude":11.5'
redact = Redaction(GPS, personal.NAMES)
Draw = Callable[[st.SearchStrategy[Any]], Any]

# No listed name, nor an end of one, comes of these by chance.
letters = st.text(st.sampled_from('xyzé\\"/\n:,{}[] \U0001f600'), max_size=6)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), letters
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3)
)
secrets = st.sampled_from(
    [SECRET, f'a "quoted" {SECRET}', f"{SECRET}, {{}} [x]: 1", {"x": [SECRET]}, [[SECRET], 1], f"{SECRET}\\"]
)


def escaped(rng: random.Random, text: str) -> str:
    """A JSON string of which some letters are escaped."""
    body = "".join(
        f"\\u{ord(char):04{rng.choice('xX')}}"
        if char.isalnum() and ord(char) < 0x80 and rng.random() < 0.2
        else json.dumps(char)[1:-1]
        for char in text
    )
    return f'"{body}"'


def member(rng: random.Random, secret: Any) -> str:
    """A listed name in some spelling, and a value."""
    words = rng.choice(personal.NAMES).split("_")
    spelled = rng.choice("_- .").join(rng.choice([str.lower, str.upper, str.title])(word) for word in words)
    blank = rng.choice(["", " ", "\n\t"])
    return f"{escaped(rng, spelled.replace(' ', rng.choice(['', ' '])))}{blank}:{blank}{json.dumps(secret)}"


@st.composite
def planted(draw: Draw, secret: st.SearchStrategy[Any] = secrets) -> str:
    """JSON with a secret at some depth, perhaps in a text that holds JSON."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    text = f"{{{member(rng, draw(secret))}}}"
    for how in draw(st.lists(st.integers(0, 3), max_size=4)):
        other = json.dumps(draw(values))
        text = (
            f"[{other}, {text}]",
            f'{{"x":{other},"yy": {text},"z":1.50}}',
            f"{{{member(rng, SECRET)},{escaped(rng, 'xyz')}:{text},{member(rng, SECRET)}}}",
            f'{{"x":{json.dumps(text)}}}',
        )[how]
    return text


@given(planted())
def test_no_secret_comes_out_of_json(text: str) -> None:
    value = text.encode()
    cleaned = redact(value)
    assert SECRET.encode() not in cleaned.lower()
    assert b"(redacted)" in cleaned
    msgspec.json.decode(cleaned)
    assert redact(cleaned) == cleaned
    # What the archive asks of a whole object finds it too.
    found = pc.match_substring_regex(pa.array([value], pa.binary()), redact.trace)
    assert found.to_pylist() == [True]


@given(planted(), st.sampled_from([b"", b"\xef\xbb\xbf", b"\x00\x00\x00\x00\x07", b"\x03\x00glue"]))
def test_no_secret_comes_out_of_what_was_cut(text: str, prefix: bytes) -> None:
    value = prefix + text.encode()
    for end in range(len(value)):
        cleaned = redact(value[:end])
        assert SECRET.encode() not in cleaned.lower()
        assert redact(cleaned) == cleaned


@given(planted(st.just(SECRET)), st.data())
def test_no_secret_comes_out_of_what_lacks_a_quote(text: str, data: st.DataObject) -> None:
    # One behind a backslash leaves another escape, which may take the name's first letter.
    quotes = [found.start() for found in re.finditer(r'(?<!\\)"', text)]
    at = data.draw(st.sampled_from(quotes))
    assert SECRET.encode() not in redact((text[:at] + text[at + 1 :]).encode()).lower()


@given(planted(st.just(SECRET)), st.sampled_from(["utf-16", "utf-16-be", "utf-32", "utf-16-le"]), st.data())
def test_no_secret_comes_out_of_two_or_four_bytes_a_letter(
    text: str, encoding: str, data: st.DataObject
) -> None:
    value = text.encode(encoding)
    cleaned = redact(value[: data.draw(st.integers(0, len(value)))])
    assert SECRET not in cleaned.replace(b"\x00", b"").decode("latin1").lower()


@given(values)
def test_bytes_without_such_a_field_stay_as_they_are(value: Any) -> None:
    for text in (json.dumps(value), json.dumps({"yy": json.dumps(value)}), json.dumps(value)[:-1]):
        assert redact(text.encode()) == text.encode()


@given(st.binary())
def test_any_bytes_are_taken(value: bytes) -> None:
    assert redact(redact(value)) == redact(value)


@pytest.mark.parametrize(
    ("extra", "left"),
    [
        (b',"phone" : 17,"n":1.50e2 }', b',"phone" : "(redacted)","n":1.50e2 }'),
        (b',"driver":{"name":"M","x":[1,2]},"driver":2}', b',"driver":"(redacted)","driver":"(redacted)"}'),
        (b',"x":"{\\"phone\\":1,\\"y\\":2}"}', b',"x":"{\\"phone\\":\\"(redacted)\\",\\"y\\":2}"}'),
        (
            b',"drivers":1,"phone_type":"x","kind":"driver"}',
            b',"drivers":1,"phone_type":"x","kind":"driver"}',
        ),
        (b',"road_id":"{\\"phone\\":1}"}', b',"road_id":"{\\"phone\\":1}"}'),
        (b',"x":{"road_id":"{\\"phone\\":1}"}}', b',"x":{"road_id":"{\\"phone\\":\\"(redacted)\\"}"}}'),
        (b',"email":"M","x":"cut', b',"email":"(redacted)","x":"cut'),
    ],
)
def test_all_else_stays_byte_for_byte(extra: bytes, left: bytes) -> None:
    assert redact(CLEAN + extra) == CLEAN + left


def outcome(value: bytes) -> Any:
    """The event that the reader makes of it, or that it is refused."""
    try:
        return Reader(GPS.event, 0, GPS.check).read(value, AT_MS + 1)
    except (ValueError, RecursionError):
        return "refused"


@given(
    planted(),
    st.sampled_from([b"", b"\x01", b"\xff", b"\\", b'"', b"\\ud800", b"["]),
    st.sampled_from([b"11.5", b'"11.5"', b"1e999"]),
)
def test_what_is_left_is_the_same_event_or_refused_as_before(
    text: str, fault: bytes, longitude: bytes
) -> None:
    body = text.encode().replace(SECRET.encode(), SECRET.encode() + fault, 1)
    value = CLEAN.replace(b"11.5", longitude) + b',"x":' + body + b"}"
    assert outcome(redact(value)) == outcome(value)


@pytest.mark.parametrize("number", [b"1e999", b"[" * 5_000 + b"]" * 5_000, b'"\xff"', b'"\x01"', b"01"])
@pytest.mark.parametrize("longitude", [b"11.5", b'"11.5"'])
def test_an_unreadable_value_is_as_unreadable_when_it_is_gone(number: bytes, longitude: bytes) -> None:
    value = CLEAN.replace(b"11.5", longitude) + b',"driver":' + number + b"}"
    assert outcome(redact(value)) == outcome(value)
    assert number not in redact(value)


def test_a_dead_letter_quotes_nobody() -> None:
    fold: PartitionFold[Any] = PartitionFold(SERVICES["emergency"], RULES, 0, redact)
    quoting = {
        "timestamp": AT_MS, "incident_id": "i", "severity": 1, "status": f'{{"driver_name": "{SECRET}"}}',
    }  # fmt: skip
    key = f'{{"email": "{SECRET}"}}'.encode()
    fold.fold([PlainRecord(0, AT_MS, key, msgspec.json.encode(quoting | {"phone": SECRET}))])
    (letter,) = fold.letters
    assert letter.field == "status"
    assert letter.reason.startswith("Invalid enum value")
    assert SECRET not in repr(letter)


def test_no_default_name_is_a_field_of_an_event() -> None:
    for type_, event in EVENTS.items():
        assert personal.clash(personal.NAMES, type_, event) is None


def test_fields_of_counts_are_fields_too() -> None:
    assert {"counts", "motorcycle", "event_id"} <= personal.field_names(EVENTS["camera"])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("phone, vehicleId", "'vehicleId' is vehicle_id, a field of gps events: .*leave it out"),
        ("Plate-Hash", "'Plate-Hash' is plate_hash, a field of camera events"),
        ("pedestrian", "'pedestrian' is pedestrian, a field of camera events"),
        ("名前", "'名前' has no letter a-z"),
    ],
)
def test_a_list_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, fields: str, reason: str
) -> None:
    monkeypatch.setenv("CITY_REDACT_FIELDS", fields)
    with pytest.raises(SettingsError, match=f"^CITY_REDACT_FIELDS: .*{reason}"):
        load()


def test_a_field_of_an_event_that_is_not_the_platforms_own_is_named_too() -> None:
    class Own(Gps, frozen=True, gc=False, kw_only=True):
        driver: str = ""

    described: Service[Any] = Service(name="own", event=Own)
    with pytest.raises(
        SettingsError, match=r"^CITY_REDACT_FIELDS: 'driver' is driver, a field of own events"
    ):
        Redaction.of(described, Settings())


@pytest.mark.parametrize("fields", ["none", "", " , "])
def test_an_empty_list_redacts_nothing(fields: str) -> None:
    nothing = Redaction.of(GPS, Settings(redact_fields=fields))
    assert nothing(b'{"phone":1}') == b'{"phone":1}'
    assert nothing.trace == ""


def test_a_list_of_ones_own_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_REDACT_FIELDS", "badge_no, téléfono")
    own = Redaction.of(GPS, load())
    cleaned = own('{"badgeNo":1,"Téléfono":2,"phone":3}'.encode())
    assert cleaned == b'{"badgeNo":' + MARK + ',"Téléfono":'.encode() + MARK + b',"phone":3}'
    assert explain(ValueError(own.text('x: {"badge_no": 7}'))) == ("x", '{"badge_no": "(redacted)"}')


def test_many_names_are_no_trouble() -> None:
    many = Redaction(GPS, [f"field_of_somebody_{number}" for number in range(100)])
    match = partial(pc.match_substring_regex, pattern=many.trace)
    assert match(pa.array([b'{"fieldOfSomebody99":1}', b'{"a":1}', None], pa.binary())).to_pylist() == [
        True,
        False,
        None,
    ]
