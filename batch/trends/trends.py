"""`daily.trends`."""

import ibis
import ibis.expr.types as ir

from batch.trends.weeks import SPEED, change_pct, speeds, this_week, week_before
from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.daily import WINDOW_MS
from citystream.contracts.trends import RECURRING_DAYS, WEEK_DAYS

LEAST_BEFORE = 2
"""Of one day before nobody can say that something recurs."""
SAME_TIME = ("road_id", "hour", "slot")


def trends(windows: ir.Table, incidents: ir.Table) -> ir.Table:
    """Each road's week against the one before, and what congested it on the day.

    Args:
        windows: of `weeks.by_day`.
        incidents: `road_id`, `start` and `end` (epoch ms).
    """
    weeks = _weeks(windows).left_join(_matched(windows), "road_id").drop("road_id_right")
    causes = _causes(windows, incidents)
    told = weeks.left_join(causes, "road_id").drop("road_id_right")
    return told.mutate(**{name: told[name].fill_null(0.0) for name in causes.columns if name != "road_id"})


def _weeks(windows: ir.Table) -> ir.Table:
    ours, before, jammed = this_week(windows), week_before(windows), windows["congested"].fill_null(False)
    sums = windows.group_by("road_id").agg(
        **speeds(windows),
        days=windows["day_start"].nunique(where=ours),
        days_before=windows["day_start"].nunique(where=before),
        hours=_hours(jammed.sum(where=ours)),
        hours_before=_hours(jammed.sum(where=before)),
    )
    known = sums.filter(sums["days"] > 0)
    return known.mutate(
        congested_h_a_day=known["hours"].fill_null(0.0) / known["days"],
        congested_h_a_day_before=known["hours_before"].fill_null(0.0) / known["days_before"].nullif(0),
    ).drop("hours", "hours_before")


def _matched(windows: ir.Table) -> ir.Table:
    """Change of each road's speed, by the weekdays that both weeks have: Sundays are not Mondays."""
    moving = windows.filter(windows[SPEED].notnull())
    weekdays = moving.group_by("road_id", "weekday").agg(
        both=this_week(moving).any() & week_before(moving).any()
    )
    matched = moving.join(weekdays.filter(weekdays["both"]), ["road_id", "weekday"])
    means = matched.group_by("road_id").agg(**speeds(matched))
    return means.select("road_id", change_pct=change_pct(means))


def _causes(windows: ir.Table, incidents: ir.Table) -> ir.Table:
    """Hours of the day's congestion by their cause."""
    today = windows.filter((windows["days_ago"] == 0) & windows["congested"].fill_null(False))
    caused = (
        today.select("window_start", *SAME_TIME)
        .left_join(_recurring(windows), list(SAME_TIME))
        .select("window_start", "road_id", recurring=lambda t: t["recurring"].fill_null(False))
    )
    hit = caused.semi_join(
        incidents,
        [
            caused["road_id"] == incidents["road_id"],
            incidents["start"] < caused["window_start"] + WINDOW_MS,
            incidents["end"] > caused["window_start"],
        ],
    ).select("road_id", "window_start", hit=ibis.literal(True))
    told = caused.left_join(hit, ["road_id", "window_start"]).drop("road_id_right", "window_start_right")
    recurring, by_incident = told["recurring"], told["hit"].fill_null(False)
    return told.group_by("road_id").agg(
        recurring_h=_hours(recurring.sum()),
        incident_h=_hours((~recurring & by_incident).sum()),
        other_h=_hours((~recurring & ~by_incident).sum()),
    )


def _recurring(windows: ir.Table) -> ir.Table:
    """Times at which a road was congested on most of the same weekdays before."""
    same_weekday = [WEEK_DAYS * number for number in range(1, RECURRING_DAYS + 1)]
    before = windows.filter(windows["days_ago"].isin(same_weekday))
    days = before.group_by(*SAME_TIME, "day_start").agg(jammed=before["congested"].fill_null(False).any())
    told = days.group_by(*SAME_TIME).agg(known=days.count(), jammed=days["jammed"].sum())
    return told.select(
        *SAME_TIME, recurring=(told["known"] >= LEAST_BEFORE) & (2 * told["jammed"] > told["known"])
    )


def _hours(windows: ir.Value) -> ir.Value:
    return windows * (WINDOW_MS / HOUR_MS)
