"""`daily.reliability`."""

import ibis.expr.types as ir

from batch.trends.weeks import SPEED

LATE = 0.95


def reliability(windows: ir.Table, roads: ir.Table) -> ir.Table:
    """How travel times of each road's hour spread, against free flow; of windows in which something moved.

    Args:
        roads: `road_id`, `free_flow_kmh`.
    """
    moving = windows.filter(windows[SPEED] > 0).join(roads.filter(roads["free_flow_kmh"] > 0), "road_id")
    timed = moving.mutate(index=moving["free_flow_kmh"] / moving[SPEED])
    rows = timed.group_by("road_id", "hour").agg(
        days=timed["day_start"].nunique(),
        windows=timed.count(),
        free_flow_kmh=timed["free_flow_kmh"].max(),
        mean_time_index=timed["index"].mean(),
        planning_time_index=timed["index"].quantile(LATE),
    )
    return rows.mutate(buffer_index_pct=100 * (rows["planning_time_index"] / rows["mean_time_index"] - 1))
