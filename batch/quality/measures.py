"""What each type measures, as the rules of quality need it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from citystream.contracts.camera import CameraCounts
from citystream.contracts.daily import MOVING_KMH

FASTEST_KMH = 250.0
"""Nothing drives faster in a city."""
STRONGEST_WIND_MS = 75.0
"""Above the strongest tropical storms' lower bound: a station, not the wind."""
COLDEST_C, HOTTEST_C = -60.0, 57.0
"""Of inhabited places (WMO)."""


class Measures(NamedTuple):
    """Of one type."""

    columns: tuple[str, ...]
    """Of its events, that are looked at."""
    values: Callable[[ir.Table], list[ir.Value]]
    """What a stuck sender repeats."""
    tells: Callable[[ir.Table], ir.BooleanValue]
    """Whether such values would change if the sender were alive: an empty road is empty for long."""
    possible: Callable[[ir.Table], ir.BooleanValue]
    """Whether values are in range; null is."""


def _within(value: ir.Value, low: float, high: float) -> ir.BooleanValue:
    return value.between(low, high).fill_null(True)


def _traffic_tells(rows: ir.Table) -> ir.BooleanValue:
    some = (rows["vehicle_count"] > 0).fill_null(True)
    return (rows["speed_kmh"] > 0).fill_null(False) & some


def _position_tells(rows: ir.Table) -> ir.BooleanValue:
    return (rows["speed_kmh"] >= MOVING_KMH).fill_null(False)


def _weather_values(rows: ir.Table) -> list[ir.Value]:
    return [rows[name] for name in ("temperature_c", "humidity_pct", "wind_speed_ms", "air_quality_index")]


def _weather_tells(rows: ir.Table) -> ir.BooleanValue:
    # A thermometer alone may well show the same whole degree all night.
    return sum(value.notnull().cast("int64") for value in _weather_values(rows)) >= 2


def _camera_values(rows: ir.Table) -> list[ir.Value]:
    counts = [rows["counts"][name].fill_null(0) for name in CameraCounts.__struct_fields__]
    return [*counts, rows["mean_speed_kmh"]]


def _camera_tells(rows: ir.Table) -> ir.BooleanValue:
    return sum(rows["counts"][name].fill_null(0) for name in CameraCounts.__struct_fields__) > 0


MEASURES: Mapping[str, Measures] = {
    "traffic": Measures(
        ("speed_kmh", "vehicle_count", "occupancy_pct"),
        lambda rows: [rows[name] for name in ("speed_kmh", "vehicle_count", "occupancy_pct")],
        _traffic_tells,
        lambda rows: _within(rows["speed_kmh"], 0, FASTEST_KMH),
    ),
    "gps": Measures(
        ("latitude", "longitude", "speed_kmh"),
        lambda rows: [rows["latitude"], rows["longitude"]],
        _position_tells,
        lambda rows: _within(rows["speed_kmh"], 0, FASTEST_KMH),
    ),
    "weather": Measures(
        ("temperature_c", "humidity_pct", "wind_speed_ms", "air_quality_index"),
        _weather_values,
        _weather_tells,
        lambda rows: (
            _within(rows["temperature_c"], COLDEST_C, HOTTEST_C)
            & _within(rows["wind_speed_ms"], 0, STRONGEST_WIND_MS)
        ),
    ),
    "camera": Measures(
        ("counts", "mean_speed_kmh"),
        _camera_values,
        _camera_tells,
        lambda rows: _within(rows["mean_speed_kmh"], 0, FASTEST_KMH),
    ),
    # Its steps are told, not measured.
    "emergency": Measures((), lambda _: [], lambda _: ibis.literal(False), lambda _: ibis.literal(True)),
}
"""By type. Of one that is not here only what all events have is looked at."""
PLAIN = MEASURES["emergency"]
