"""What is read of Redis for a request: windows of past times. The rest lies ready in the views."""

import redis.asyncio as redis

from citystream.contracts import camera, weather
from citystream.contracts.camera import CameraWindow
from citystream.contracts.weather import WeatherWindow
from gateway import geojson
from gateway.batch import Batch
from gateway.city import City
from gateway.history import History
from gateway.past import Past
from gateway.track import Tracks
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
        window_s: int | None,
    ) -> None:
        """`window_s`: length of all windows; None is each type's own."""
        self.roads = History(client, namespace, city, batch)
        self.tracks = Tracks(client, namespace, city)
        self.past = Past(client, namespace, city, geojson.lines(city.model))
        self.city = CityHistory(client, namespace, city)
        self.stations = WindowHistory(
            WindowPages(client, city.link, namespace, "weather", weather.WINDOWS, WeatherWindow),
            window_s or weather.WINDOW_S,
        )
        self.camera_roads = WindowHistory(
            WindowPages(client, city.link, namespace, "camera", camera.WINDOWS, CameraWindow),
            window_s or camera.WINDOW_S,
        )
