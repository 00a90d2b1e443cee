"""The whole city at one past time, of both layers: encoded once for all who move a slider over it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import redis.asyncio as redis
from cachetools import TLRUCache

from citystream.contracts import gps, redis_keys, traffic
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import GpsWindow, VehicleType
from citystream.contracts.traffic import TrafficWindow
from gateway import answers, bounds, geojson
from gateway.city import City
from gateway.closed_days import DayViews
from gateway.content import Content
from gateway.days import Days, IncompleteDay
from gateway.geojson import NO_LINES, Lines
from gateway.joining import Known, Source, joined, source_of
from gateway.problems import unanswered
from gateway.recent import kept_until
from gateway.traffic import WindowFigures
from gateway.view import Entry
from gateway.window_history import AWAY
from gateway.window_pages import S, WindowPages

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


class PastRoads(PastAnswer, frozen=True, kw_only=True):
    """Roads in one window."""

    roads: list[PastRoad]


class PastVehicles(PastAnswer, frozen=True, kw_only=True):
    """Vehicles in one minute."""

    vehicles: list[PastVehicle]


class PastFeatures(PastAnswer, frozen=True, kw_only=True, tag="FeatureCollection"):
    """The same as GeoJSON."""

    features: list[geojson.Member]


class Past:
    """Answers of `/api/traffic/at` and `/api/vehicles/at`."""

    def __init__(
        self,
        client: redis.Redis,
        namespace: str,
        city: City,
        lines: Lines,
        road_days: DayViews[TrafficWindow],
        vehicle_days: DayViews[GpsWindow],
    ) -> None:
        self._city = city
        self._lines = lines
        self._roads = WindowPages(client, city.link, namespace, "traffic", traffic.WINDOWS, TrafficWindow)
        self._vehicles = WindowPages(client, city.link, namespace, "gps", gps.WINDOWS, GpsWindow)
        self._road_days = road_days
        self._vehicle_days = vehicle_days
        self._kept: TLRUCache[tuple[str, int, str, Days], Content] = TLRUCache(
            MOST_BYTES, self._kept_until, getsizeof=lambda content: len(content.body)
        )
        self._reading = asyncio.Lock()

    async def roads(self, time_ms: int, media_type: str) -> Content:
        """All roads in the window that a time lies in.

        Raises:
            ProblemError: 503 while neither Redis nor the batch layer has any.
        """
        reader = self._city.traffic

        def road(key: str, start_s: int, state: TrafficWindow, closed: bool) -> Entry[Any]:
            window = reader.window(key, start_s, state)
            told = reader.document(window)
            body = {"road_id": key, "name": window.name, **told, "closed": closed or window.closed}
            return Entry(key, None, None, msgspec.json.encode(body))

        return await self._at(
            "roads", self._roads, self._road_days, reader.view.with_data(), time_ms, road, media_type
        )

    async def vehicles(self, time_ms: int, media_type: str) -> Content:
        """Where all vehicles were in the minute that a time lies in.

        Raises:
            ProblemError: 503 while neither Redis nor the batch layer has any.
        """
        view = self._city.vehicles.view

        def vehicle(key: str, _start_s: int, state: GpsWindow, _closed: bool) -> Entry[Any]:
            now = view.get(key)
            known = now.value.vehicle_type if now and now.value else None
            told = state.summary()
            body = {"vehicle_id": key, "vehicle_type": known, **told}
            place = bounds.of_point(told["longitude"], told["latitude"])
            return Entry(key, state.last_ms, None, msgspec.json.encode(body), place)

        return await self._at(
            "vehicles", self._vehicles, self._vehicle_days, view.with_data(), time_ms, vehicle, media_type
        )

    async def _at(
        self,
        name: str,
        pages: WindowPages[S],
        day_views: DayViews[S],
        keys: Iterable[str],
        time_ms: int,
        made: Callable[[str, int, S, bool], Entry[Any]],
        media_type: str,
    ) -> Content:
        window_s = day_views.window_s
        start_s = time_ms // 1000 // window_s * window_s
        days = await day_views.days(start_s, start_s + window_s)
        # Who asks for the same time finds it kept, until one of its days is published anew.
        async with self._reading:
            content = self._kept.get((name, start_s, media_type, days))
            if content is None:
                views = await day_views.at(days, start_s)
                closed = views.days.cover(start_s, start_s + window_s)
                speed = {} if closed else await self._speed(pages, keys, start_s)
                if speed is None and not views.days.answer:
                    raise unanswered(AWAY)
                known = joined(speed or {}, views.windows, lambda _: closed)
                entries = [made(key, start_s, one.state, closed) for key, one in sorted(known.items())]
                source: Source = "batch" if speed is None else source_of(known.values())
                head = {
                    "window_start": rfc3339(start_s * 1000),
                    "window_end": rfc3339((start_s + window_s) * 1000),
                    "source": source,
                    "incomplete_days": views.days.incomplete(),
                }
                lines = self._lines if name == "roads" else NO_LINES
                content = Content(b"{%b}" % answers.collection(media_type, name, entries, lines, head))
                # What was made without views that could not be read is none of these days'.
                self._kept[name, start_s, media_type, views.days] = content
        return content

    @staticmethod
    async def _speed(pages: WindowPages[S], keys: Iterable[str], start_s: int) -> dict[str, Known[S]] | None:
        found = await pages.hour(sorted(keys), redis_keys.page_start(start_s), start_s)
        if found is None:
            return None
        return {
            key: Known(windows[start_s], "speed", live=True)
            for key, windows in found.items()
            if start_s in windows
        }

    def _kept_until(self, key: tuple[str, int, str, Days], _: object, now_s: float) -> float:
        name, start_s, _media_type, _days = key
        view = self._city.traffic.view if name == "roads" else self._city.vehicles.view
        return kept_until(start_s + self._city.traffic.window_s, view.newest_ms, now_s)
