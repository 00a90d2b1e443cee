"""Where a vehicle was: its last position of each minute, of both layers, and its newest."""

from itertools import pairwise

import msgspec

from citystream.contracts.city_model import Line, Point
from citystream.contracts.city_model import Position as Place
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import WINDOW_S, GpsWindow
from gateway.answers import Freshness
from gateway.city import City
from gateway.days import IncompleteDay
from gateway.geojson import MultiLine
from gateway.joining import source_of
from gateway.layers import WindowLayers, is_unknown
from gateway.link import Origin
from gateway.missing import Gap
from gateway.problems import no_such
from gateway.query import TimeRange
from gateway.vehicles import Position


class TrackPoint(msgspec.Struct, frozen=True):
    """A vehicle's last position of a minute, and how it drove in that minute: null without speeds."""

    timestamp: str
    longitude: float
    latitude: float
    positions: int
    mean_speed_kmh: float | None
    max_speed_kmh: float | None


class Track(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A vehicle's way in a range of event time."""

    vehicle_id: str
    from_: str
    to: str
    resolution_s: int
    """One point in so many seconds; the newest position besides."""
    count: int
    points: list[TrackPoint]
    incomplete_days: list[IncompleteDay]
    missing: list[Gap]


class TrackAnswer(Track, frozen=True, rename={"from_": "from"}):
    """A track and how fresh it is."""

    as_of: str | None
    source: str


class Tracks:
    """Answers of `/api/vehicles/{vehicle_id}/track`."""

    def __init__(self, city: City, windows: WindowLayers[GpsWindow]) -> None:
        self._city = city
        self._windows = windows

    async def of(self, key: str, wanted: TimeRange) -> tuple[Track, Freshness]:
        """A vehicle's track. While no layer answers it is no more than the last known position.

        Raises:
            ProblemError: 404 of a vehicle that nobody knows; 503 while nothing is known of any.
        """
        start_s, end_s = wanted.start_ms // 1000 - WINDOW_S, -(-wanted.end_ms // 1000)
        found = await self._windows.of_key(key, start_s, end_s)
        view = self._city.vehicles.view
        if not view.known:
            found.require()
        # Minutes whose last position is in the range, in order of time.
        minutes = [
            one
            for _, one in sorted(found.windows.items())
            if wanted.start_ms <= one.state.last_ms < wanted.end_ms
        ]
        entry, missing = view.get(key), found.missing(wanted.start_ms, wanted.end_ms)
        if not minutes and is_unknown(view, key, missing):
            raise no_such("vehicle_id", key, "/api/vehicles/locations lists the vehicles")
        points = [TrackPoint(**one.state.summary()) for one in minutes]
        newest = entry.value if entry else None
        last_ms = max((one.state.last_ms for one in minutes), default=-1)
        if newest and last_ms < newest.time_ms and wanted.start_ms <= newest.time_ms < wanted.end_ms:
            points.append(_of_position(newest))
            last_ms = newest.time_ms
        source: Origin = source_of(minutes)
        if not found.speed:
            source = "batch" if found.days.answer else "last-known"
        track = Track(
            key,
            rfc3339(wanted.start_ms),
            rfc3339(wanted.end_ms),
            WINDOW_S,
            len(points),
            points,
            found.days.incomplete(),
            missing,
        )
        return track, Freshness(last_ms if last_ms >= 0 else None, source)


def _of_position(position: Position) -> TrackPoint:
    return TrackPoint(
        rfc3339(position.time_ms),
        position.longitude,
        position.latitude,
        1,
        position.speed_kmh,
        position.speed_kmh,
    )


def geometry(points: list[TrackPoint]) -> Line | MultiLine | Point | None:
    """A line, cut at the 180th meridian (RFC 7946, 3.1.9); a point where there is but one."""
    places = [(point.longitude, point.latitude) for point in points]
    if len(places) < 2:
        return Point(places[0]) if places else None
    lines = [[places[0]]]
    for here, there in pairwise(places):
        if abs(there[0] - here[0]) > 180:
            edge = 180.0 if here[0] > 0 else -180.0
            latitude = _crossing(here, there)
            lines[-1].append((edge, latitude))
            lines.append([(-edge, latitude)])
        lines[-1].append(there)
    return Line(lines[0]) if len(lines) == 1 else MultiLine(lines)


def _crossing(here: Place, there: Place) -> float:
    """Latitude at the 180th meridian on the way between two places on either side."""
    to_edge, from_edge = 180 - abs(here[0]), 180 - abs(there[0])
    whole = to_edge + from_edge
    return here[1] + (there[1] - here[1]) * (to_edge / whole if whole else 0.5)
