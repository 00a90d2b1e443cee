"""Weather: observations of stations."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from citystream.contracts.event import NEGATIVE, UNKNOWN, Event, Id, Latitude, Longitude
from citystream.contracts.state import MILLI, Summary, greatest, least, mean

WINDOWS = "weather"
LATEST = "station"
"""Names of the views."""

WINDOW_S = 600
"""Length of a station's window."""

Condition = Literal[
    "clear", "clouds", "rain", "drizzle", "thunderstorm", "snow", "fog",
    "sleet", "hail", "mist", "haze", "smoke", "dust", "unknown",
]  # fmt: skip


class Weather(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one weather station. At least one measurement or the condition is there."""

    entity_fields = ("station_id",)

    station_id: Id
    latitude: Latitude
    longitude: Longitude
    temperature_c: (
        Annotated[float, Meta(ge=-90, le=60, extra={UNKNOWN: (-99, -999, -9999, 999, 9999)}, examples=[17.5])]
        | None
    ) = None
    humidity_pct: Annotated[
        Annotated[float, Meta(ge=0, le=100, extra=NEGATIVE)] | None,
        Meta(description="Relative humidity.", examples=[62.0]),
    ] = None
    wind_speed_ms: Annotated[
        Annotated[float, Meta(ge=0, le=150, extra=NEGATIVE)] | None,
        Meta(description="m/s, not milliseconds.", examples=[4.2]),
    ] = None
    precipitation_mm_h: Annotated[float, Meta(ge=0, le=500, extra=NEGATIVE, examples=[0.4])] | None = None
    visibility_m: Annotated[float, Meta(ge=0, le=200_000, extra=NEGATIVE, examples=[9500.0])] | None = None
    condition: Condition = "unknown"
    air_quality_index: Annotated[
        Annotated[float, Meta(ge=0, le=1000, extra=NEGATIVE)] | None,
        Meta(description="In the station's own index, such as the US AQI.", examples=[41.0]),
    ] = None

    def __post_init__(self) -> None:
        told = (
            self.temperature_c,
            self.humidity_pct,
            self.wind_speed_ms,
            self.precipitation_mm_h,
            self.visibility_m,
            self.air_quality_index,
        )
        if self.condition == "unknown" and all(value is None for value in told):
            raise ValueError("temperature_c: is missing, and so is everything else a station observes")


class WeatherWindow(msgspec.Struct, array_like=True):
    """Observations of one station."""

    observations: int = 0
    temperature_sum: int = 0
    """milli degrees C"""
    temperature_min: float | None = None
    temperature_max: float | None = None
    humidity_sum: int = 0
    """milli percent"""
    wind_sum: int = 0
    """milli m/s"""
    wind_max: float | None = None
    precipitation_sum: int = 0
    """milli mm/h"""
    precipitation_max: float | None = None
    visibility_min: float | None = None
    """m"""
    air_quality_sum: int = 0
    """milli index points"""
    air_quality_count: int = 0
    without_temperature: int = 0
    """observations without one, as those below"""
    without_humidity: int = 0
    without_wind: int = 0
    without_precipitation: int = 0

    def merge(self, other: "WeatherWindow") -> "WeatherWindow":
        return WeatherWindow(
            self.observations + other.observations,
            self.temperature_sum + other.temperature_sum,
            least(self.temperature_min, other.temperature_min),
            greatest(self.temperature_max, other.temperature_max),
            self.humidity_sum + other.humidity_sum,
            self.wind_sum + other.wind_sum,
            greatest(self.wind_max, other.wind_max),
            self.precipitation_sum + other.precipitation_sum,
            greatest(self.precipitation_max, other.precipitation_max),
            least(self.visibility_min, other.visibility_min),
            self.air_quality_sum + other.air_quality_sum,
            self.air_quality_count + other.air_quality_count,
            self.without_temperature + other.without_temperature,
            self.without_humidity + other.without_humidity,
            self.without_wind + other.without_wind,
            self.without_precipitation + other.without_precipitation,
        )

    def summary(self) -> Summary:
        count = self.observations
        return {
            "observations": count,
            "mean_temperature_c": mean(self.temperature_sum, count - self.without_temperature, MILLI),
            "min_temperature_c": self.temperature_min,
            "max_temperature_c": self.temperature_max,
            "mean_humidity_pct": mean(self.humidity_sum, count - self.without_humidity, MILLI),
            "mean_wind_speed_ms": mean(self.wind_sum, count - self.without_wind, MILLI),
            "max_wind_speed_ms": self.wind_max,
            "mean_precipitation_mm_h": mean(
                self.precipitation_sum, count - self.without_precipitation, MILLI
            ),
            "max_precipitation_mm_h": self.precipitation_max,
            "min_visibility_m": self.visibility_min,
            "mean_air_quality_index": mean(self.air_quality_sum, self.air_quality_count, MILLI),
        }
