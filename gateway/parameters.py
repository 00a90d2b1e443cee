"""Parameters that several endpoints take, as the API's description has them."""

from collections.abc import Iterable

from gateway.endpoint import Parameter
from gateway.near import HALF_WAY_ROUND_M
from gateway.published_days import NEWEST_OF_DAYS
from gateway.values import HIGHEST_LIMIT, MEASURED_LEVELS, VEHICLE_TYPES


def limit(default: str) -> Parameter:
    """How many things at most; `default` in words."""
    return Parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT},
        f"So many at most; {default} if not given.",
        "100",
    )


def formats(*names: str) -> Parameter:
    """Which representation."""
    return Parameter(
        "format", {"type": "string", "enum": list(names)}, "Before `Accept`, for who can't set a header."
    )


def some_of(words: Iterable[str]) -> dict[str, str]:
    """Schema of one or more of these, separated by commas."""
    one = f"({'|'.join(words)})"
    return {"type": "string", "pattern": f"^{one}(,{one})*$"}


CURSOR = Parameter("cursor", {"type": "string"}, "`next_cursor` of the page before.")
ID = Parameter(
    "id",
    {"type": "array", "items": {"type": "string"}},
    "Only the thing of this id, whatever is in it; several times for several things.",
)
FORMAT = formats("json", "geojson")
PAGE = (limit("all"), CURSOR, ID, FORMAT)
BBOX = Parameter(
    "bbox",
    {"type": "string"},
    "`minlon,minlat,maxlon,maxlat` in degrees, edges included; over the 180th meridian minlon is greater.",
    "13.3,52.4,13.5,52.6",
)
TYPE = Parameter(
    "type",
    some_of(VEHICLE_TYPES),
    "Vehicle types, separated by commas.",
    "bus,taxi",
)
LEVEL = Parameter(
    "level",
    some_of(MEASURED_LEVELS),
    "Levels of congestion, separated by commas.",
    "heavy,jammed",
)
LAT = Parameter("lat", {"type": "number", "minimum": -90, "maximum": 90}, "Latitude.", "52.5", required=True)
LON = Parameter(
    "lon", {"type": "number", "minimum": -180, "maximum": 180}, "Longitude.", "13.4", required=True
)
RADIUS_M = Parameter(
    "radius_m",
    {"type": "number", "minimum": 0, "maximum": HALF_WAY_ROUND_M},
    "Metres around the place; 1000 if not given.",
    "500",
)
_TIME = {"type": ["string", "number"]}
_HOW = "RFC 3339 with a zone, or epoch s or ms"
FROM = Parameter("from", _TIME, f"Event time at or after this: {_HOW}; an hour before `to` if not given.")
TO = Parameter("to", _TIME, f"Event time before this: {_HOW}; now if not given.")
TIME = Parameter("time", _TIME, f"A time in the window: {_HOW}.", required=True)
SINCE = Parameter("since", _TIME, f"Newest event at or after this: {_HOW}.")
STEP = Parameter(
    "step",
    {"type": "integer", "minimum": 1, "maximum": 86_400},
    "Seconds: a multiple of the window's length; windows are summed to such steps.",
    "3600",
)
HISTORY = (FROM, TO, STEP, CURSOR)
DATE = Parameter(
    "date",
    {"type": "string", "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|today|yesterday)$"},
    f"A day of the city; if not given, the newest of the last {NEWEST_OF_DAYS} days that has it.",
    "yesterday",
)
