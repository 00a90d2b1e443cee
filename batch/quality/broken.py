"""When each sender broke a rule: `entity`, `start`, `end` (epoch ms), `events`."""

import ibis
import ibis.expr.types as ir

from batch.quality.marked import runs
from citystream.contracts.quality import (
    AHEAD_MS,
    BEHIND_MS,
    GAP_CADENCES,
    GAP_MS,
    STEADY_MS,
    STUCK_EVENTS,
)

INTERVAL = ("entity", "start", "end", "events")
# Fewer events of an hour, or fewer senders, tell nothing of a clock.
LEAST_EVENTS, LEAST_SENDERS = 3, 3


def stuck(events: ir.Table, least_ms: int) -> ir.Table:
    """The very same values, many times and for long. The event that they repeat is one of them."""
    same = runs(events.filter(events["repeated"]))
    found = same.group_by("entity", "run").agg(
        start=(same["time"] - same["gap"]).min(), end=same["time"].max(), events=same.count() + 1
    )
    long = (found["events"] >= STUCK_EVENTS) & (found["end"] - found["start"] >= least_ms)
    return found.filter(long).select(*INTERVAL)


def out_of_range(events: ir.Table) -> ir.Table:
    """Values of no city, on end."""
    odd = runs(events.filter(events["odd"]))
    return odd.group_by("entity", "run").agg(**_span(odd)).select(*INTERVAL)


def delays(events: ir.Table) -> ir.Table:
    """Of each sender's hour: quickest and median delay (ms), with its span."""
    return events.group_by("entity", "hour").agg(
        quickest=events["delay"].min(), usual=events["delay"].median(), **_span(events)
    )


def wrong_clocks(hours: ir.Table) -> ir.Table:
    """Hours in which a sender's clock was ahead of Kafka's, or behind other senders'; those that follow each
    other are one interval. `hours` is what `delays` gives, of all senders."""
    told = hours.filter(hours["events"] >= LEAST_EVENTS)
    in_hour = ibis.window(group_by="hour")
    held = told.mutate(
        others=told["quickest"].median().over(in_hour), senders=told["entity"].count().over(in_hour)
    )
    steady = held["usual"] - held["quickest"] <= STEADY_MS
    slower = held["quickest"] - held["others"] > BEHIND_MS
    behind = (held["senders"] >= LEAST_SENDERS) & steady & slower
    wrong = held.filter((held["usual"] < -AHEAD_MS) | behind)
    of_sender = ibis.window(group_by=wrong["entity"], order_by=wrong["hour"])
    # Hours on end differ from their number by the same.
    marked = wrong.mutate(run=wrong["hour"] - ibis.row_number().over(of_sender))
    return (
        marked.group_by("entity", "run")
        .agg(start=marked["start"].min(), end=marked["end"].max(), events=marked["events"].sum())
        .select(*INTERVAL)
    )


def gaps(events: ir.Table, senders: ir.Table, start_ms: int, end_ms: int) -> ir.Table:
    """Silence of more than ten cadences, from one event to the next; of a sender that was known before from
    the day's start on, and of all to its end.

    Args:
        senders: `entity`, `cadence_ms`, `first` and `last` (null of one that was silent all day), and whether
            it is `known` from before.
    """
    bound = ibis.greatest(senders["cadence_ms"] * GAP_CADENCES, ibis.literal(GAP_MS))
    bounds = senders.mutate(bound=bound)
    within = events.filter(events["gap"] > GAP_MS).join(bounds, "entity")
    inner = within.filter(within["gap"] > within["bound"]).select(
        "entity", start=lambda t: t["time"] - t["gap"], end=lambda t: t["time"]
    )
    before = bounds.filter(bounds["known"]).select(
        "entity", "bound", start=ibis.literal(start_ms), end=bounds["first"].fill_null(end_ms)
    )
    after = bounds.filter(bounds["last"].notnull()).select(
        "entity", "bound", start=lambda t: t["last"], end=ibis.literal(end_ms)
    )
    edges = before.union(after)
    outer = edges.filter(edges["end"] - edges["start"] > edges["bound"]).drop("bound")
    return inner.union(outer).mutate(events=ibis.literal(0, "int64"))


def _span(events: ir.Table) -> dict[str, ir.Value]:
    return {"start": events["time"].min(), "end": events["time"].max(), "events": events.count()}
