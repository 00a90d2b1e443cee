"""Metro Interstate: hourly westbound traffic on I-94 in Minneapolis, 2012 to 2018, with the weather.

One file, `Metro_Interstate_Traffic_Volume.csv`. Its local times are published as if they were UTC, so
that the hour of the day in the data is the local one. An hour with several weather descriptions has
several rows: its traffic is published once, its weather once a row.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from citystream.contracts.city_model import CityModel, Place, Position, Road
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Condition, Weather
from simulator.datasets.dataset import Dataset, Reading, Skipped, numbers, rows
from simulator.geometry import line_length_m, moved

FILE = "Metro_Interstate_Traffic_Volume.csv"
COLUMNS = ("temp", "rain_1h", "snow_1h", "weather_main", "date_time", "traffic_volume")

ROAD, SENSOR, STATION = "i94-westbound", "atr-301", "i94-weather"
PLACE: Position = (-93.190, 44.9653)
"""Midway between Minneapolis and St Paul, where the data set says that its counter stands."""

FREE_FLOW_KMH = 105.0
LANES = 3
CAPACITY_PER_H = LANES * 2_400
"""Of a freeway lane at this speed (Highway Capacity Manual)."""

ABSOLUTE_ZERO_C = -273.15

CONDITIONS: dict[str, Condition] = {
    "Clear": "clear",
    "Clouds": "clouds",
    "Drizzle": "drizzle",
    "Rain": "rain",
    "Snow": "snow",
    "Thunderstorm": "thunderstorm",
    "Fog": "fog",
    "Mist": "mist",
    "Haze": "haze",
    "Smoke": "smoke",
}
"""Squalls are "unknown"."""


def speed_kmh(vehicles_per_h: float) -> float:
    """Speed by the volume-delay function of the Bureau of Public Roads; derived, not measured."""
    return FREE_FLOW_KMH / (1 + 0.15 * (vehicles_per_h / CAPACITY_PER_H) ** 4)


def readings(folder: Path, skipped: Skipped) -> Iterator[Reading]:
    """One traffic reading an hour and one observation a row, at the beginning of the hour."""
    hour, row_of_hour = None, 0
    for row in rows(folder, FILE, COLUMNS):
        try:
            at = datetime.strptime(row["date_time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            skipped["row: date_time is not YYYY-MM-DD HH:MM:SS"] += 1
            continue
        try:
            temperature_k, rain_mm, snow_mm, volume = numbers(
                row, "temp", "rain_1h", "snow_1h", "traffic_volume"
            )
        except ValueError as error:
            skipped[f"row: {error}"] += 1
            continue
        row_of_hour = row_of_hour + 1 if at == hour else 0
        hour = at
        if row_of_hour:
            skipped["traffic: the hour has one already (another weather description)"] += 1
        else:
            yield "traffic", ROAD, _traffic(at, round(volume))
        yield (
            "weather",
            STATION,
            _weather(at, row_of_hour, row["weather_main"], temperature_k, rain_mm + snow_mm),
        )


def _traffic(at: datetime, volume: int) -> Traffic:
    return Traffic(
        event_id=f"{ROAD}-{at:%Y%m%d%H}",
        timestamp=at,
        sensor_id=SENSOR,
        road_id=ROAD,
        speed_kmh=round(speed_kmh(volume), 3),
        vehicle_count=volume,
    )


def _weather(at: datetime, row_of_hour: int, main: str, temperature_k: float, mm_h: float) -> Weather:
    return Weather(
        event_id=f"{STATION}-{at:%Y%m%d%H}-{row_of_hour}",
        timestamp=at,
        station_id=STATION,
        longitude=PLACE[0],
        latitude=PLACE[1],
        temperature_c=round(temperature_k + ABSOLUTE_ZERO_C, 2),
        precipitation_mm_h=round(mm_h, 2),
        condition=CONDITIONS.get(main, "unknown"),
    )


def model(folder: Path) -> CityModel:
    """One road through the counter's place, westwards; the folder is not read."""
    line = [moved(PLACE, 500, 0), PLACE, moved(PLACE, -500, 0)]
    return CityModel(
        roads={
            ROAD: Road(ROAD, "I-94 westbound", line, round(line_length_m(line), 2), FREE_FLOW_KMH, LANES, [])
        },
        hospitals={},
        sensors={SENSOR: Place(SENSOR, SENSOR, PLACE, ROAD)},
        cameras={},
        stations={STATION: Place(STATION, "I-94 weather", PLACE)},
        name="Minneapolis-St Paul",
        timezone="America/Chicago",
    )


DATASET = Dataset(
    name="metro-interstate",
    namespace="metro",
    types=("traffic", "weather"),
    step_s=3_600,
    readings=readings,
    model=model,
    notes=(
        f"speed_kmh: derived from the volume (BPR, {FREE_FLOW_KMH:.0f} km/h free flow, "
        f"{CAPACITY_PER_H:,} vehicles/h), not measured",
        "humidity_pct, wind_speed_ms, visibility_m: not in the data",
        "times: the data's local time, published as UTC",
    ),
)
