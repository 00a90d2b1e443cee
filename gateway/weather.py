"""Weather stations: the latest observation of each."""

from collections.abc import Iterable, Mapping

import msgspec

from citystream.contracts.city_model import CityModel
from citystream.contracts.event import Latitude, Longitude
from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from citystream.contracts.stored import latest
from citystream.contracts.weather import LATEST, Condition
from gateway import bounds
from gateway.reader import Reader
from gateway.staleness import Judged, Staleness
from gateway.view import Entry, View


class Observation(msgspec.Struct, frozen=True):
    """What a station last said; None is what it does not measure."""

    time_ms: int
    latitude: Latitude
    longitude: Longitude
    temperature_c: float | None = None
    humidity_pct: float | None = None
    wind_speed_ms: float | None = None
    precipitation_mm_h: float | None = None
    visibility_m: float | None = None
    condition: Condition = "unknown"
    air_quality_index: float | None = None


class Station(Judged, frozen=True):
    """What is told of a weather station; null where it has not reported, and what it does not measure."""

    station_id: str
    name: str
    timestamp: str | None
    latitude: float
    longitude: float
    temperature_c: float | None
    humidity_pct: float | None
    wind_speed_ms: float | None
    precipitation_mm_h: float | None
    visibility_m: float | None
    condition: Condition | None
    air_quality_index: float | None


_decoder = msgspec.msgpack.Decoder(Observation)
MEASURED = tuple(
    name for name in Observation.__struct_fields__ if name not in ("time_ms", "latitude", "longitude")
)


class WeatherReader(Reader[Observation]):
    """`weather` observations by station."""

    type_ = "weather"
    name = LATEST
    kind = "latest"

    def __init__(self, model: CityModel | None, stale_after_s: float) -> None:
        self._stations = model.stations if model else {}
        self.view = View("weather", AGGREGATE_TTL_S, self._blanks(), staleness=Staleness(stale_after_s))

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        seen = latest(fields, _decoder)
        station = self._stations.get(key)
        body = {
            "station_id": key,
            "name": station.name if station else key,
            "timestamp": rfc3339(seen.time_ms),
            "latitude": seen.latitude,
            "longitude": seen.longitude,
            **{name: getattr(seen, name) for name in MEASURED},
        }
        place = bounds.of_point(seen.longitude, seen.latitude)
        self.view.put(Entry(key, seen.time_ms, seen, msgspec.json.encode(body), place))

    def _blanks(self) -> Iterable[Entry[Observation]]:
        for station in self._stations.values():
            longitude, latitude = station.position
            body = {
                "station_id": station.id,
                "name": station.name,
                "timestamp": None,
                "latitude": latitude,
                "longitude": longitude,
                **dict.fromkeys(MEASURED),
            }
            place = bounds.of_point(longitude, latitude)
            yield Entry(station.id, None, None, msgspec.json.encode(body), place)
