"""Traffic: five minutes of readings of each road, and its congestion against free-flow speed."""

from functools import lru_cache
from operator import attrgetter

from citystream.contracts import views
from citystream.contracts.city_model import CityModel
from citystream.contracts.events import Traffic
from citystream.contracts.sketch import bucket
from citystream.contracts.views import (
    MICRO,
    MILLI,
    TRAFFIC_WINDOW_S,
    Summary,
    TrafficWindow,
    congestion_level,
)
from citystream.service import Service, Windows


# 65,536 speeds: sensors report one or two decimals, so a city's speeds repeat.
@lru_cache(maxsize=65_536)
def _shares(speed_kmh: float) -> tuple[int, int, int]:
    """What one reading adds to the sum and to the sum of squares, and its bucket."""
    return round(speed_kmh * MICRO), round(speed_kmh * MILLI) ** 2, bucket(speed_kmh)


def add(window: TrafficWindow, event: Traffic, time_ms: int) -> None:
    """One more reading."""
    window.readings += 1
    if event.vehicle_count is None:
        window.without_count += 1
    else:
        window.vehicles += event.vehicle_count
    if event.occupancy_pct is not None:
        window.occupancy_sum += round(event.occupancy_pct * MILLI)
        window.occupancy_count += 1
    speed = event.speed_kmh
    if speed is None:
        window.without_speed += 1
        return
    micro, square, number = _shares(speed)
    window.speed_sum += micro
    window.speed_sumsq += square
    if window.speed_min is None or speed < window.speed_min:
        window.speed_min = speed
    if window.speed_max is None or speed > window.speed_max:
        window.speed_max = speed
    buckets = window.speed_buckets
    buckets[number] = buckets.get(number, 0) + 1


def service(model: CityModel | None) -> Service[Traffic]:
    """The traffic service of a city; without a model, congestion is unknown in the search index."""
    free_flow = {road.id: road.free_flow_kmh for road in model.roads.values()} if model else {}

    def document(road_id: str, window: TrafficWindow) -> Summary:
        level = congestion_level(window.mean_speed_kmh, free_flow.get(road_id))
        return {"road_id": road_id, "congestion_level": level, **window.summary()}

    return Service(
        name="traffic",
        event=Traffic,
        windows=(
            Windows(
                name=views.TRAFFIC_WINDOWS,
                key=attrgetter("road_id"),
                state=TrafficWindow,
                add=add,
                window_s=TRAFFIC_WINDOW_S,
                document=document,
            ),
        ),
    )
