"""Daily views put together: which rows each is made from, and what its manifest tells of that."""

from collections.abc import Mapping
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from batch.daily import emergencies, modes, readings, table, vehicles, weather_speed
from batch.daily.fleets import fleets
from batch.daily.hours import at_hours, clock
from batch.daily.inputs import Inputs, event_columns
from batch.daily.road_hours import road_hours
from batch.daily.road_windows import road_windows
from batch.daily.roads import roads
from batch.daily.usual import usual
from citystream.contracts import daily as contract
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.manifest import BatchView, Compacted


class Made(NamedTuple):
    """A view that is not written yet."""

    view: DailyView
    rows: pa.Table | None
    """None where there can be none: the reasons tell."""
    made_from: dict[str, str]
    reasons: list[str]


async def of_roads(inputs: Inputs, known: ir.Table) -> list[Made]:
    """Made from traffic."""
    hours, origin = clock([inputs.day]), inputs.origin("traffic")
    if not inputs.has("traffic"):
        views = contract.ROAD_WINDOWS, contract.ROAD_HOURS, contract.ROADS, contract.WEATHER_SPEED
        nothing = [Made(view, _nothing(view), *origin) for view in views]
        return [*nothing, await _usual(inputs, _nothing(contract.ROAD_WINDOWS))]
    traffic = readings.readings(await inputs.events("traffic", readings.COLUMNS))
    async with inputs.kept("readings", at_hours(traffic, "window_start", hours)) as measured:
        flow = ibis.memtable(await inputs.table(readings.free_flow(measured, known)))
        windows = await _finished(inputs, contract.ROAD_WINDOWS, road_windows(measured, flow))
        by_hour = at_hours(ibis.memtable(windows), "window_start", hours)
        return [
            Made(contract.ROAD_WINDOWS, windows, *origin),
            Made(
                contract.ROAD_HOURS,
                await _finished(inputs, contract.ROAD_HOURS, road_hours(measured, by_hour)),
                *origin,
            ),
            Made(
                contract.ROADS,
                await _finished(inputs, contract.ROADS, roads(measured, by_hour, flow, known)),
                *origin,
            ),
            await _usual(inputs, windows),
            await _weather_speed(inputs, by_hour, flow, hours),
        ]


async def _usual(inputs: Inputs, windows: pa.Table) -> Made:
    view = contract.ROAD_WINDOWS
    earlier = await inputs.earlier(view, contract.USUAL_DAYS - 1)
    made_from, reasons = inputs.origin("traffic")
    made_from |= _of_days(earlier, batch_view(view))
    days = len(earlier) + (windows.num_rows > 0)
    if days < contract.LEAST_DAYS:
        lacking = (
            f"{contract.LEAST_DAYS} days with readings are needed; of the last {contract.USUAL_DAYS} "
            f"{days} have any"
        )
        return Made(contract.USUAL, None, made_from, [lacking, *reasons])
    rows = (await inputs.view(view, *earlier.values())).union(ibis.memtable(windows))
    with_hours = at_hours(rows, "window_start", clock([*earlier, inputs.day]))
    return Made(
        contract.USUAL, await _finished(inputs, contract.USUAL, usual(with_hours)), made_from, reasons
    )


async def _weather_speed(inputs: Inputs, windows: ir.Table, flow: ir.Table, hours: ir.Table) -> Made:
    made_from, reasons = inputs.origin("traffic", "weather")
    before = await inputs.earlier(contract.USUAL, 1)
    made_from |= _of_days(before, batch_view(contract.USUAL))
    expected = await inputs.view(contract.USUAL, *before.values())
    observed = at_hours(await inputs.events("weather", weather_speed.COLUMNS), "event_time", hours)
    rows = weather_speed.weather_speed(windows, flow, observed, expected)
    return Made(
        contract.WEATHER_SPEED, await _finished(inputs, contract.WEATHER_SPEED, rows), made_from, reasons
    )


async def of_vehicles(inputs: Inputs) -> list[Made]:
    """Made from GPS."""
    origin = inputs.origin("gps")
    if not inputs.has("gps"):
        return [Made(view, _nothing(view), *origin) for view in (contract.VEHICLES, contract.FLEETS)]
    carried = await inputs.rows([], event_columns("gps", vehicles.COLUMNS))
    parts: list[pa.Table] = []
    async for positions in inputs.hours("gps", vehicles.COLUMNS):
        parts.append(await inputs.table(vehicles.part(positions, carried)))
        carried = ibis.memtable(parts[-1])
    days = vehicles.vehicles(ibis.memtable(pa.concat_tables(parts)))
    rows = await _finished(inputs, contract.VEHICLES, days)
    types = await _finished(inputs, contract.FLEETS, fleets(ibis.memtable(rows)))
    return [Made(contract.VEHICLES, rows, *origin), Made(contract.FLEETS, types, *origin)]


async def of_incidents(inputs: Inputs, known: ir.Table) -> list[Made]:
    """Made from emergencies, those of the day before too."""
    made_from, reasons = inputs.origin("emergency")
    before = {
        one.day: found for one in await inputs.before(1) if (found := one.manifest.compacted.get("emergency"))
    }
    made_from |= _of_days(before, "emergency")
    if not before:
        reasons = [*reasons, "what began on the day before is not known: that day is not compacted"]
    view = contract.EMERGENCIES
    if not inputs.has("emergency"):
        return [Made(view, _nothing(view), made_from, reasons)]
    steps = await inputs.events("emergency", emergencies.COLUMNS, *before.values())
    rows = await _finished(inputs, view, emergencies.emergencies(steps, known, inputs.day))
    return [Made(view, rows, made_from, reasons)]


async def of_cameras(inputs: Inputs) -> list[Made]:
    """Made from cameras' observations."""
    view, origin = contract.MODES, inputs.origin("camera")
    if not inputs.has("camera"):
        return [Made(view, _nothing(view), *origin)]
    rows = modes.modes(await inputs.events("camera", modes.COLUMNS))
    return [Made(view, await _finished(inputs, view, rows), *origin)]


def _nothing(view: DailyView) -> pa.Table:
    """A view without rows."""
    return table.of_rows([], view)


async def _finished(inputs: Inputs, view: DailyView, rows: ir.Table) -> pa.Table:
    return await inputs.table(table.finished(rows, view))


def _of_days(days: Mapping[CityDay, BatchView | Compacted], name: str) -> dict[str, str]:
    """Versions of what is of other days."""
    return {f"{day.date}/{name}": one.version for day, one in days.items()}
