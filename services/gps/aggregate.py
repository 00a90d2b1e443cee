"""GPS: the newest position of each vehicle, and what it did each minute."""

from operator import attrgetter
from typing import Any

from citystream.contracts import views
from citystream.contracts.events import Gps
from citystream.contracts.redis_keys import GPS_TTL_S
from citystream.contracts.views import GPS_WINDOW_S, MICRO, MILLI, GpsWindow, Summary
from citystream.service import Latest, Service, Windows


def add(window: GpsWindow, event: Gps, time_ms: int) -> None:
    """One more position."""
    window.positions += 1
    if event.speed_kmh is None:
        window.without_speed += 1
    else:
        speed = round(event.speed_kmh * MILLI)
        window.speed_sum += speed
        window.speed_max = max(window.speed_max, speed)
    here = (time_ms, round(event.latitude * MICRO), round(event.longitude * MICRO))
    # Of two positions at one time the greater wins, as in `merge`: order of arrival must not matter.
    if here > (window.last_ms, window.latitude, window.longitude):
        window.last_ms, window.latitude, window.longitude = here


def position(event: Gps, time_ms: int) -> dict[str, Any]:
    """What readers get of a vehicle."""
    return {
        "vehicle_id": event.vehicle_id,
        "vehicle_type": event.vehicle_type,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "speed_kmh": event.speed_kmh,
        "heading_deg": event.heading_deg,
        "road_id": event.road_id,
        "time_ms": time_ms,
    }


def document(vehicle_id: str, window: GpsWindow) -> Summary:
    """What the search index gets of a vehicle's minute."""
    return {"vehicle_id": vehicle_id, **window.summary()}


SERVICE: Service[Gps] = Service(
    name="gps",
    event=Gps,
    windows=(
        # The track of the last 24 h: one point a minute, so 1,440 a vehicle.
        Windows(
            name=views.GPS_WINDOWS,
            key=attrgetter("vehicle_id"),
            state=GpsWindow,
            add=add,
            window_s=GPS_WINDOW_S,
            ttl_s=GPS_TTL_S,
            document=document,
            live=False,
        ),
    ),
    latest=(
        Latest(
            name=views.GPS_LATEST,
            key=attrgetter("vehicle_id"),
            value=position,
            place=lambda event: (event.longitude, event.latitude),
            ttl_s=GPS_TTL_S,
        ),
    ),
)
