"""The whole city at one past time, of both layers: encoded once for all who move a slider over it."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec
from cachetools import TLRUCache

from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import GpsWindow, VehicleType
from citystream.contracts.state import State
from citystream.contracts.traffic import TrafficWindow
from gateway import answers, bounds, geojson
from gateway.city import City
from gateway.content import Content
from gateway.days import Days, IncompleteDay
from gateway.geojson import NO_LINES, Lines
from gateway.joining import Known, Source, source_of
from gateway.layers import WindowLayers
from gateway.missing import Gap
from gateway.recent import kept_until
from gateway.traffic import WindowFigures
from gateway.view import Entry

S = TypeVar("S", bound=State)

# Of answers that are kept.
MOST_BYTES = 64_000_000


class PastRoad(WindowFigures, frozen=True):
    """A road in a past window."""

    road_id: str
    name: str


class PastVehicle(msgspec.Struct, frozen=True):
    """A vehicle's last position of a past minute, and how it drove in it: null without speeds."""

    vehicle_id: str
    vehicle_type: VehicleType | None
    """As it is known now; null of one that is not live any more."""
    positions: int
    mean_speed_kmh: float | None
    max_speed_kmh: float | None
    timestamp: str
    latitude: float
    longitude: float


class PastAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What had data in one window."""

    count: int
    window_start: str
    window_end: str
    source: Source
    incomplete_days: list[IncompleteDay]
    missing: list[Gap]


class PastRoads(PastAnswer, frozen=True, kw_only=True):
    """Roads in one window."""

    roads: list[PastRoad]


class PastVehicles(PastAnswer, frozen=True, kw_only=True):
    """Vehicles in one minute."""

    vehicles: list[PastVehicle]


class PastFeatures(PastAnswer, frozen=True, kw_only=True, tag="FeatureCollection"):
    """The same as GeoJSON."""

    features: list[geojson.Member]


class Kept(NamedTuple):
    """An answer that was made once."""

    content: Content
    settled_ms: int | None
    """Event time up to which nothing more comes in."""


class Past:
    """Answers of `/api/traffic/at` and `/api/vehicles/at`."""

    def __init__(
        self, city: City, lines: Lines, roads: WindowLayers[TrafficWindow], vehicles: WindowLayers[GpsWindow]
    ) -> None:
        self._city = city
        self._lines = lines
        self._roads = roads
        self._vehicles = vehicles
        self._kept: TLRUCache[tuple[str, int, str, Days], Kept] = TLRUCache(
            MOST_BYTES, self._kept_until, getsizeof=lambda kept: len(kept.content.body)
        )
        self._reading = asyncio.Lock()

    async def roads(self, time_ms: int, media_type: str) -> Content:
        """All roads in the window that a time lies in.

        Raises:
            ProblemError: 503 while no layer answers.
        """
        reader, folded = self._city.traffic, self._roads.folded

        def road(key: str, start_s: int, one: Known[TrafficWindow], closed: bool) -> Entry[Any]:
            window = reader.window(key, start_s, one.state)
            told = reader.document(window)
            # What a gateway without Redis knows of watermarks is old.
            archived = folded is not None and not one.live and folded.has_closed(start_s)
            body = {
                "road_id": key,
                "name": window.name,
                **told,
                "closed": closed or archived or window.closed,
            }
            return Entry(key, None, None, msgspec.json.encode(body))

        return await self._at("roads", self._roads, time_ms, road, media_type)

    async def vehicles(self, time_ms: int, media_type: str) -> Content:
        """Where all vehicles were in the minute that a time lies in.

        Raises:
            ProblemError: 503 while no layer answers.
        """
        view = self._city.vehicles.view

        def vehicle(key: str, _start_s: int, one: Known[GpsWindow], _closed: bool) -> Entry[Any]:
            now = view.get(key)
            known = now.value.vehicle_type if now and now.value else None
            told = one.state.summary()
            body = {"vehicle_id": key, "vehicle_type": known, **told}
            place = bounds.of_point(told["longitude"], told["latitude"])
            return Entry(key, one.state.last_ms, None, msgspec.json.encode(body), place)

        return await self._at("vehicles", self._vehicles, time_ms, vehicle, media_type)

    async def _at(
        self,
        name: str,
        windows: WindowLayers[S],
        time_ms: int,
        made: Callable[[str, int, Known[S], bool], Entry[Any]],
        media_type: str,
    ) -> Content:
        window_s = windows.window_s
        start_s = time_ms // 1000 // window_s * window_s
        end_s = start_s + window_s
        days = await windows.days.days(start_s, end_s)
        # Who asks for the same time finds it kept, until one of its days is published anew.
        async with self._reading:
            kept = self._kept.get((name, start_s, media_type, days))
            if kept is None:
                views = await windows.days.at(days, start_s)
                closed = views.days.cover(start_s, end_s)
                recent = [] if closed else [await windows.recent.at(start_s)]
                found = windows.joined(recent, views, lambda _: closed)
                found.require()
                entries = [made(key, start_s, one, closed) for key, one in sorted(found.windows.items())]
                source: Source = source_of(found.windows.values()) if found.speed else "batch"
                head = {
                    "window_start": rfc3339(start_s * 1000),
                    "window_end": rfc3339(end_s * 1000),
                    "source": source,
                    "incomplete_days": views.days.incomplete(),
                    "missing": found.missing(start_s * 1000, end_s * 1000),
                }
                lines = self._lines if name == "roads" else NO_LINES
                content = Content(b"{%b}" % answers.collection(media_type, name, entries, lines, head))
                settled_ms = recent[0].settled_ms if recent else windows.newest_ms
                kept = Kept(content, settled_ms)
                # What was made without views that could not be read is none of these days'.
                self._kept[name, start_s, media_type, views.days] = kept
        return kept.content

    def _kept_until(self, key: tuple[str, int, str, Days], kept: Kept, now_s: float) -> float:
        _name, start_s, _media_type, _days = key
        return kept_until(start_s + self._roads.window_s, kept.settled_ms, now_s)
