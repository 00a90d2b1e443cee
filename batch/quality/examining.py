"""One type's events held against all rules."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from batch.columns import columns
from batch.daily.inputs import Inputs
from batch.quality import broken, marked, order, senders
from batch.quality.measures import MEASURES, PLAIN
from batch.session import Session
from citystream.contracts.event import Event
from citystream.contracts.quality import (
    CADENCE_DAYS,
    CLOCK_RIGHT,
    IN_RANGE,
    NO_GAP,
    NOT_STUCK,
    QUALITY_ENTITIES,
    SENSORS,
    STUCK_MS,
    Rule,
)

ROWS_AT_ONCE = 5_000_000
"""Of a type's events: more of them are looked at by a part of the senders after the other."""
REPLAYED_MS = 86_400_000
"""Where events arrived so much later at the median, a data set was replayed: its delays tell nothing."""
MARKED = "marked"


class Examined(NamedTuple):
    """What was found of one type."""

    intervals: Mapping[Rule, pa.Table]
    """Columns `broken.INTERVAL`."""
    entities: pa.Table
    """Columns of `quality_entities`."""


class Part(NamedTuple):
    """Senders from one on, and before another; None is no bound."""

    start: str | None
    end: str | None

    def of(self, rows: ir.Table) -> ir.Table:
        """Their rows."""
        if self.start is not None:
            rows = rows.filter(rows["entity"] >= self.start)
        if self.end is not None:
            rows = rows.filter(rows["entity"] < self.end)
        return rows


async def examine(session: Session, inputs: Inputs, type_: str) -> Examined:
    """Hold a type's events against the rules that can be told of them alone.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    measures = MEASURES.get(type_, PLAIN)
    event: type[Event] = session.services[type_].event
    known = columns(event)
    status = ("status",) if type_ == "emergency" else ()
    wanted = dict.fromkeys((*marked.COLUMNS, *measures.columns, *status))
    compacted = inputs.compacted[type_]
    rows = await inputs.rows(compacted.objects, pa.schema([known.field(name) for name in wanted]))
    before = await _before(inputs, type_)
    replayed, end_ms = await _times(inputs, rows, type_)
    late_ms = None if replayed else round((session.settings.disorder_s + session.settings.lateness_s) * 1000)
    intervals: dict[Rule, list[pa.Table]] = {}
    entities, hours = [], []
    async for part in _parts(inputs, rows, compacted.rows):
        expression = marked.marked(part.of(rows), measures, late_ms)
        async with inputs.kept(MARKED, expression) as events:
            all_of_them = senders.with_cadence(senders.told(events), part.of(before))
            heard = ibis.memtable(await inputs.table(all_of_them))
            entities.append(await inputs.table(senders.records(heard, type_, inputs.day.start_ms, end_ms)))
            asked = {}
            if type_ in STUCK_MS:
                asked = {
                    NOT_STUCK: broken.stuck(events, STUCK_MS[type_]),
                    IN_RANGE: broken.out_of_range(events),
                }
                hours.append(await inputs.table(broken.delays(events)))
            if type_ in SENSORS:
                asked[NO_GAP] = broken.gaps(events, heard, inputs.day.start_ms, end_ms)
            for rule, found in asked.items():
                intervals.setdefault(rule, []).append(await inputs.table(found))
    if hours and not replayed:
        clocks = broken.wrong_clocks(ibis.memtable(pa.concat_tables(hours)))
        intervals[CLOCK_RIGHT] = [await inputs.table(clocks)]
    if status:
        for rule in order.IN_ORDER:
            intervals[rule] = [await inputs.table(order.backwards(rows, rule))]
    return Examined(
        {rule: pa.concat_tables(tables) for rule, tables in intervals.items()}, pa.concat_tables(entities)
    )


async def _before(inputs: Inputs, type_: str) -> ir.Table:
    """What the days before had of its senders."""
    earlier = await inputs.earlier(QUALITY_ENTITIES, CADENCE_DAYS - 1)
    rows = await inputs.view(QUALITY_ENTITIES, *earlier.values())
    # Incidents are over.
    return rows.filter(rows["type"] == type_) if type_ != "emergency" else rows.limit(0)


async def _times(inputs: Inputs, rows: ir.Table, type_: str) -> tuple[bool, int]:
    """Whether it is a data set that was replayed, and until when senders must have reported: of a day that is
    not complete, until the newest event."""
    delay = rows["kafka_time"] - rows["event_time"]
    found = await inputs.table(rows.agg(usual=delay.median(), newest=rows["event_time"].max()))
    (told,) = found.to_pylist()
    replayed = told["usual"] is not None and told["usual"] > REPLAYED_MS
    if not inputs.compacted[type_].reasons:
        return replayed, inputs.day.end_ms
    return replayed, inputs.day.start_ms if told["newest"] is None else told["newest"]


async def _parts(inputs: Inputs, rows: ir.Table, count: int) -> AsyncIterator[Part]:
    """All senders, in parts of not many more than `ROWS_AT_ONCE` events."""
    if count <= ROWS_AT_ONCE:
        yield Part(None, None)
        return
    counts = await inputs.table(rows.group_by("entity").agg(events=rows.count()).order_by("entity"))
    start, taken = None, 0
    for entity, events in zip(counts["entity"].to_pylist(), counts["events"].to_pylist(), strict=True):
        if taken and taken + events > ROWS_AT_ONCE:
            yield Part(start, entity)
            start, taken = entity, 0
        taken += events
    yield Part(start, None)
