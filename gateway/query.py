"""What may stand behind the question mark, checked by name."""

from collections.abc import Mapping
from datetime import date

import msgspec
from starlette.datastructures import QueryParams

from citystream.contracts import gps
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from gateway import values
from gateway.bounds import Bounds
from gateway.daily_process import Selection
from gateway.near import HALF_WAY_ROUND_M
from gateway.pages import read_cursor
from gateway.problems import bad_field

DEFAULT_LIMIT = 1_000
DEFAULT_RANGE_MS = 3_600_000
DEFAULT_RADIUS_M = 1_000.0
DEFAULT_NEAR = 100
LONGER = "give a later time, and ask for a longer range in several requests"


class PageQuery(msgspec.Struct, frozen=True):
    """Which page of a list."""

    limit: int | None = None
    """None is all of it."""
    after: str | None = None
    """Id of the last thing of the page before."""
    ids: tuple[str, ...] = ()
    """Only these; none is all."""
    bbox: Bounds | None = None


def page_query(params: QueryParams, *, boxed: bool = False) -> PageQuery:
    """Read the parameters of a list of which all is asked for as a rule; `boxed`: a `bbox` too.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    box = ("bbox",) if boxed else ()
    given = values.single(params, {"limit", "cursor", "id", "format", *box})
    return PageQuery(
        values.limit(given),
        values.after(given),
        values.ids(params),
        values.bbox(given["bbox"]) if "bbox" in given else None,
    )


class VehicleQuery(msgspec.Struct, frozen=True):
    """Which vehicles, and which page of them."""

    bbox: Bounds | None = None
    types: frozenset[str] | None = None
    since_ms: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    """Id of the last vehicle of the page before."""
    ids: tuple[str, ...] = ()
    """Only these; none is all."""


def vehicle_query(params: QueryParams) -> VehicleQuery:
    """Read the parameters of the vehicle list.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"bbox", "type", "since", "limit", "cursor", "id", "format"})
    return VehicleQuery(
        bbox=values.bbox(given["bbox"]) if "bbox" in given else None,
        types=values.vehicle_types(given["type"]) if "type" in given else None,
        since_ms=values.time_ms("since", given["since"]) if "since" in given else None,
        limit=values.limit(given) or DEFAULT_LIMIT,
        after=values.after(given),
        ids=values.ids(params),
    )


class NearQuery(msgspec.Struct, frozen=True):
    """Which things around a place."""

    latitude: float
    longitude: float
    radius_m: float = DEFAULT_RADIUS_M
    types: frozenset[str] | None = None
    limit: int = DEFAULT_NEAR


def near_query(params: QueryParams, *, typed: bool) -> NearQuery:
    """Read the parameters of a search around a place; `typed`: among vehicles, which have a type.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    types = ("type",) if typed else ()
    given = values.single(params, {"lat", "lon", "radius_m", "limit", "format", *types})
    for name in ("lat", "lon"):
        if name not in given:
            raise bad_field(name, "is missing", "give lat and lon in degrees")
    return NearQuery(
        latitude=values.between("lat", given["lat"], -90, 90),
        longitude=values.between("lon", given["lon"], -180, 180),
        radius_m=values.between("radius_m", given["radius_m"], 0, HALF_WAY_ROUND_M)
        if "radius_m" in given
        else DEFAULT_RADIUS_M,
        types=values.vehicle_types(given["type"]) if "type" in given else None,
        limit=values.limit(given) or DEFAULT_NEAR,
    )


class CongestionQuery(msgspec.Struct, frozen=True):
    """Which congested roads, and which page of them."""

    bbox: Bounds | None = None
    levels: frozenset[str] | None = None
    limit: int | None = None
    after: tuple[float, str] | None = None
    """Ratio and id of the last road of the page before."""


def congestion_query(params: QueryParams) -> CongestionQuery:
    """Read the parameters of the congested roads.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"bbox", "level", "limit", "cursor", "format"})
    return CongestionQuery(
        bbox=values.bbox(given["bbox"]) if "bbox" in given else None,
        levels=values.among("level", given["level"], values.MEASURED_LEVELS) if "level" in given else None,
        limit=values.limit(given),
        after=read_cursor(given["cursor"], tuple[float, str]) if "cursor" in given else None,
    )


class TimeRange(msgspec.Struct, frozen=True):
    """Event time, epoch milliseconds; without the end."""

    start_ms: int
    end_ms: int


def track_query(params: QueryParams, now_ms: int) -> TimeRange:
    """Read `from` and `to` of a track; without them it is the last hour.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    return _range(values.single(params, {"from", "to", "format"}), now_ms, gps.TTL_S, LONGER)


class HistoryQuery(TimeRange, frozen=True):
    """Which windows, how long each, and which page of them."""

    step_s: int | None = None
    """None is as long as they are measured."""
    after_s: int | None = None
    """Where the page before ended, epoch seconds."""


def history_query(params: QueryParams, now_ms: int, window_s: int) -> HistoryQuery:
    """Read the parameters of a history of windows; without a range it is the last hour.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"from", "to", "step", "cursor"})
    wanted = _range(given, now_ms, AGGREGATE_TTL_S, LONGER)
    return HistoryQuery(
        wanted.start_ms,
        wanted.end_ms,
        values.step_s(given["step"], window_s) if "step" in given else None,
        read_cursor(given["cursor"], int) if "cursor" in given else None,
    )


def at_query(params: QueryParams) -> int:
    """Read the one time that is asked for, epoch milliseconds.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"time", "format"})
    if "time" not in given:
        raise bad_field("time", "is missing", "give one: 2026-11-23T08:00:00Z")
    return values.time_ms("time", given["time"])


class IncidentsQuery(TimeRange, frozen=True):
    """Which incidents, and which page of them."""

    limit: int | None = None
    after: str | None = None


def incidents_query(params: QueryParams, now_ms: int) -> IncidentsQuery:
    """Read the parameters of the incidents of a range; without one it is the last hour.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"from", "to", "limit", "cursor", "format"})
    wanted = _range(given, now_ms, AGGREGATE_TTL_S, "give a later time: no more is kept")
    return IncidentsQuery(wanted.start_ms, wanted.end_ms, values.limit(given), values.after(given))


class DailyQuery(msgspec.Struct, frozen=True):
    """Which rows of which day's table."""

    day: date | None
    """None is the newest that has the table."""
    rows: Selection


def daily_query(params: QueryParams, today: date) -> DailyQuery:
    """Read the parameters of a daily view; `today` is the city's.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"view", "date", "id", "limit", "cursor", "format"})
    view = values.daily_view(given)
    columns = {field.name: field.type for field in msgspec.structs.fields(view.row)}
    place = tuple(columns[name] for name in view.key)
    return DailyQuery(
        values.city_date(given["date"], today) if "date" in given else None,
        Selection(
            view,
            values.ids(params),
            read_cursor(given["cursor"], tuple[place]) if "cursor" in given else None,  # type: ignore[valid-type]
            values.limit(given) or DEFAULT_LIMIT,
        ),
    )


def date_alone(params: QueryParams, today: date) -> date | None:
    """Read the one day that is asked for, None if none is; `today` is the city's.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = values.single(params, {"date"})
    return values.city_date(given["date"], today) if "date" in given else None


def _range(given: Mapping[str, str], now_ms: int, longest_s: int, remedy: str) -> TimeRange:
    """`remedy` is for who asks for a longer one."""
    end_ms = values.time_ms("to", given["to"]) if "to" in given else now_ms
    start_ms = values.time_ms("from", given["from"]) if "from" in given else end_ms - DEFAULT_RANGE_MS
    if start_ms >= end_ms:
        raise bad_field("from", "is not before to", "give an earlier time")
    if end_ms - start_ms > longest_s * 1000:
        hours = longest_s // 3_600
        raise bad_field("from", f"is more than {hours} hours before to", remedy)
    return TimeRange(start_ms, end_ms)


def format_alone(params: QueryParams) -> None:
    """Refuse any parameter but `format`.

    Raises:
        ProblemError: naming it.
    """
    values.single(params, {"format"})


def no_parameters(params: QueryParams) -> None:
    """Refuse any parameter.

    Raises:
        ProblemError: naming it.
    """
    values.single(params, ())
