"""Traffic: five minutes of readings of each road, and its congestion against free-flow speed."""

from functools import lru_cache
from operator import attrgetter

from citystream.contracts.city_model import CityModel
from citystream.contracts.sketch import bucket
from citystream.contracts.state import MICRO, MILLI, Summary
from citystream.contracts.traffic import STANDING_PCT, WINDOW_S, WINDOWS, Traffic, TrafficWindow
from citystream.service import Service, Windows


# 65,536 speeds: sensors report one or two decimals, so a city's speeds repeat.
@lru_cache(maxsize=65_536)
def _shares(speed_kmh: float) -> tuple[int, int, int]:
    """What one reading adds to the sum and to the sum of squares, and its bucket."""
    return round(speed_kmh * MICRO), round(speed_kmh * MILLI) ** 2, bucket(speed_kmh)


def add(window: TrafficWindow, event: Traffic, time_ms: int) -> None:
    """One more reading."""
    window.readings += 1
    count, occupancy, speed = event.vehicle_count, event.occupancy_pct, event.speed_kmh
    if count is None:
        window.without_count += 1
    else:
        window.vehicles += count
    if occupancy is not None:
        window.occupancy_sum += round(occupancy * MILLI)
        window.occupancy_count += 1
    if speed is None or count == 0:
        window.without_speed += 1
        if not count and occupancy is not None and occupancy >= STANDING_PCT:
            window.standing += 1
        return
    micro, square, number = _shares(speed)
    if count is not None:
        window.weighted_speed_sum += micro * count
        window.weighted_vehicles += count
    window.speed_sum += micro
    window.speed_sumsq += square
    least, greatest = window.speed_min, window.speed_max
    if least is None or speed < least:
        window.speed_min = speed
    if greatest is None or speed > greatest:
        window.speed_max = speed
    buckets = window.speed_buckets
    buckets[number] = buckets.get(number, 0) + 1


def service(model: CityModel | None) -> Service[Traffic]:
    """The traffic service of a city; without a model, congestion is unknown in the search index."""
    free_flow = {road.id: road.free_flow_kmh for road in model.roads.values()} if model else {}

    def document(road_id: str, window: TrafficWindow) -> Summary:
        level = window.congestion_level(free_flow.get(road_id))
        return {"road_id": road_id, "congestion_level": level, **window.summary()}

    return Service(
        name="traffic",
        event=Traffic,
        windows=(
            Windows(
                name=WINDOWS,
                key=attrgetter("road_id"),
                state=TrafficWindow,
                add=add,
                window_s=WINDOW_S,
                document=document,
            ),
        ),
    )
