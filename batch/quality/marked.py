"""Events marked by what each rule asks of them, in the order of each sender."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from batch.quality.measures import Measures
from citystream.contracts.city_day import HOUR_MS

COLUMNS = ("entity", "event_time", "kafka_time", "partition", "offset")
ORDER = ("event_time", "kafka_time", "partition", "offset")


def marked(rows: ir.Table, measures: Measures, late_ms: int | None) -> ir.Table:
    """One row an event: `entity`, `time`, its `place` among the sender's, `gap` since its last (ms, null of
    the first), `delay` to its arrival (ms), `hour`, and whether it is `repeated` (the same values as the one
    before), `odd` (out of range) and `late` (arrived more than `late_ms` after its time; None is never).

    Args:
        rows: `COLUMNS` and those of the measures.
    """
    of_sender = ibis.window(group_by="entity", order_by=list(ORDER))
    values, tells = measures.values(rows), measures.tells(rows)
    same: Sequence[ir.BooleanValue] = [value.identical_to(value.lag().over(of_sender)) for value in values]
    repeated = ibis.and_(tells, *same) if same else ibis.literal(False)
    delay = rows["kafka_time"] - rows["event_time"]
    return rows.select(
        "entity",
        time=rows["event_time"],
        place=ibis.row_number().over(of_sender),
        gap=rows["event_time"] - rows["event_time"].lag().over(of_sender),
        delay=delay,
        repeated=repeated,
        odd=~measures.possible(rows),
        late=ibis.literal(False) if late_ms is None else delay > late_ms,
        hour=rows["event_time"] // HOUR_MS,
    )


def runs(events: ir.Table) -> ir.Table:
    """Some of the events, each with its `run`: of a sender those that follow each other have the same."""
    number = ibis.row_number().over(ibis.window(group_by=events["entity"], order_by=events["place"]))
    return events.mutate(run=events["place"] - number)
