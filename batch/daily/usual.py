"""`daily.usual`."""

import ibis.expr.types as ir

from citystream.contracts.daily import HIGH, LOW, MIDDLE


def usual(windows: ir.Table) -> ir.Table:
    """What is usual on each road in each hour of the week, out of many days' windows with their hours."""
    return windows.group_by("road_id", "weekday", "hour").agg(
        days=lambda t: t["day_start"].nunique(),
        windows=lambda t: t["mean_speed_kmh"].count(),
        low_speed_kmh=lambda t: t["mean_speed_kmh"].quantile(LOW),
        median_speed_kmh=lambda t: t["mean_speed_kmh"].quantile(MIDDLE),
        high_speed_kmh=lambda t: t["mean_speed_kmh"].quantile(HIGH),
        median_vehicles=lambda t: t["vehicles"].quantile(MIDDLE),
    )
