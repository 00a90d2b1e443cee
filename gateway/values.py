"""What may stand behind a parameter's equals sign.

Each raises a `ProblemError` (400) that names the parameter, the reason and the remedy.
"""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, get_args

import msgspec
from starlette.datastructures import QueryParams

from citystream.contracts.daily_view import DailyView
from citystream.contracts.daily_views import DAILY
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.gps import VehicleType
from citystream.contracts.redis_keys import DAY_S
from gateway.bounds import Bounds, BoundsError, checked
from gateway.endpoint import CSV, GEOJSON, JSON, PARQUET
from gateway.pages import read_cursor
from gateway.problems import bad_field

HIGHEST_LIMIT = 10_000
VEHICLE_TYPES: tuple[str, ...] = get_args(VehicleType)
MEASURED_LEVELS = ("free", "light", "moderate", "heavy", "jammed")
BBOX_REMEDY = (
    "give minlon,minlat,maxlon,maxlat in degrees; over the 180th meridian minlon is greater than maxlon"
)
FORMATS: Mapping[str, str] = {"json": JSON, "geojson": GEOJSON, "csv": CSV, "parquet": PARQUET}
"""`format`, for who can't set a header -> media type."""
IDS = "id"
"""The one parameter that may be given several times: an id may have a comma in it."""
# A browser's address bar sends a plus as it is, and a plus in a query is a blank.
_BARE_PLUS = re.compile(r"(.*T.*) (\d\d:\d\d)")
# `date.fromisoformat` takes other forms too.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def single(params: QueryParams, allowed: Collection[str]) -> Mapping[str, str]:
    """Parameters by name: each once but for ids, and none that the route does not take."""
    given: dict[str, str] = {}
    for name, value in params.multi_items():
        if name not in allowed:
            known = f"this route takes {', '.join(sorted(allowed)) or 'no parameters'}"
            raise bad_field(name, "unknown parameter", known)
        if name in given and name != IDS:
            raise bad_field(name, "given more than once", "give it once")
        given[name] = value
    return given


def ids(params: QueryParams) -> tuple[str, ...]:
    """The ids that are asked for, each once."""
    return tuple(dict.fromkeys(params.getlist(IDS)))


def media_type(text: str, offers: Collection[str]) -> str:
    """What `format` asks for."""
    offered = {name: one for name, one in FORMATS.items() if one in offers}
    if text not in offered:
        raise bad_field("format", f"no format {text!r}", f"one of {', '.join(offered)}")
    return offered[text]


def bbox(text: str) -> Bounds:
    """`minlon,minlat,maxlon,maxlat`."""
    try:
        return checked([_number(part) for part in text.split(",")])
    except BoundsError as error:
        raise bad_field("bbox", str(error), BBOX_REMEDY) from error
    except ValueError as error:
        raise bad_field("bbox", f"{text!r} has a part that is no number", BBOX_REMEDY) from error


def vehicle_types(text: str) -> frozenset[str]:
    """Vehicle types, separated by commas."""
    return among("type", text, VEHICLE_TYPES)


def among(field: str, text: str, known: Collection[str]) -> frozenset[str]:
    """Some of the known words, separated by commas."""
    named = frozenset(text.split(","))
    unknown = sorted(named - set(known))
    if unknown:
        raise bad_field(field, f"no {field} {unknown[0]!r}", f"one or more of {','.join(known)}")
    return named


def between(field: str, text: str, lowest: float, highest: float) -> float:
    """A number in a range, its ends included."""
    try:
        number = _number(text)
    except ValueError:
        number = math.nan
    # NaN is between nothing.
    if not lowest <= number <= highest:
        raise bad_field(
            field, f"{text!r} is not {lowest:.0f} to {highest:.0f}", "give a number in this range"
        )
    return number


def step_s(text: str, window_s: int) -> int:
    """Seconds: a multiple of a window's length, up to a day."""
    digits = text if text.isascii() and text.isdigit() and len(text) < 9 else "0"
    if not 0 < int(digits) <= DAY_S or int(digits) % window_s:
        raise bad_field(
            "step", f"{text!r} is no multiple of {window_s} up to {DAY_S}", "give seconds: windows are summed"
        )
    return int(digits)


def time_ms(field: str, text: str) -> int:
    """A moment, as epoch milliseconds."""
    remedy = "give RFC 3339 with a zone (2026-11-23T08:00:00Z), or epoch s or ms"
    try:
        return event_time_ms(_moment(_BARE_PLUS.sub(r"\1+\2", text)))
    except (ValueError, OverflowError) as error:
        reason = "outside the years 2000 to 2100" if "outside" in str(error) else f"{text!r} is no time"
        raise bad_field(field, reason, remedy) from error


def _moment(text: str) -> datetime | float:
    try:
        return _number(text)
    except ValueError:
        moment: datetime = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
        return moment


def city_date(text: str, today: date) -> date:
    """A day of the city."""
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in named:
        return named[text]
    remedy = "give YYYY-MM-DD, today or yesterday"
    if not _DATE.fullmatch(text):
        raise bad_field("date", f"{text!r} is no date", remedy)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise bad_field("date", f"{text!r}: {error}", remedy) from error
    if not 2000 <= day.year < 2100:
        raise bad_field("date", "outside the years 2000 to 2100", remedy)
    return day


def daily_view(given: Mapping[str, str]) -> DailyView:
    """The daily view that is asked for."""
    known = f"one of {', '.join(DAILY)}"
    if "view" not in given:
        raise bad_field("view", "is missing", known)
    if given["view"] not in DAILY:
        raise bad_field("view", f"no view {given['view']!r}", known)
    return DAILY[given["view"]]


def limit(given: Mapping[str, str]) -> int | None:
    """How many things at most; None if it is not given."""
    text = given.get("limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= HIGHEST_LIMIT and len(text) < 9):
        raise bad_field("limit", f"{text!r} is not 1 to {HIGHEST_LIMIT}", "page on with cursor")
    return int(text)


def after(given: Mapping[str, str]) -> str | None:
    """The id that a cursor stands for; None if there is none."""
    return read_cursor(given["cursor"], str) if "cursor" in given else None


def _number(text: str) -> float:
    """A number as JSON and people write them: Python alone takes `1_000`.

    Raises:
        ValueError: it is none.
    """
    if "_" in text:
        raise ValueError(text)
    return float(text)
