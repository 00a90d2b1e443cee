"""`daily.roads`."""

import ibis.expr.types as ir

from batch.daily.speeds import congested_h, speeds


def roads(readings: ir.Table, windows: ir.Table, free_flow: ir.Table, known: ir.Table) -> ir.Table:
    """Each road's day; `known` has the areas."""
    congested = windows.group_by("road_id").agg(congested_h=congested_h)
    days = readings.group_by("road_id").agg(**speeds(readings))
    return (
        days.join(congested, "road_id")
        .join(free_flow, "road_id")
        .left_join(known, "road_id")
        .drop("road_id_right")
    )
