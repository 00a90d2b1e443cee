"""Versions: what one run makes of one day. Their names tell which day, and when the run began."""

import re
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from citystream.contracts.city_day import CityDay

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{8}T\d{12})-[0-9a-f]{4}")


class Version(NamedTuple):
    """What a name says."""

    date: str
    """Of the city."""
    begun_ms: int
    """Epoch milliseconds."""


def new_version(day: CityDay) -> str:
    """Name of a version of a day; of two the later is the greater."""
    return f"{day.date}.{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def parsed(name: str) -> Version | None:
    """What a name says; None of one that is no version's."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    begun = datetime.strptime(f"{found[2]}+0000", "%Y%m%dT%H%M%S%f%z")
    return Version(found[1], round(begun.timestamp() * 1000))
