"""The city in one answer."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from statistics import fmean
from typing import Any

import msgspec

from citystream.contracts.redis_keys import DAY_S
from citystream.contracts.state import MICRO, mean
from citystream.contracts.traffic import Level
from gateway.city import City
from gateway.traffic import NOTHING_PASSED, Congestion, RoadWindow
from gateway.view import Entry

SLOWEST = 10


class RoadTotals(msgspec.Struct, frozen=True):
    """Roads, and those of them that report now."""

    total: int
    reporting: int


class SlowRoad(msgspec.Struct, frozen=True):
    """One of the roads farthest from free flow."""

    road_id: str
    name: str
    mean_speed_kmh: float | None
    congestion: Congestion


class VehicleTotals(msgspec.Struct, frozen=True):
    """Vehicles that were seen lately."""

    total: int
    by_type: dict[str, int]


class IncidentTotals(msgspec.Struct, frozen=True):
    """Active incidents; response times of the last day's."""

    active: int
    by_kind: dict[str, int]
    mean_response_s: float | None
    responses: int


class WeatherTotals(msgspec.Struct, frozen=True):
    """All stations together."""

    stations: int
    condition: str | None
    """The most frequent one; null if no station tells any."""
    mean_temperature_c: float | None
    mean_wind_speed_ms: float | None
    mean_precipitation_mm_h: float | None
    min_visibility_m: float | None


class TrafficSummary(msgspec.Struct, frozen=True):
    """The city in one answer."""

    roads: RoadTotals
    mean_speed_kmh: float | None
    congestion: dict[Level, int]
    """Roads by level."""
    slowest_roads: list[SlowRoad]
    vehicles: VehicleTotals
    incidents: IncidentTotals
    weather: WeatherTotals


LEVELS: tuple[Level, ...] = ("free", "light", "moderate", "heavy", "jammed", "unknown")


def traffic_summary(city: City) -> dict[str, Any]:
    """Speeds, congestion, vehicles, incidents and weather, as the views have them now."""
    roads = city.traffic.view.in_order()
    current = current_windows(roads, city.traffic.window_s)
    levels = Counter(window.level for window in current.values())
    levels["unknown"] += len(roads) - len(current)
    return {
        "roads": {"total": len(roads), "reporting": len(current)},
        "mean_speed_kmh": _mean_speed_kmh(current.values()),
        "congestion": {level: levels[level] for level in LEVELS},
        "slowest_roads": _slowest(current),
        "vehicles": _vehicles(city),
        "incidents": _incidents(city),
        "weather": _weather(city),
    }


def current_windows(roads: Iterable[Entry[RoadWindow]], window_s: int) -> dict[str, RoadWindow]:
    """Windows by road that are the city's newest or the one before: a dead sensor says nothing of now."""
    measured = {entry.key: entry.value for entry in roads if entry.value}
    newest_s = max((window.start_s for window in measured.values()), default=0)
    return {key: window for key, window in measured.items() if window.start_s >= newest_s - window_s}


def _mean_speed_kmh(windows: Collection[RoadWindow]) -> float | None:
    speeds = sum(window.state.speeds for window in windows)
    return mean(sum(window.state.speed_sum for window in windows), speeds, MICRO)


def _slowest(windows: Mapping[str, RoadWindow]) -> list[dict[str, Any]]:
    ranked = ((window.rank, key) for key, window in windows.items())
    # Where nothing drives, nothing is slow.
    ranks = sorted((rank, key) for rank, key in ranked if rank is not None and rank < NOTHING_PASSED)
    return [
        {
            "road_id": key,
            "name": windows[key].name,
            "mean_speed_kmh": windows[key].state.mean_speed_kmh,
            "congestion": {"level": windows[key].level, "ratio": windows[key].ratio},
        }
        for _, key in ranks[:SLOWEST]
    ]


def _vehicles(city: City) -> dict[str, Any]:
    types = Counter(entry.value.vehicle_type for entry in city.vehicles.view.in_order() if entry.value)
    return {"total": types.total(), "by_type": dict(sorted(types.items()))}


def _incidents(city: City) -> dict[str, Any]:
    view = city.emergencies.view
    active = [entry.value for entry in view.in_order() if entry.value]
    since_ms = (view.newest_ms or 0) - DAY_S * 1000
    responses = [
        seconds
        for entry in view.all()
        if entry.value and entry.value.time_ms >= since_ms
        if (seconds := entry.value.seconds_between("reported", "on_scene")) is not None
    ]
    return {
        "active": len(active),
        "by_kind": dict(sorted(Counter(state.kind for state in active).items())),
        "mean_response_s": fmean(responses) if responses else None,
        "responses": len(responses),
    }


def _weather(city: City) -> dict[str, Any]:
    seen = [entry.value for entry in city.weather.view.in_order() if entry.value]
    # Stations that do not look at the sky must not outvote those that do.
    conditions = Counter(one.condition for one in seen if one.condition != "unknown")
    return {
        "stations": len(seen),
        "condition": conditions.most_common(1)[0][0] if conditions else None,
        "mean_temperature_c": _mean(one.temperature_c for one in seen),
        "mean_wind_speed_ms": _mean(one.wind_speed_ms for one in seen),
        "mean_precipitation_mm_h": _mean(one.precipitation_mm_h for one in seen),
        "min_visibility_m": min(_known(one.visibility_m for one in seen), default=None),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = _known(values)
    return fmean(numbers) if numbers else None


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
