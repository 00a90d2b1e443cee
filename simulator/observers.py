"""What watches the city: loop sensors, cameras, weather stations; and what each of them reports."""

from datetime import UTC, datetime
from hashlib import blake2b
from math import pi, sin
from random import Random

from citystream.contracts.camera import Camera, CameraCounts
from citystream.contracts.city_model import Place
from citystream.contracts.gps import Gps
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Condition, Weather
from simulator import day
from simulator.congestion import Congestion
from simulator.fleet import Vehicle
from simulator.geometry import plane_m
from simulator.network import Network
from simulator.rain import Rain

CLASS_SHARES = {"car": 0.78, "truck": 0.1, "bus": 0.05, "motorcycle": 0.07}
"""Of motor traffic."""
WALKERS_PER_H = 240
CYCLISTS_PER_H = 120
"""Past a camera at full demand in the dry; rain keeps two thirds of them at home."""
PLATE_SHARE = 0.05
"""Of a camera's observations, those with a plate read."""


def rfc3339(time_ms: int) -> datetime:
    """The moment as a datetime, which encodes as RFC 3339."""
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def position_of(vehicle: Vehicle, network: Network, event_id: str, time_ms: int) -> Gps:
    """The vehicle where it is; its own clock stamps the event, in epoch milliseconds."""
    track = network.tracks[vehicle.road]
    lon, lat, heading = track.at(vehicle.offset_m)
    return Gps(
        event_id=event_id,
        timestamp=time_ms + vehicle.clock_skew_ms,
        vehicle_id=vehicle.id,
        vehicle_type=vehicle.type,
        latitude=round(lat, 6),
        longitude=round(lon, 6),
        speed_kmh=round(vehicle.speed_kmh, 1),
        heading_deg=heading,
        road_id=track.road.id,
    )


class RoadWatcher:
    """A sensor or camera on one road. It counts whole vehicles and keeps the rest for the next time."""

    def __init__(self, place: Place, road: int, start_ms: int) -> None:
        self.id = place.id
        self.road = road
        self.road_id = place.road_id or ""
        self._last_ms = start_ms

    def elapsed_h(self, time_ms: int) -> float:
        """Hours since it last reported."""
        hours = (time_ms - self._last_ms) / day.HOUR_MS
        self._last_ms = time_ms
        return hours


def _whole(expected: float, rng: Random) -> int:
    """A whole number whose mean is the expected one."""
    return int(expected + rng.random())


def reading_of(
    sensor: RoadWatcher, congestion: Congestion, rng: Random, event_id: str, time_ms: int
) -> Traffic:
    """Speed of the road within the sensor's error of 3 %, and the vehicles since its last reading."""
    passed = congestion.vehicles_per_h(sensor.road) * sensor.elapsed_h(time_ms)
    return Traffic(
        event_id=event_id,
        timestamp=rfc3339(time_ms),
        sensor_id=sensor.id,
        road_id=sensor.road_id,
        speed_kmh=round(congestion.speed_kmh[sensor.road] * rng.uniform(0.97, 1.03), 1),
        vehicle_count=_whole(passed, rng),
        occupancy_pct=round(congestion.occupancy_pct(sensor.road), 1),
    )


class CameraView:
    """What cameras see of the roads: the same flow as the sensors, by class, and who walks beside it."""

    def __init__(self, congestion: Congestion, weather: Rain, rng: Random) -> None:
        self._congestion = congestion
        self._weather = weather
        self._rng = rng
        self._plate_key = rng.randbytes(16)

    def observation_of(
        self, camera: RoadWatcher, incident: str | None, event_id: str, time_ms: int
    ) -> Camera:
        """Counts since the last observation; epoch milliseconds."""
        rng, congestion = self._rng, self._congestion
        hours = camera.elapsed_h(time_ms)
        flow = congestion.vehicles_per_h(camera.road) * hours
        wet = self._weather.mm_per_h(time_ms, congestion.east_m[camera.road]) > 0.2
        outside = day.demand(time_ms, congestion.centre[0]) * hours * (1 / 3 if wet else 1)
        return Camera(
            event_id=event_id,
            timestamp=time_ms,
            camera_id=camera.id,
            road_id=camera.road_id,
            counts=CameraCounts(
                **{name: _whole(flow * share, rng) for name, share in CLASS_SHARES.items()},
                bicycle=_whole(CYCLISTS_PER_H * outside, rng),
                pedestrian=_whole(WALKERS_PER_H * outside, rng),
            ),
            mean_speed_kmh=round(congestion.speed_kmh[camera.road] * rng.uniform(0.95, 1.05), 1),
            incident=incident,
            plate_hash=self._plate_hash() if rng.random() < PLATE_SHARE else None,
        )

    def _plate_hash(self) -> str:
        plate = f"M-{self._rng.randrange(10_000):04d}"
        return blake2b(plate.encode(), key=self._plate_key, digest_size=16).hexdigest()


class WeatherView:
    """The sky over the city."""

    def __init__(self, congestion: Congestion, weather: Rain, rng: Random) -> None:
        self._centre = congestion.centre
        self._weather = weather
        self._rng = rng
        self._mean_c = rng.uniform(6, 18)
        self._cloudy = rng.random() < 0.5

    def observation_of(self, station: Place, event_id: str, time_ms: int) -> Weather:
        """The weather at the station; epoch seconds. Wind freshens and sight shrinks with the rain."""
        rng = self._rng
        lon, lat = station.position
        rain = self._weather.mm_per_h(time_ms, plane_m(self._centre, station.position)[0])
        hour = day.local_hour(time_ms, self._centre[0])
        warmth = sin((hour - 9) / 12 * pi)  # coldest at 3, warmest at 15
        return Weather(
            event_id=event_id,
            timestamp=time_ms / 1000,
            station_id=station.id,
            latitude=lat,
            longitude=lon,
            temperature_c=round(self._mean_c + 5 * warmth - 0.25 * rain + rng.gauss(0, 0.1), 2),
            humidity_pct=round(min(100.0, 62 - 15 * warmth + 4 * rain + rng.gauss(0, 0.5)), 1),
            wind_speed_ms=round(max(0.0, 3 + 0.4 * rain + rng.gauss(0, 0.4)), 2),
            precipitation_mm_h=round(rain, 2),
            visibility_m=round(max(800.0, 20_000 - 1_500 * rain)),
            condition=self._condition(rain),
            air_quality_index=round(max(5.0, 25 + 45 * day.demand(time_ms, lon) - 2 * rain), 1),
        )

    def _condition(self, rain_mm_h: float) -> Condition:
        if rain_mm_h >= 9:
            return "thunderstorm"
        if rain_mm_h >= 0.5:
            return "rain"
        if rain_mm_h > 0:
            return "drizzle"
        return "clouds" if self._cloudy else "clear"
