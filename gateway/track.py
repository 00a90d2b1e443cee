"""Where a vehicle was: its last position of each minute, of both layers, and its newest."""

import asyncio
from itertools import pairwise

import msgspec
import redis.asyncio as redis

from citystream.contracts.city_model import Line, Point
from citystream.contracts.city_model import Position as Place
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import WINDOW_S, WINDOWS, GpsWindow
from citystream.contracts.state import merged
from gateway.answers import Freshness, require_known
from gateway.city import City
from gateway.closed_days import DayViews
from gateway.days import Days, IncompleteDay
from gateway.geojson import MultiLine
from gateway.joining import Known, joined, source_of
from gateway.link import Origin
from gateway.problems import no_such
from gateway.query import TimeRange
from gateway.vehicles import Position
from gateway.window_pages import IF_OTHERS_KNOW_S, WindowPages


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


class TrackAnswer(Track, frozen=True, rename={"from_": "from"}):
    """A track and how fresh it is."""

    as_of: str | None
    source: str


class Tracks:
    """Answers of `/api/vehicles/{vehicle_id}/track`."""

    def __init__(self, client: redis.Redis, namespace: str, city: City, days: DayViews[GpsWindow]) -> None:
        self._pages = WindowPages(client, city.link, namespace, "gps", WINDOWS, GpsWindow, IF_OTHERS_KNOW_S)
        self._city = city
        self._days = days

    async def of(self, key: str, wanted: TimeRange) -> tuple[Track, Freshness]:
        """A vehicle's track. While neither layer answers it is no more than the last known position.

        Raises:
            ProblemError: 404 of a vehicle that nobody knows; 503 while nothing is known of any.
        """
        minutes, days, source = await self._minutes(key, wanted)
        if source == "last-known":
            require_known(self._city.vehicles.view)
        entry = self._city.vehicles.view.get(key)
        if not minutes and entry is None:
            raise no_such("vehicle_id", key, "/api/vehicles/locations lists the vehicles")
        points = [TrackPoint(**window.summary()) for window in minutes]
        newest = entry.value if entry else None
        last_ms = max((window.last_ms for window in minutes), default=-1)
        if newest and last_ms < newest.time_ms and wanted.start_ms <= newest.time_ms < wanted.end_ms:
            points.append(_of_position(newest))
            last_ms = newest.time_ms
        track = Track(
            key,
            rfc3339(wanted.start_ms),
            rfc3339(wanted.end_ms),
            WINDOW_S,
            len(points),
            points,
            days.incomplete(),
        )
        return track, Freshness(last_ms if last_ms >= 0 else None, source)

    async def _minutes(self, key: str, wanted: TimeRange) -> tuple[list[GpsWindow], Days, Origin]:
        """Minutes whose last position is in the range, in order of time."""
        start_s, end_s = wanted.start_ms // 1000 - WINDOW_S, -(-wanted.end_ms // 1000)
        pages, (days, windows) = await asyncio.gather(
            self._pages.read(key, start_s, end_s), self._days.of_key(key, start_s, end_s)
        )
        speed = {at: Known(merged(parts.values()), "speed", live=True) for at, parts in (pages or {}).items()}
        known = joined(speed, windows, lambda at: days.cover(at, at + WINDOW_S))
        minutes = {
            at: one for at, one in known.items() if wanted.start_ms <= one.state.last_ms < wanted.end_ms
        }
        source: Origin = source_of(minutes.values())
        if pages is None:
            source = "batch" if days.answer else "last-known"
        return [one.state for _, one in sorted(minutes.items())], days, source


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
