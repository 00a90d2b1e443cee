"""`daily.road_hours`."""

import ibis.expr.types as ir

from batch.daily.speeds import congested_h, speeds


def road_hours(readings: ir.Table, windows: ir.Table) -> ir.Table:
    """Hours of each road; windows with their hour."""
    hour = ["road_id", "hour_start", "hour"]
    congested = windows.group_by("road_id", "hour_start").agg(congested_h=congested_h)
    return readings.group_by(hour).agg(**speeds(readings)).join(congested, ["road_id", "hour_start"])
