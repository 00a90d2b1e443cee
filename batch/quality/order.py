"""Incidents whose steps run backwards: `incident_id` as `entity`, `start`, `end`, `events`."""

from collections.abc import Mapping

import ibis.expr.types as ir

from batch.quality.broken import INTERVAL
from citystream.contracts.quality import (
    DISPATCHED_AFTER_REPORTED,
    ON_SCENE_AFTER_DISPATCHED,
    RESOLVED_AFTER_REPORTED,
    Rule,
)

STATUSES = ("reported", "dispatched", "on_scene", "resolved")
IN_ORDER: Mapping[Rule, tuple[str, str]] = {
    DISPATCHED_AFTER_REPORTED: ("reported", "dispatched"),
    ON_SCENE_AFTER_DISPATCHED: ("dispatched", "on_scene"),
    RESOLVED_AFTER_REPORTED: ("reported", "resolved"),
}
"""Which status comes first."""


def backwards(steps: ir.Table, rule: Rule) -> ir.Table:
    """Incidents that reached the later status before the earlier one."""
    earlier, later = IN_ORDER[rule]
    reached = steps.group_by("entity").agg(
        **{status: steps["event_time"].min(where=steps["status"] == status) for status in (earlier, later)},
        events=steps["status"].isin([earlier, later]).sum(),
    )
    wrong = reached.filter(reached[later] < reached[earlier])
    return wrong.mutate(start=wrong[later], end=wrong[earlier]).select(*INTERVAL)
