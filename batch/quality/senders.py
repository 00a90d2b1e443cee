"""Each sender's record of the day: how often it sends, how much of that came, and how late."""

import ibis
import ibis.expr.types as ir

from citystream.contracts.quality import SENSORS


def told(events: ir.Table) -> ir.Table:
    """By `entity`: `events`, median gap and delay (ms), `late`, and when it was `first` and `last` heard."""
    return events.group_by("entity").agg(
        events=events.count(),
        median_gap=events["gap"].median(),
        median_delay=events["delay"].median(),
        late=events["late"].sum(),
        first=events["time"].min(),
        last=events["time"].max(),
    )


def with_cadence(today: ir.Table, before: ir.Table) -> ir.Table:
    """The same with those that were heard of on the days before, `known` from then, and each one's
    `cadence_ms`: the median of its median gaps by day.

    Args:
        before: rows of `quality_entities` of these days, of this type.
    """
    heard = before.filter(before["events"] > 0)
    gaps = heard.select("entity", gap=heard["median_gap_s"] * 1000).union(
        today.select("entity", gap=today["median_gap"].cast("float64"))
    )
    cadences = gaps.group_by("entity").agg(cadence_ms=gaps["gap"].median())
    known = heard.select("entity").distinct().mutate(known=True)
    both = cadences.left_join(today, "entity").drop("entity_right").left_join(known, "entity")
    counts = {name: both[name].fill_null(0) for name in ("events", "late")}
    return both.drop("entity_right").mutate(known=both["known"].fill_null(False), **counts)


def records(senders: ir.Table, type_: str, start_ms: int, end_ms: int) -> ir.Table:
    """Rows of `quality_entities`."""
    cadence = senders["cadence_ms"].nullif(0)
    if type_ in SENSORS:
        expected = (end_ms - start_ms) / cadence
    elif type_ == "emergency":
        expected = ibis.null("float64")
    else:
        # It rests: what came is held against what its cadence has from its first to its last.
        expected = (senders["last"] - senders["first"]) / cadence + 1
    share = 100 * senders["events"] / expected.nullif(0)
    return senders.select(
        "entity",
        type=ibis.literal(type_),
        events=senders["events"],
        median_gap_s=senders["median_gap"] / 1000,
        cadence_s=senders["cadence_ms"] / 1000,
        completeness_pct=(share > 100).ifelse(100.0, share),
        late=senders["late"],
        median_delay_s=senders["median_delay"] / 1000,
    )
