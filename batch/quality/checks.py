"""Rows of `quality`: each rule and type, and how much was broken."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from batch.quality.examining import Examined
from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.manifest import Compacted
from citystream.contracts.quality import (
    EXCEPTION_PCT,
    IN_TIME,
    KNOWN_FIELDS,
    NO_GAP,
    ONCE,
    READABLE,
    RULES,
    Rule,
)

MOST_DETAILS = 50
Check = dict[str, Any]


def checks(
    type_: str, compacted: Compacted, found: Examined, unreadable: Mapping[str, int], day_ms: int
) -> list[Check]:
    """Of one type.

    Args:
        unreadable: records by their field and reason.
        day_ms: how long senders were to report.
    """
    senders = len(found.entities)
    refused = sum(unreadable.values())
    drifting = max(compacted.unknown_fields.values(), default=0)
    late = found.entities["late"]
    counted: dict[Rule, tuple[int, int | None, int]] = {
        # events, entities, and of how many
        IN_TIME: (pc.sum(late).as_py() or 0, pc.sum(pc.greater(late, 0)).as_py() or 0, compacted.rows),
        ONCE: (compacted.duplicates, None, compacted.rows + compacted.duplicates),
        READABLE: (refused, None, compacted.rows + refused),
        KNOWN_FIELDS: (drifting, None, compacted.looked_into),
    }
    rows = []
    for rule in RULES:
        if rule in counted:
            events, entities, of = counted[rule]
            rows.append(_check(type_, rule, events, entities, share=_share(events, of)))
        elif type_ in rule.types:
            intervals = found.intervals.get(rule)
            rows.append(_of_intervals(type_, rule, intervals, compacted.rows, senders, day_ms))
    for rule, details in ((READABLE, unreadable), (KNOWN_FIELDS, compacted.unknown_fields)):
        rows += [
            _check(type_, rule, count, None, detail, share=_share(count, counted[rule][2]))
            for detail, count in _most(details)
        ]
    return rows


def failed(rows: Iterable[Check]) -> int:
    """How many rules were broken by more than an exception, of all types."""
    return sum(row["failed"] for row in rows if row["detail"] is None)


def _of_intervals(type_: str, rule: Rule, intervals: Any, events: int, senders: int, day_ms: int) -> Check:
    if intervals is None:
        return _check(type_, rule, 0, 0, share=None)
    broken, of = pc.sum(intervals["events"]).as_py() or 0, events
    spent_ms = pc.sum(pc.subtract(intervals["end"], intervals["start"])).as_py() or 0
    share = _share(spent_ms, senders * day_ms) if rule is NO_GAP else _share(broken, of)
    if rule.types == ("emergency",):
        share = _share(len(intervals), senders)
    entities = len(pc.unique(intervals["entity"]))
    return _check(type_, rule, broken, entities, None, len(intervals), spent_ms / HOUR_MS, share)


def _check(
    type_: str,
    rule: Rule,
    events: int,
    entities: int | None,
    detail: str | None = None,
    intervals: int = 0,
    hours: float = 0.0,
    share: float | None = None,
) -> Check:
    return {
        "type": type_,
        "rule": rule.name,
        "detail": detail,
        "events": events,
        "entities": entities,
        "intervals": intervals,
        "hours": hours,
        "share_pct": share,
        "failed": share is not None and share > EXCEPTION_PCT,
        "left_out": rule.leaves_out,
    }


def _share(part: float, of: float) -> float | None:
    return 100 * part / of if of else None


def _most(details: Mapping[str, int]) -> list[tuple[str, int]]:
    found = sorted(details.items(), key=lambda one: (-one[1], one[0]))[:MOST_DETAILS]
    return sorted(found)
