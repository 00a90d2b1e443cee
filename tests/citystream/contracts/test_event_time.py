"""What a timestamp may be, and what it comes to."""

import msgspec
import pytest

from citystream.contracts.event import Timestamp
from citystream.contracts.event_time import event_time_ms

# 2026-11-23T08:15:30.250Z, from `date -u -d ... +%s`.
MS = 1_795_421_730_250


def read(literal: str) -> int:
    return event_time_ms(msgspec.json.decode(literal, type=Timestamp))


@pytest.mark.parametrize(
    "literal",
    [
        '"2026-11-23T08:15:30.250Z"',
        '"2026-11-23T08:15:30.25+00:00"',
        '"2026-11-23T13:45:30.250+05:30"',
        '"2026-11-22T22:15:30.250-10:00"',
        "1795421730.25",
        "1795421730250",
        "1.79542173025e12",
    ],
)
def test_all_ways_to_say_one_moment_agree(literal: str) -> None:
    assert read(literal) == MS


def test_microseconds_are_rounded_to_milliseconds() -> None:
    assert read('"2026-11-23T08:15:30.250499Z"') == MS
    assert read('"2026-11-23T08:15:30.250600Z"') == MS + 1


@pytest.mark.parametrize(
    ("literal", "ms"),
    [
        ('"2000-01-01T00:00:00Z"', 946_684_800_000),
        ("946684800", 946_684_800_000),
        ("946684800000", 946_684_800_000),
        ('"2099-12-31T23:59:59.999Z"', 4_102_444_799_999),
    ],
)
def test_the_first_and_last_moments_are_taken(literal: str, ms: int) -> None:
    assert read(literal) == ms


@pytest.mark.parametrize(
    "literal",
    [
        '"1999-12-31T23:59:59.999Z"',
        '"1970-01-01T00:00:00Z"',
        '"2100-01-01T00:00:00Z"',
        '"2999-01-01T00:00:00Z"',
        '"0001-01-01T00:00:00+14:00"',
        "0",
        "-1",
        "946684799",
        "4102444800",
        "4102444800000",
        "32472144000",
        "1e308",
        "-1e308",
        "99999999999",
        "100000000000",
    ],
)
def test_a_moment_outside_2000_to_2100_is_refused_by_name(literal: str) -> None:
    with pytest.raises(ValueError, match=r"^timestamp: outside the years 2000 to 2100"):
        read(literal)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_no_time(number: float) -> None:
    with pytest.raises(ValueError, match=r"^timestamp:"):
        event_time_ms(number)


@pytest.mark.parametrize(
    "literal",
    ['"2026-11-23T08:15:30"', '"2026-11-23"', '"yesterday"', '""', "NaN", "true", "[]", '"1795421730"'],
)
def test_a_text_without_zone_or_sense_is_refused(literal: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(literal)
