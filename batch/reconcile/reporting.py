"""What was found of the types, as rows of the published views."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from batch.reconcile.batch_layer import WindowId
from batch.reconcile.comparing import MOST_LISTED, Comparison, Difference

Row = dict[str, Any]


class OfView(NamedTuple):
    """One view of a type."""

    name: str
    comparison: Comparison
    unexplained: dict[WindowId, Difference]
    """Windows that differ and nothing says why; of very many the first."""


class OfType(NamedTuple):
    """One type."""

    type_: str
    views: list[OfView]


def summary(one: OfType) -> str:
    """In a line."""
    compared = [view.comparison for view in one.views]
    return (
        f"{one.type_}: {sum(each.windows for each in compared):,} windows compared, "
        f"{sum(each.missing for each in compared):,} missing in Redis, "
        f"{sum(each.unexplained_windows for each in compared):,} differ without an explanation"
    )


def metric_rows(found: Iterable[OfType]) -> list[Row]:
    """Of `reconciliation`."""
    return [
        {
            "type": one.type_,
            "metric": metric if len(one.views) == 1 else f"{view.name}.{metric}",
            "windows": view.comparison.windows,
            "missing": view.comparison.missing,
            "differing": count.differing,
            "late": count.late,
            "identity": count.identity,
            "duplicates": count.duplicates,
            "unexplained": count.unexplained,
            "speed_sum": view.comparison.speed_sum[number],
            "batch_sum": view.comparison.batch_sum[number],
            "drift_pct": view.comparison.drift_pct(number),
        }
        for one in found
        for view in one.views
        for number, (metric, count) in enumerate(
            zip(view.comparison.metrics, view.comparison.counts, strict=True)
        )
    ]


def window_rows(found: Iterable[OfType]) -> list[Row]:
    """Of `reconciled_windows`."""
    rows: list[Row] = []
    for one in found:
        # What differs is rarer than what is missing, and says more.
        listed = [*_differing(one), *_missing(one)][:MOST_LISTED]
        rows += ({"type": one.type_, **row} for row in listed)
    return rows


def _differing(one: OfType) -> Iterator[Row]:
    for view in one.views:
        for place, window in sorted(view.unexplained.items()):
            values = zip(view.comparison.metrics, window.batch, window.speed_total, strict=True)
            said = [f"{name} {batch} (speed {speed})" for name, batch, speed in values if batch != speed]
            yield _row(place, "differs", ", ".join(said))


def _missing(one: OfType) -> Iterator[Row]:
    for view in one.views:
        for place in sorted(view.comparison.lost):
            yield _row(place, "missing", None)


def _row(place: WindowId, what: str, detail: str | None) -> Row:
    key, start_s = place
    return {"key": key, "window_start": start_s * 1000, "what": what, "detail": detail}
