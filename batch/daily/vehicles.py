"""`daily.vehicles`: first parts of the day, each hour by itself, then all of them together.

An hour's positions of a city fit into memory where a day's do not. What a vehicle did between the last
position of one part and the first of the next is told by carrying the one over.
"""

import ibis
import ibis.expr.types as ir

from citystream.contracts.area import KM_PER_DEGREE
from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.daily import FASTEST_KMH, LEG_MS, MOVING_KMH

COLUMNS = ("event_time", "vehicle_id", "vehicle_type", "latitude", "longitude", "speed_kmh")


def part(positions: ir.Table, carried: ir.Table) -> ir.Table:
    """One hour's sums of each vehicle, with its last position.

    Args:
        positions: of the hour.
        carried: rows of `COLUMNS`, one of each vehicle that was seen before.
    """
    rows = positions.select(*COLUMNS).mutate(own=True).union(carried.select(*COLUMNS).mutate(own=False))
    # At one time the order is by place, so that each run finds the same.
    order = ibis.window(group_by="vehicle_id", order_by=["event_time", "latitude", "longitude"])
    legs = rows.mutate(
        before=rows["event_time"].lag().over(order),
        latitude_before=rows["latitude"].lag().over(order),
        longitude_before=rows["longitude"].lag().over(order),
        last=rows["event_time"].lead().over(order).isnull(),
    )
    spent_ms = legs["event_time"] - legs["before"]
    km = _km(legs)
    implied = km * HOUR_MS / spent_ms
    # A leap is an error of the receiver.
    known = ((spent_ms > 0) & (spent_ms <= LEG_MS) & (implied <= FASTEST_KMH)).fill_null(False)
    moving = known & (ibis.coalesce(legs["speed_kmh"], implied) >= MOVING_KMH)
    last = {name: legs[name].max(where=legs["last"]) for name in COLUMNS if name != "vehicle_id"}
    return legs.group_by("vehicle_id").agg(
        positions=legs["own"].sum(),
        distance_km=km.sum(where=moving).fill_null(0.0),
        moving_ms=spent_ms.sum(where=moving).fill_null(0),
        reporting_ms=spent_ms.sum(where=known).fill_null(0),
        max_speed_kmh=legs["speed_kmh"].max(where=legs["own"]),
        **last,
    )


def vehicles(parts: ir.Table) -> ir.Table:
    """Each vehicle's day, out of its parts; `event_time` is that of a part's last position."""
    newest = parts["event_time"] == parts["event_time"].max().over(ibis.window(group_by="vehicle_id"))
    sums = (
        parts.mutate(newest=newest)
        .group_by("vehicle_id")
        .agg(
            vehicle_type=lambda t: t["vehicle_type"].max(where=t["newest"]),
            positions=lambda t: t["positions"].sum(),
            distance_km=lambda t: t["distance_km"].sum(),
            moving_s=lambda t: t["moving_ms"].sum() / 1000,
            reporting_s=lambda t: t["reporting_ms"].sum() / 1000,
            max_speed_kmh=lambda t: t["max_speed_kmh"].max(),
        )
    )
    return sums.mutate(
        utilisation_pct=100 * sums["moving_s"] / sums["reporting_s"].nullif(0),
        moving_speed_kmh=sums["distance_km"] * 3600 / sums["moving_s"].nullif(0),
    )


def _km(legs: ir.Table) -> ir.Value:
    """Length of a leg: over minutes the earth is flat (within 1 in 10,000)."""
    turned = (legs["longitude"] - legs["longitude_before"]).abs()
    # Over the 180th meridian.
    degrees = ibis.least(turned, 360 - turned)
    shrunk = degrees * ((legs["latitude"] + legs["latitude_before"]) / 2).radians().cos()
    height = legs["latitude"] - legs["latitude_before"]
    return (shrunk * shrunk + height * height).sqrt() * KM_PER_DEGREE
