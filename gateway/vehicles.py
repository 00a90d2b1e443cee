"""Vehicles: the latest position of each."""

from collections.abc import Mapping

import msgspec

from citystream.contracts.event import Id, Latitude, Longitude, SpeedKmh
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import LATEST, TTL_S, VehicleType
from citystream.contracts.stored import latest
from gateway import bounds
from gateway.reader import Reader
from gateway.staleness import Judged, Staleness
from gateway.view import Entry, View


class Position(msgspec.Struct, frozen=True):
    """Where a vehicle was last seen; None is what it did not send."""

    time_ms: int
    vehicle_type: VehicleType
    latitude: Latitude
    longitude: Longitude
    speed_kmh: SpeedKmh | None = None
    heading_deg: float | None = None
    road_id: Id | None = None


class Vehicle(Judged, frozen=True):
    """What is told of a vehicle; null is what it did not send."""

    vehicle_id: str
    vehicle_type: VehicleType
    timestamp: str
    latitude: float
    longitude: float
    speed_kmh: float | None
    heading_deg: float | None
    road_id: str | None


_decoder = msgspec.msgpack.Decoder(Position)


class VehicleReader(Reader[Position]):
    """`gps` positions by vehicle."""

    type_ = "gps"
    name = LATEST
    kind = "latest"

    def __init__(self, stale_after_s: float) -> None:
        self.view = View("vehicles", TTL_S, staleness=Staleness(stale_after_s))

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        position = latest(fields, _decoder)
        body = {
            "vehicle_id": key,
            "vehicle_type": position.vehicle_type,
            "timestamp": rfc3339(position.time_ms),
            "latitude": position.latitude,
            "longitude": position.longitude,
            "speed_kmh": position.speed_kmh,
            "heading_deg": position.heading_deg,
            "road_id": position.road_id,
        }
        place = bounds.of_point(position.longitude, position.latitude)
        self.view.put(Entry(key, position.time_ms, position, msgspec.json.encode(body), place))
