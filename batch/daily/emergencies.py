"""`daily.emergencies`."""

from functools import reduce

import ibis
import ibis.expr.types as ir

from batch.daily import city
from citystream.contracts.city_day import CityDay

COLUMNS = (
    "event_time", "incident_id", "kind", "status", "latitude", "longitude", "road_id", "partition", "offset",
)  # fmt: skip
UNKNOWN_AREA = "unknown"
IN_ORDER = ("event_time", "partition", "offset")


DURATIONS = {"dispatches": "dispatch_s", "responses": "response_s", "resolutions": "resolution_s"}
"""What is counted of each."""

cell = ibis.udf.scalar.python(city.cell)


def emergencies(steps: ir.Table, known: ir.Table, day: CityDay) -> ir.Table:
    """Incidents of a day by kind and area, with totals.

    Args:
        steps: of the day and of the one before.
        known: the roads, with their areas.
    """
    return _counted(_located(incidents(steps), known), day)


def incidents(steps: ir.Table) -> ir.Table:
    """Each incident: what it is, as its newest steps tell, and when it first reached each status."""

    def newest(column: str) -> ir.Value:
        return steps[column].last(order_by=list(IN_ORDER))

    def first(status: str) -> ir.Value:
        return steps["event_time"].min(where=steps["status"] == status)

    placed = steps["latitude"].notnull() & steps["longitude"].notnull()
    return steps.group_by("incident_id").agg(
        kind=newest("kind"),
        road_id=newest("road_id"),
        latitude=steps["latitude"].last(where=placed, order_by=list(IN_ORDER)),
        longitude=steps["longitude"].last(where=placed, order_by=list(IN_ORDER)),
        reported=first("reported"),
        dispatched=first("dispatched"),
        on_scene=first("on_scene"),
        resolved=first("resolved"),
        cancelled=first("cancelled"),
    )


def _located(incidents: ir.Table, known: ir.Table) -> ir.Table:
    placed = incidents.left_join(known, "road_id").drop("road_id_right")
    area = ibis.coalesce(placed["area"], cell(placed["longitude"], placed["latitude"]), UNKNOWN_AREA)
    return placed.mutate(area=area)


def _counted(incidents: ir.Table, day: CityDay) -> ir.Table:
    def on_the_day(status: str) -> ir.Value:
        return (incidents[status] >= day.start_ms) & (incidents[status] < day.end_ms)

    def took_s(status: str) -> ir.Value:
        # Of two clocks the later may be behind.
        known = on_the_day(status) & (incidents[status] >= incidents["reported"])
        return known.ifelse((incidents[status] - incidents["reported"]) / 1000, None)

    told = incidents.mutate(
        new=on_the_day("reported").fill_null(False),
        called_off=on_the_day("cancelled").fill_null(False),
        dispatch_s=took_s("dispatched"),
        response_s=took_s("on_scene"),
        resolution_s=took_s("resolved"),
    )
    counts = ("new", "called_off")
    of_the_day = told.filter(
        ibis.or_(*(told[name] for name in counts), *(told[name].notnull() for name in DURATIONS.values()))
    )
    sets: tuple[list[str], ...] = (["kind", "area"], ["kind"], ["area"], [])
    return reduce(ir.Table.union, (_figures(of_the_day, by) for by in sets))


def _figures(incidents: ir.Table, by: list[str]) -> ir.Table:
    figures = {
        # Of a day with none to tell of, its row of all kinds and areas is there, and has no sums.
        "incidents": incidents["new"].sum().fill_null(0),
        "cancelled": incidents["called_off"].sum().fill_null(0),
        **{name: incidents[of].count() for name, of in DURATIONS.items()},
        "response_mean_s": incidents["response_s"].mean(),
        **{
            f"{name.removesuffix('_s')}_p{round(part * 100)}_s": incidents[name].quantile(part)
            for name in DURATIONS.values()
            for part in (0.5, 0.9)
        },
    }
    rows = incidents.group_by(by).agg(**figures) if by else incidents.agg(**figures)
    missing = {name: ibis.null("string") for name in ("kind", "area") if name not in by}
    made = rows.mutate(**missing)
    return made.select("kind", "area", *figures)
