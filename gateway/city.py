"""The live city in this process: a view of each kind of thing, and the link that keeps them.

What is measured makes the city. Forecasts are made of it: one that has none is as whole as before.
"""

from collections.abc import Sequence
from typing import Any

from citystream.contracts.city_model import CityModel
from citystream.contracts.traffic import WINDOW_S
from gateway.cameras import CameraReader
from gateway.emergencies import EmergencyReader
from gateway.forecasts import ForecastReader, ModelReader
from gateway.link import Link, Origin, combined
from gateway.reader import Reader
from gateway.staleness import StaleAfter
from gateway.traffic import TrafficReader
from gateway.vehicles import VehicleReader
from gateway.view import View
from gateway.weather import WeatherReader


class City:
    """All that answers are made of."""

    def __init__(
        self, model: CityModel | None, traffic_window_s: int | None, stale_after: StaleAfter
    ) -> None:
        self.model = model
        self.link = Link()
        self.traffic = TrafficReader(model, traffic_window_s or WINDOW_S)
        self.vehicles = VehicleReader(stale_after.vehicles_s)
        self.emergencies = EmergencyReader()
        self.weather = WeatherReader(model, stale_after.weather_s)
        self.cameras = CameraReader(model, stale_after.cameras_s)
        self.forecasts = ForecastReader(model, self.traffic.view)
        self.models = ModelReader()
        self.measured: Sequence[Reader[Any]] = (
            self.traffic,
            self.vehicles,
            self.emergencies,
            self.weather,
            self.cameras,
        )
        """Those of events, which the archive has too."""
        self.readers: Sequence[Reader[Any]] = (*self.measured, self.forecasts, self.models)
        self.views: dict[str, View[Any]] = {reader.view.topic: reader.view for reader in self.readers}
        """By topic, as clients name it."""
        self.measured_views: Sequence[View[Any]] = [reader.view for reader in self.measured]

    @property
    def source(self) -> Origin:
        """Where answers come from, all that is measured taken together."""
        return combined([view.source for view in self.measured_views])

    @property
    def known(self) -> bool:
        """Whether every view of what is measured was loaded at least once."""
        return all(view.known for view in self.measured_views)
