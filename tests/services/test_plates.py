"""A plate never rests in clear, whatever it came in."""

import hashlib
import hmac

import msgspec
import pytest

from citystream.fold.tolerance import redacted
from services.camera.plates import redactor

KEY = "a key"
HASH = hmac.new(KEY.encode(), b"MAB1234", hashlib.sha256).hexdigest()
redact = redactor(KEY)


def test_a_plate_becomes_its_keyed_hash() -> None:
    value = redact(b'{"camera_id":"c","plate":"M-AB 1234"}')
    assert msgspec.json.decode(value) == {"camera_id": "c", "plate_hash": HASH}


def test_spellings_of_a_plate_have_one_hash() -> None:
    assert redact(b'{"plate":"m ab-1234"}') == redact(b'{"plate":"MAB1234"}')


def test_without_a_key_a_plate_is_redacted() -> None:
    value = redactor(None)(b'{"a":1,"plate":"M-AB 1234"}')
    assert value == b'{"a":1,"plate":"(redacted)"}'
    # Nor is it hashed when there is a key later.
    assert redact(value) == value


def test_no_plate_stays_none() -> None:
    assert redact(b'{"plate":null}') == b'{"plate":null}'


@pytest.mark.parametrize(
    "value",
    [
        b'{"plate":"M-AB 1234","deep":{"list":[{"plate":"M-AB 1234"}]}}',
        b'{"pl\\u0061te":"M-AB 1234"}',
        b'{"plate" : "M-AB 1234", broken',
        b'{"plate":"M-AB 1234',
        b'[{"plate":"M-AB 1234"}',
        b'{"plate":"M-AB 1234"}' + b"[" * 5_000,
        b'{"\\u0070\\u006C\\u0061\\u0074\\u0065":"M-AB 1234", broken',
        b'{"pl\\u0061te":"M-AB 1234',
        b'{"Plate":"M-AB 1234"}',
        b'{"raw":"{\\"plate\\":\\"M-AB 1234\\"}"}',
    ],
)
def test_no_plate_gets_through(value: bytes) -> None:
    cleaned = redact(value)
    assert b"1234" not in cleaned
    assert HASH.encode() in cleaned


@pytest.mark.parametrize(
    "prefix", [b"\xef\xbb\xbf", b"\x00\x00\x00\x00\x07", b"\x00\x00\x00\x00\x07\xef\xbb\xbf"]
)
@pytest.mark.parametrize(
    "text",
    [b'{"plate":"M-AB 1234"}', b'{"pl\\u0061te":"M-AB 1234"}', b'{"pl\\u0061te":"M-AB 1234", broken'],
)
def test_what_serializers_put_first_hides_no_plate(prefix: bytes, text: bytes) -> None:
    cleaned = redacted(redact, prefix + text)
    assert cleaned.startswith(prefix + b"{")
    assert b"1234" not in cleaned
    assert HASH.encode() in cleaned


def test_bytes_without_a_plate_stay_as_they_are() -> None:
    for value in (b"", b'{"plate_hash":"abc"}', b'{"camera_id": "plates"}', bytes(range(256))):
        assert redact(value) == value
