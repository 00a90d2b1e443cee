"""trends: what changes from week to week.

five minutes of roads of the last 28 days, the day's incidents -> expressions -> S3
"""

import shutil
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from batch.daily import emergencies, table
from batch.daily.inputs import Inputs
from batch.run import Result
from batch.session import Session
from batch.table_writing import write_table
from batch.trends.reliability import reliability
from batch.trends.trends import trends as trends_of
from batch.trends.week_hours import week_hours
from batch.trends.weeks import by_day
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily import ROAD_WINDOWS, ROADS, USUAL_DAYS
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import BatchView, Compacted
from citystream.contracts.trends import RELIABILITY, RELIABLE_DAYS, TRENDS, WEEK_HOURS

WINDOWS = "trend_windows"


async def trends(
    session: Session,
    day: CityDay,
    version: str,
    compacted: Mapping[str, Compacted],
    views: Mapping[str, BatchView],
) -> Result:
    """Write the views of trends of a day that has its daily views; without roads there are none.

    Args:
        views: the day's, by name.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    own, roads = (views.get(batch_view(view)) for view in (ROAD_WINDOWS, ROADS))
    if own is None or roads is None:
        return Result({})
    folder = session.scratch / version / "trends"
    inputs = Inputs(session, day, compacted, folder)
    try:
        earlier = await inputs.earlier(ROAD_WINDOWS, USUAL_DAYS - 1)
        made_from = {
            batch_view(ROAD_WINDOWS): own.version,
            **{type_: compacted[type_].version for type_ in ("emergency",) if type_ in compacted},
            **{f"{one.date}/{batch_view(ROAD_WINDOWS)}": view.version for one, view in earlier.items()},
        }
        rows = by_day(await inputs.view(ROAD_WINDOWS, own, *earlier.values()), day, earlier)
        days = len(earlier) + (own.rows > 0)
        made: dict[str, BatchView] = {}
        async with inputs.kept(WINDOWS, rows) as windows:
            for view, expression in (
                (TRENDS, trends_of(windows, await _incidents(inputs))),
                (WEEK_HOURS, week_hours(windows)),
                (RELIABILITY, reliability(windows, await inputs.view(ROADS, roads))),
            ):
                lacking = _lacking(days) if view is RELIABILITY and days < RELIABLE_DAYS else None
                found = None if lacking else await inputs.table(table.finished(expression, view))
                reasons = [lacking, *own.reasons] if lacking else own.reasons
                made[batch_view(view)] = await write_table(
                    session, day, version, view, found, made_from, reasons
                )
        return Result(made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lacking(days: int) -> str:
    return f"{RELIABLE_DAYS} days with readings are needed; of the last {USUAL_DAYS} {days} have any"


async def _incidents(inputs: Inputs) -> ir.Table:
    """When each was active on a road; of those that are not over, to the day's end."""
    before = [found for one in await inputs.before(1) if (found := one.manifest.compacted.get("emergency"))]
    steps = await inputs.events("emergency", emergencies.COLUMNS, *before)
    told = emergencies.incidents(steps)
    begun = ibis.coalesce(told["reported"], told["dispatched"], told["on_scene"])
    over = ibis.coalesce(told["resolved"], told["cancelled"], ibis.literal(inputs.day.end_ms))
    return told.select("road_id", start=begun, end=over).filter(lambda t: t["road_id"].notnull())
