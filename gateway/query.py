"""What may stand behind the question mark, checked by name."""

import base64
import binascii
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, get_args

import msgspec
from starlette.datastructures import QueryParams

from citystream.contracts.events import VehicleType, event_time_ms
from gateway.bounds import Bounds, BoundsError, checked
from gateway.problems import bad_field

DEFAULT_LIMIT = 1_000
HIGHEST_LIMIT = 10_000
VEHICLE_TYPES: tuple[str, ...] = get_args(VehicleType)
BBOX_REMEDY = (
    "give minlon,minlat,maxlon,maxlat in degrees; a box over the 180th meridian is asked for in two parts"
)


class VehicleQuery(msgspec.Struct, frozen=True):
    """Which vehicles, and which page of them."""

    bbox: Bounds | None = None
    types: frozenset[str] | None = None
    since_ms: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    """Id of the last vehicle of the page before."""


def vehicle_query(params: QueryParams) -> VehicleQuery:
    """Read the parameters of the vehicle list.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = _single(params, {"bbox", "type", "since", "limit", "cursor"})
    return VehicleQuery(
        bbox=_bbox(given["bbox"]) if "bbox" in given else None,
        types=_types(given["type"]) if "type" in given else None,
        since_ms=_since_ms(given["since"]) if "since" in given else None,
        limit=_limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT,
        after=_after(given["cursor"]) if "cursor" in given else None,
    )


def no_parameters(params: QueryParams) -> None:
    """Refuse any parameter.

    Raises:
        ProblemError: naming it.
    """
    _single(params, ())


def cursor(last_key: str) -> str:
    """What asks for the page after this key."""
    return base64.urlsafe_b64encode(last_key.encode()).decode().rstrip("=")


def _single(params: QueryParams, allowed: Collection[str]) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for name, value in params.multi_items():
        if name not in allowed:
            known = f"this route takes {', '.join(sorted(allowed)) or 'no parameters'}"
            raise bad_field(name, "unknown parameter", known)
        if name in given:
            raise bad_field(name, "given more than once", "give it once")
        given[name] = value
    return given


def _bbox(text: str) -> Bounds:
    try:
        return checked([float(part) for part in text.split(",")])
    except BoundsError as error:
        raise bad_field("bbox", str(error), BBOX_REMEDY) from error
    except ValueError as error:
        raise bad_field("bbox", f"{text!r} has a part that is no number", BBOX_REMEDY) from error


def _types(text: str) -> frozenset[str]:
    types = frozenset(text.split(","))
    unknown = sorted(types - set(VEHICLE_TYPES))
    if unknown:
        raise bad_field(
            "type", f"no vehicle type {unknown[0]!r}", f"one or more of {','.join(VEHICLE_TYPES)}"
        )
    return types


def _since_ms(text: str) -> int:
    remedy = "give RFC 3339 with a zone (2026-11-23T08:00:00Z; a + is written %2B), or epoch s or ms"
    try:
        return event_time_ms(_moment(text))
    except (ValueError, OverflowError) as error:
        reason = "outside the years 2000 to 2100" if "outside" in str(error) else f"{text!r} is no time"
        raise bad_field("since", reason, remedy) from error


def _moment(text: str) -> datetime | float:
    try:
        return float(text)
    except ValueError:
        moment: datetime = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
        return moment


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= HIGHEST_LIMIT and len(text) < 9):
        raise bad_field("limit", f"{text!r} is not 1 to {HIGHEST_LIMIT}", "page on with cursor")
    return int(text)


def _after(text: str) -> str:
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise bad_field(
            "cursor", "not one of ours", "give next_cursor of the page before, unchanged"
        ) from error
