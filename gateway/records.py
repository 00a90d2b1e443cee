"""What is read for a request, of Redis and of the batch layer: windows of past times, and daily views. The
rest lies ready in the views."""

from typing import Any, TypeVar

import redis.asyncio as redis

from citystream.contracts import camera, gps, traffic, weather
from citystream.contracts.camera import CameraWindow
from citystream.contracts.gps import GpsWindow
from citystream.contracts.state import State
from citystream.contracts.traffic import TrafficWindow
from citystream.contracts.weather import WeatherWindow
from gateway import geojson
from gateway.batch import Batch
from gateway.city import City
from gateway.closed_days import ClosedDays, DayViews
from gateway.daily import Daily
from gateway.folded import Folded
from gateway.history import History
from gateway.layers import WindowLayers
from gateway.past import Past
from gateway.published_days import PublishedDays
from gateway.quality import Quality
from gateway.reader import Reader
from gateway.recent_windows import RecentWindows
from gateway.track import Tracks
from gateway.usual import Profiles
from gateway.window_history import CityHistory, WindowHistory
from gateway.window_pages import IF_NOBODY_KNOWS_S, IF_OTHERS_KNOW_S, WindowPages

S = TypeVar("S", bound=State)


class Records:
    """Each answers for one kind of thing."""

    def __init__(
        self,
        client: redis.Redis,
        namespace: str,
        city: City,
        batch: Batch | None,
        closed: ClosedDays,
        window_s: int | None,
    ) -> None:
        """`window_s`: length of all windows; None is each type's own."""
        self._client = client
        self._namespace = namespace
        self._city = city
        self._closed = closed
        weather_s, camera_s = window_s or weather.WINDOW_S, window_s or camera.WINDOW_S
        # Where the archive knows too, who asks for one thing does not wait.
        patience_s = IF_OTHERS_KNOW_S if batch else IF_NOBODY_KNOWS_S
        road, all_roads = (
            self._windows(
                city.traffic,
                traffic.WINDOWS,
                TrafficWindow,
                city.traffic.window_s,
                wait_s,
                batch.roads if batch else None,
            )
            for wait_s in (patience_s, IF_NOBODY_KNOWS_S)
        )
        vehicle, all_vehicles = (
            self._windows(city.vehicles, gps.WINDOWS, GpsWindow, gps.WINDOW_S, wait_s)
            for wait_s in (IF_OTHERS_KNOW_S, IF_NOBODY_KNOWS_S)
        )
        stations = self._windows(
            city.weather,
            weather.WINDOWS,
            WeatherWindow,
            weather_s,
            patience_s,
            batch.stations if batch else None,
        )
        camera_roads = self._windows(
            city.cameras,
            camera.WINDOWS,
            CameraWindow,
            camera_s,
            patience_s,
            batch.camera_roads if batch else None,
        )
        self.roads = History(city, road)
        self.tracks = Tracks(city, vehicle)
        self.past = Past(city, geojson.lines(city.model), all_roads, all_vehicles)
        self.city = CityHistory(all_roads)
        self.stations = WindowHistory(stations)
        self.camera_roads = WindowHistory(camera_roads)
        self.days = PublishedDays(closed)
        self.daily = Daily(closed, self.days)
        self.profiles = Profiles(city, self.daily)
        self.quality = Quality(closed, self.days)

    def _windows(
        self,
        reader: Reader[Any],
        view: str,
        state: type[S],
        window_s: int,
        patience_s: float,
        folded: Folded[S] | None = None,
    ) -> WindowLayers[S]:
        """One windows view of all layers; `patience_s`: how long Redis may take."""
        pages = WindowPages(
            self._client, self._city.link, self._namespace, reader.type_, view, state, patience_s
        )
        return WindowLayers(
            RecentWindows(pages, folded, reader.view, window_s),
            DayViews(self._closed, reader.type_, view, state, window_s),
            reader.view,
        )
