"""`daily.fleets`."""

import ibis.expr.types as ir

from citystream.contracts.daily import MIDDLE


def fleets(vehicles: ir.Table) -> ir.Table:
    """Each type of vehicle, out of the vehicles' days."""
    sums = vehicles.group_by("vehicle_type").agg(
        vehicles=lambda t: t.count(),
        positions=lambda t: t["positions"].sum(),
        median_distance_km=lambda t: t["distance_km"].quantile(MIDDLE),
        distance_km=lambda t: t["distance_km"].sum(),
        moving_s=lambda t: t["moving_s"].sum(),
        reporting_s=lambda t: t["reporting_s"].sum(),
    )
    return sums.mutate(utilisation_pct=100 * sums["moving_s"] / sums["reporting_s"].nullif(0))
