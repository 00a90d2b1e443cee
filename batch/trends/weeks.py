"""Roads' five minutes of the last weeks: which of the two weeks each is of."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from batch.daily.hours import at_hours, clock
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily import WINDOW_MS
from citystream.contracts.trends import WEEK_DAYS

SCHEMA = pa.schema([("day_start", pa.int64()), ("days_ago", pa.int64())])
SPEED = "mean_speed_kmh"


def by_day(windows: ir.Table, day: CityDay, earlier: Iterable[CityDay]) -> ir.Table:
    """Windows with hour and weekday, how many `days_ago` they were, and their `slot`, the five minutes of the
    hour by the clock."""
    days = [day, *earlier]
    ages = [{"day_start": one.start_ms, "days_ago": (day.date - one.date).days} for one in days]
    told = at_hours(
        windows.select("road_id", "window_start", SPEED, "congested"), "window_start", clock(days)
    )
    aged = told.join(ibis.memtable(pa.Table.from_pylist(ages, SCHEMA)), "day_start")
    return aged.mutate(slot=(aged["window_start"] - aged["hour_start"]) // WINDOW_MS)


def this_week(windows: ir.Table) -> ir.BooleanValue:
    """Of the last 7 days."""
    return windows["days_ago"] < WEEK_DAYS


def week_before(windows: ir.Table) -> ir.BooleanValue:
    """Of the 7 before."""
    return windows["days_ago"].between(WEEK_DAYS, 2 * WEEK_DAYS - 1)


def speeds(windows: ir.Table) -> dict[str, ir.Value]:
    """Mean speed of either week."""
    return {
        "mean_speed_kmh": windows[SPEED].mean(where=this_week(windows)),
        "mean_speed_before_kmh": windows[SPEED].mean(where=week_before(windows)),
    }


def change_pct(rows: ir.Table) -> ir.Value:
    """Of the mean speed."""
    return 100 * (rows["mean_speed_kmh"] / rows["mean_speed_before_kmh"].nullif(0) - 1)
