"""What is read for a request, of Redis and of the batch layer: windows of past times, and daily views. The
rest lies ready in the views."""

import redis.asyncio as redis

from citystream.contracts import camera, gps, traffic, weather
from citystream.contracts.camera import CameraWindow
from citystream.contracts.gps import GpsWindow
from citystream.contracts.traffic import TrafficWindow
from citystream.contracts.weather import WeatherWindow
from gateway import geojson
from gateway.batch import Batch
from gateway.city import City
from gateway.closed_days import ClosedDays, DayViews
from gateway.daily import Daily
from gateway.history import History
from gateway.past import Past
from gateway.track import Tracks
from gateway.usual import Profiles
from gateway.window_history import CityHistory, WindowHistory
from gateway.window_pages import WindowPages


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
        traffic_s = city.traffic.window_s
        roads = DayViews(closed, "traffic", traffic.WINDOWS, TrafficWindow, traffic_s)
        vehicles = DayViews(closed, "gps", gps.WINDOWS, GpsWindow, gps.WINDOW_S)
        weather_s, camera_s = window_s or weather.WINDOW_S, window_s or camera.WINDOW_S
        self.roads = History(client, namespace, city, batch, roads)
        self.tracks = Tracks(client, namespace, city, vehicles)
        self.past = Past(client, namespace, city, geojson.lines(city.model), roads, vehicles)
        self.city = CityHistory(client, namespace, city, roads)
        self.stations = WindowHistory(
            WindowPages(client, city.link, namespace, "weather", weather.WINDOWS, WeatherWindow),
            DayViews(closed, "weather", weather.WINDOWS, WeatherWindow, weather_s),
        )
        self.camera_roads = WindowHistory(
            WindowPages(client, city.link, namespace, "camera", camera.WINDOWS, CameraWindow),
            DayViews(closed, "camera", camera.WINDOWS, CameraWindow, camera_s),
        )
        self.daily = Daily(closed)
        self.profiles = Profiles(city, self.daily)
