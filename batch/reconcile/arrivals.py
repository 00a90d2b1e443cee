"""How far the stream was when each event of a day came: those that it may have dropped.

It drops an event that comes later than its window's end and the lateness allowed, by the watermark of its
partition: the greatest event time so far (each at most its Kafka time), less the disorder allowed; and one
whose identity it has seen in the partition and not forgotten (`citystream.fold`). Of the day's compacted
events the watermark is exact until a partition goes on with the next day's. From then on they only say what
it was at least, and Kafka's time what it was at most.
"""

import operator
from functools import reduce
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from citystream.contracts.event import Event
from citystream.fold.dedupe import BUCKET_MS

PLACE = ("partition", "offset", "kafka_time")
LAST_MS = 600_000
"""A partition whose newest event is so near the day's end may have gone on with the next day."""


class Rules(NamedTuple):
    """The stream's, in milliseconds."""

    disorder_ms: int
    lateness_ms: int
    windows_ms: tuple[int, ...]
    """Lengths of all views' windows."""
    deduplicate: bool

    @property
    def horizon_ms(self) -> int:
        """A duplicate is known this long, in event time behind the watermark."""
        return max(self.windows_ms) + self.lateness_ms

    def is_late(self, time_ms: int, window_ms: int, watermark_ms: int) -> bool:
        """Whether the window of an event is closed for good."""
        return time_ms // window_ms * window_ms + window_ms + self.lateness_ms <= watermark_ms


def may_be_dropped(rows: ir.Table, event: type[Event], rules: Rules, end_ms: int) -> ir.Table:
    """Of compacted events those that the stream may have dropped, and the first where an identity came again.

    All columns of `rows` (times in epoch milliseconds), and `least_ms` and `most_ms`: what the watermark was
    when the event was folded. Sorted by partition and offset.
    """
    in_log = ibis.cumulative_window(group_by="partition", order_by="offset")
    names = [*PLACE, "event_time", "entity", "event_id", *event.identity_fields]
    seen = rows.select(*dict.fromkeys(names)).mutate(seen=ibis.least(rows["event_time"], rows["kafka_time"]))
    newest = seen.mutate(newest=seen["seen"].max().over(in_log), came=seen["kafka_time"].max().over(in_log))
    goes_on = (newest["newest"] >= end_ms - LAST_MS) & (newest["came"] >= end_ms)
    most = ibis.greatest(newest["newest"], ibis.ifelse(goes_on, newest["came"], newest["newest"]))
    known = newest.mutate(least_ms=newest["newest"] - rules.disorder_ms, most_ms=most - rules.disorder_ms)
    found = _narrow(known.filter(_is_late(known, rules)))
    if rules.deduplicate:
        found = found.union(_narrow(_again(known, event, rules)), distinct=True)
    return rows.join(found, list(PLACE)).order_by(["partition", "offset"])


def of_windows(rows: ir.Table, window_ms: int, start_ms: int) -> ir.Table:
    """Events of the windows that begin then, of all keys."""
    time_ms = rows["event_time"]
    return rows.filter((time_ms >= start_ms) & (time_ms < start_ms + window_ms))


def _is_late(known: ir.Table, rules: Rules) -> ir.BooleanValue:
    """Of any view."""
    return reduce(
        operator.or_,
        (
            known["event_time"] // window_ms * window_ms + window_ms + rules.lateness_ms <= known["most_ms"]
            for window_ms in set(rules.windows_ms)
        ),
    )


def _again(known: ir.Table, event: type[Event], rules: Rules) -> ir.Table:
    """Events whose identity the stream may have seen shortly before, each with the one before it."""
    identity = ["partition", "entity", "event_id", *event.identity_fields]
    with_id = known.filter(known["event_id"].notnull())
    several = with_id.group_by(identity).aggregate(times=with_id.count())
    again = with_id.semi_join(several.filter(several["times"] > 1), identity)
    before = ibis.window(group_by=identity, order_by="offset", preceding=(None, 1))
    oldest_ms = again["least_ms"] - rules.horizon_ms - BUCKET_MS
    candidates = again.mutate(again=(again["event_time"].max().over(before) > oldest_ms).fill_null(False))
    following = ibis.window(group_by=identity, order_by="offset")
    marked = candidates.mutate(first=candidates["again"].lead().over(following).fill_null(False))
    return marked.filter(marked["again"] | marked["first"])


def _narrow(known: ir.Table) -> ir.Table:
    return known.select(*PLACE, "least_ms", "most_ms")
