"""Readings of road sensors, as the views of roads need them."""

import ibis.expr.types as ir

from citystream.contracts.daily import HIGH, NIGHT_HOURS, NIGHT_READINGS, WINDOW_MS
from citystream.contracts.traffic import STANDING_PCT

COLUMNS = ("event_time", "road_id", "speed_kmh", "vehicle_count", "occupancy_pct")


def readings(traffic: ir.Table) -> ir.Table:
    """By road and window: `speed` (null of a reading of no vehicles: an empty road is not a jam), `vehicles`,
    and whether vehicles were `standing`. As the traffic service has it."""
    count, occupancy = traffic["vehicle_count"], traffic["occupancy_pct"]
    speed = (count == 0).fill_null(False).ifelse(None, traffic["speed_kmh"])
    stands = speed.isnull() & (count.fill_null(0) == 0) & (occupancy >= STANDING_PCT).fill_null(False)
    return traffic.select(
        "road_id",
        window_start=traffic["event_time"] // WINDOW_MS * WINDOW_MS,
        speed=speed,
        vehicles=count,
        standing=stands,
    )


def free_flow(readings: ir.Table, roads: ir.Table) -> ir.Table:
    """Each road's free-flow speed, and where it is from: its night, else the model."""
    at_night = readings["hour"].isin(list(NIGHT_HOURS)) & readings["speed"].notnull()
    nights = readings.group_by("road_id").agg(
        night_kmh=lambda t: t["speed"].quantile(HIGH, where=at_night),
        night=at_night.sum(),
    )
    known = nights.left_join(roads, "road_id").drop("road_id_right")
    of_night = (known["night"] >= NIGHT_READINGS) & (known["night_kmh"] > 0)
    speed = of_night.ifelse(known["night_kmh"], known["model_kmh"])
    return known.select(
        "road_id",
        free_flow_kmh=speed,
        free_flow_from=speed.isnull().ifelse(None, of_night.ifelse("night", "model")),
    )
