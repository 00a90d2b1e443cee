"""What views of roads tell of speeds."""

import ibis.expr.types as ir

from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.daily import HIGH, LOW, MIDDLE, WINDOW_MS


def counts(readings: ir.Table) -> dict[str, ir.Value]:
    """Aggregates of readings, however few."""
    return {
        "readings": readings.count(),
        "vehicles": readings["vehicles"].sum(),
        "mean_speed_kmh": readings["speed"].mean(),
    }


def speeds(readings: ir.Table) -> dict[str, ir.Value]:
    """The same, and how fast they were spread."""
    speed = readings["speed"]
    return {
        **counts(readings),
        "p15_speed_kmh": speed.quantile(LOW),
        "p50_speed_kmh": speed.quantile(MIDDLE),
        "p85_speed_kmh": speed.quantile(HIGH),
    }


def congested_h(windows: ir.Table) -> ir.Value:
    """Hours in windows that were congested."""
    return windows["congested"].fill_null(False).sum() * (WINDOW_MS / HOUR_MS)
