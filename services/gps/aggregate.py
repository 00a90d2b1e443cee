"""GPS: the newest position of each vehicle, and what it did each minute."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from citystream.contracts.area import Area, no_fix
from citystream.contracts.gps import LATEST, TTL_S, WINDOW_S, WINDOWS, Gps, GpsWindow
from citystream.contracts.state import MICRO, MILLI, Summary
from citystream.fold.dead_letters import RefusedError
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


def place_check(area: Area | None) -> Callable[[Gps], tuple[()]]:
    """Refuses positions where no vehicle of the city can be; without an area, only where no fix was."""

    def check(event: Gps) -> tuple[()]:
        longitude, latitude = event.longitude, event.latitude
        if no_fix(longitude, latitude):
            raise RefusedError("latitude", "0, 0 is what a receiver says that has no fix")
        if area is None or area.holds(longitude, latitude):
            return ()
        reason = f"lies more than {area.margin_km:g} km outside the city"
        if area.holds(latitude, longitude):
            reason += "; it would lie inside if latitude and longitude were exchanged"
        raise RefusedError("latitude", reason)

    return check


def service(area: Area | None) -> Service[Gps]:
    """The gps service of a city; without an area, vehicles may be anywhere."""
    return Service(
        name="gps",
        event=Gps,
        check=place_check(area),
        windows=(
            # The track of the last 24 h: one point a minute, so 1,440 a vehicle.
            Windows(
                name=WINDOWS,
                key=attrgetter("vehicle_id"),
                state=GpsWindow,
                add=add,
                window_s=WINDOW_S,
                ttl_s=TTL_S,
                document=document,
                live=False,
            ),
        ),
        latest=(
            Latest(
                name=LATEST,
                key=attrgetter("vehicle_id"),
                value=position,
                place=lambda event: (event.longitude, event.latitude),
                ttl_s=TTL_S,
            ),
        ),
    )
