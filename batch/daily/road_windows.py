"""`daily.road_windows`."""

import ibis
import ibis.expr.types as ir

from batch.daily.speeds import counts
from citystream.contracts.traffic import CONGESTED_BELOW


def road_windows(readings: ir.Table, free_flow: ir.Table) -> ir.Table:
    """Five minutes of each road."""
    sums = readings.group_by("road_id", "window_start").agg(
        **counts(readings),
        speeds=readings["speed"].count(),
        standing=readings["standing"].sum(),
    )
    known = sums.left_join(free_flow, "road_id").drop("road_id_right")
    stood = (known["standing"] > 0) & (known["standing"] >= known["speeds"])
    slow = known["mean_speed_kmh"] / known["free_flow_kmh"] < CONGESTED_BELOW
    # Without a speed and without a queue the road was empty.
    congested = ibis.cases((stood, True), (known["speeds"] == 0, False), else_=slow)
    return known.mutate(congested=congested).drop("speeds", "standing", "free_flow_kmh", "free_flow_from")
