"""Weather: the newest observation of each station, and its ten minutes."""

from operator import attrgetter
from typing import Any

from citystream.contracts.state import MILLI, Summary, greatest, least
from citystream.contracts.weather import LATEST, WINDOW_S, WINDOWS, Weather, WeatherWindow
from citystream.service import Latest, Service, Windows


def add(window: WeatherWindow, event: Weather, time_ms: int) -> None:
    """One more observation."""
    window.observations += 1
    if event.temperature_c is None:
        window.without_temperature += 1
    else:
        window.temperature_sum += round(event.temperature_c * MILLI)
    window.temperature_min = least(window.temperature_min, event.temperature_c)
    window.temperature_max = greatest(window.temperature_max, event.temperature_c)
    if event.humidity_pct is None:
        window.without_humidity += 1
    else:
        window.humidity_sum += round(event.humidity_pct * MILLI)
    if event.wind_speed_ms is None:
        window.without_wind += 1
    else:
        window.wind_sum += round(event.wind_speed_ms * MILLI)
    window.wind_max = greatest(window.wind_max, event.wind_speed_ms)
    if event.precipitation_mm_h is None:
        window.without_precipitation += 1
    else:
        window.precipitation_sum += round(event.precipitation_mm_h * MILLI)
    window.precipitation_max = greatest(window.precipitation_max, event.precipitation_mm_h)
    window.visibility_min = least(window.visibility_min, event.visibility_m)
    if event.air_quality_index is not None:
        window.air_quality_sum += round(event.air_quality_index * MILLI)
        window.air_quality_count += 1


def observation(event: Weather, time_ms: int) -> dict[str, Any]:
    """What readers get of a station."""
    return {
        "station_id": event.station_id,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "temperature_c": event.temperature_c,
        "humidity_pct": event.humidity_pct,
        "wind_speed_ms": event.wind_speed_ms,
        "precipitation_mm_h": event.precipitation_mm_h,
        "visibility_m": event.visibility_m,
        "condition": event.condition,
        "air_quality_index": event.air_quality_index,
        "time_ms": time_ms,
    }


def document(station_id: str, window: WeatherWindow) -> Summary:
    """What the search index gets of a station's ten minutes."""
    return {"station_id": station_id, **window.summary()}


SERVICE: Service[Weather] = Service(
    name="weather",
    event=Weather,
    windows=(
        Windows(
            name=WINDOWS,
            key=attrgetter("station_id"),
            state=WeatherWindow,
            add=add,
            window_s=WINDOW_S,
            document=document,
        ),
    ),
    latest=(
        Latest(
            name=LATEST,
            key=attrgetter("station_id"),
            value=observation,
            place=lambda event: (event.longitude, event.latitude),
        ),
    ),
)
