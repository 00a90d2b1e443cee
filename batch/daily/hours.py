"""Hours of the city's clock: of the slots of a quarter of an hour that a day has."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from citystream.contracts.city_day import CityDay

SLOT_MS = 900_000
"""Each zone's clock is off UTC by a multiple of it, and changes at one."""
SCHEMA = pa.schema([(name, pa.int64()) for name in ("slot", "hour_start", "hour", "weekday", "day_start")])


def clock(days: Iterable[CityDay]) -> ir.Table:
    """Slot (number since the epoch) -> when its hour and day began (epoch ms), hour, weekday (1 is Monday).

    An hour begins where the clock shows no minutes, or another hour than before: where it goes back an hour,
    two hours have the same number.
    """
    return ibis.memtable(pa.Table.from_pylist([row for day in days for row in _slots(day)], SCHEMA))


def _slots(day: CityDay) -> list[dict[str, int]]:
    rows: list[dict[str, int]] = []
    zone, before = ZoneInfo(day.timezone), None
    for at_ms in range(day.start_ms, day.end_ms, SLOT_MS):
        at = datetime.fromtimestamp(at_ms / 1000, zone)
        begins = before is None or (at.hour, at.utcoffset()) != before
        hour_start = at_ms if begins else rows[-1]["hour_start"]
        # A day is its midnight's, whatever a clock says that goes back over it.
        rows.append(
            {
                "slot": at_ms // SLOT_MS,
                "hour_start": hour_start,
                "hour": at.hour,
                "weekday": day.date.isoweekday(),
                "day_start": day.start_ms,
            }
        )
        before = at.hour, at.utcoffset()
    return rows


def at_hours(rows: ir.Table, time: str, hours: ir.Table) -> ir.Table:
    """Rows with the hour in which a column of epoch milliseconds lies; those of other days are left out."""
    slots = rows.mutate(slot=rows[time] // SLOT_MS)
    return slots.join(hours, "slot").drop("slot")
