"""Whether the speed layer's windows say what the batch layer says of the same."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from citystream.contracts.daily_view import DailyView, Row

BOUND_PCT = 1.0
"""Drift of a metric from which on it is an alert."""


class Reconciled(Row, frozen=True, kw_only=True):
    """Each type's metrics: windows that both layers have, and what explains where they differ."""

    type: str
    metric: Annotated[
        str, Meta(description="Name of an integer of the window's state that adds up, such as `readings`.")
    ]
    windows: Annotated[
        int, Meta(description="That are compared: they closed in the 24 h before, and Redis has them.")
    ]
    missing: Annotated[int, Meta(description="Windows that Redis does not have, or not whole; not compared.")]
    differing: Annotated[int, Meta(description="Compared windows in which the metric differs.")]
    late: Annotated[int, Meta(description="Of these, with events later than the stream allowed.")]
    identity: Annotated[
        int, Meta(description="Of these, with an identity that came at another event time too.")
    ]
    duplicates: Annotated[
        int, Meta(description="Of these, with events that came by several partitions, each counted.")
    ]
    unexplained: Annotated[int, Meta(description="Of these, where none of it is just the difference.")]
    speed_sum: Annotated[float, Meta(description="Of the compared windows.")]
    batch_sum: float
    drift_pct: Annotated[
        float | None,
        Meta(
            description="How far the windows without an explanation are apart, against all that the batch "
            "layer has, both without signs; null where no window was compared."
        ),
    ]


class ReconciledWindow(Row, frozen=True, kw_only=True):
    """Windows that are missing, or differ without an explanation: the first 1,000 of each type."""

    type: str
    key: Annotated[str, Meta(description="Whom the window is of: a road, a vehicle, a station.")]
    window_start: Annotated[datetime, Meta(description="UTC.")]
    what: Annotated[str, Meta(description="`missing` or `differs`.")]
    detail: Annotated[str | None, Meta(description="Metrics, as batch has them and as speed has them.")]


RECONCILIATION = DailyView("reconciliation", Reconciled, ("type", "metric"))
RECONCILED_WINDOWS = DailyView("reconciled_windows", ReconciledWindow, ("type", "key", "window_start"))
VIEWS = (RECONCILIATION, RECONCILED_WINDOWS)
