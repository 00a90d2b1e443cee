"""`daily.week_hours`."""

import ibis
import ibis.expr.types as ir

from batch.trends.weeks import change_pct, speeds


def week_hours(windows: ir.Table) -> ir.Table:
    """Each road's hours of the week, and those of all roads that both weeks have."""
    roads = windows.group_by("road_id", "weekday", "hour").agg(**speeds(windows))
    told = roads.filter(roads["mean_speed_kmh"].notnull() | roads["mean_speed_before_kmh"].notnull())
    both = told.filter(told["mean_speed_kmh"].notnull() & told["mean_speed_before_kmh"].notnull())
    city = both.group_by("weekday", "hour").agg(
        mean_speed_kmh=both["mean_speed_kmh"].mean(),
        mean_speed_before_kmh=both["mean_speed_before_kmh"].mean(),
    )
    every = told.union(city.mutate(road_id=ibis.null("string")).select(*told.columns))
    return every.mutate(change_pct=change_pct(every))
