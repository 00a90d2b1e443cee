"""Cameras: the latest observation of each. Plate hashes stay in Redis."""

from collections.abc import Iterable, Mapping

import msgspec

from citystream.contracts.camera import LATEST, CameraCounts
from citystream.contracts.city_model import CityModel, Place
from citystream.contracts.event import Id, SpeedKmh
from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import AGGREGATE_TTL_S
from citystream.contracts.stored import latest
from gateway import bounds
from gateway.reader import Reader
from gateway.staleness import Judged, Staleness
from gateway.view import Entry, View


class Sighting(msgspec.Struct, frozen=True):
    """What a camera last saw; None is what it did not send."""

    time_ms: int
    road_id: Id
    counts: CameraCounts | None = None
    mean_speed_kmh: SpeedKmh | None = None
    incident: str | None = None


class Camera(Judged, frozen=True):
    """What is told of a camera; null is what it did not send, or has no place in the city model."""

    camera_id: str
    road_id: str | None
    latitude: float | None
    longitude: float | None
    timestamp: str | None
    counts: CameraCounts | None
    mean_speed_kmh: float | None
    incident: str | None


_decoder = msgspec.msgpack.Decoder(Sighting)


class CameraReader(Reader[Sighting]):
    """`camera` observations by camera."""

    type_ = "camera"
    name = LATEST
    kind = "latest"

    def __init__(self, model: CityModel | None, stale_after_s: float) -> None:
        self._cameras = model.cameras if model else {}
        self.view = View("cameras", AGGREGATE_TTL_S, self._blanks(), staleness=Staleness(stale_after_s))

    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        seen = latest(fields, _decoder)
        body = {
            **_place(key, self._cameras.get(key), seen.road_id),
            "timestamp": rfc3339(seen.time_ms),
            "counts": seen.counts,
            "mean_speed_kmh": seen.mean_speed_kmh,
            "incident": seen.incident,
        }
        self.view.put(Entry(key, seen.time_ms, seen, msgspec.json.encode(body), self._box(key)))

    def road_of(self, key: str) -> str | None:
        """The road that a camera last said it watches, or the city model says; None of an unknown one."""
        entry, camera = self.view.get(key), self._cameras.get(key)
        if entry and entry.value:
            return entry.value.road_id
        return camera.road_id if camera else None

    def _box(self, key: str) -> bounds.Bounds | None:
        camera = self._cameras.get(key)
        return bounds.of_point(*camera.position) if camera else None

    def _blanks(self) -> Iterable[Entry[Sighting]]:
        for camera in self._cameras.values():
            body = {
                **_place(camera.id, camera, camera.road_id),
                **dict.fromkeys(("timestamp", "counts", "mean_speed_kmh", "incident")),
            }
            yield Entry(camera.id, None, None, msgspec.json.encode(body), self._box(camera.id))


def _place(key: str, camera: Place | None, road_id: str | None) -> dict[str, object]:
    longitude, latitude = camera.position if camera else (None, None)
    return {"camera_id": key, "road_id": road_id, "latitude": latitude, "longitude": longitude}
