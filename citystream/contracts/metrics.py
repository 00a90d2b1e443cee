"""The catalogue of all metrics: what is served, documented, drawn and alerted on, by name.

`docs/metrics.md` is made from it: `python -m citystream.contracts.metrics > docs/metrics.md`.
"""

import sys
from collections.abc import Iterable

from citystream.contracts import gateway_metrics, worker_metrics
from citystream.contracts.metric import Metric

CATALOGUE = {
    one.name: one
    for one in (*worker_metrics.METRICS, *gateway_metrics.METRICS, *gateway_metrics.OF_NEWEST_DAY)
}


def page() -> str:
    """The catalogue as `docs/metrics.md`."""
    return "\n\n".join(
        (
            "# Metrics",
            "What Prometheus scrapes, what the [dashboards](operations.md#grafana) draw and what "
            "[alerts](operations.md#alerts) go by. A name ends with its unit. Ratios are parts of 1.",
            "## Workers",
            "Each worker serves these on `/metrics` of its health port. `service` is the type of event.",
            _table(worker_metrics.METRICS),
            "## Gateway",
            "On `/metrics` of its operations port ([how several processes are told as one]"
            "(gateway.md#several-processes)).",
            _table(gateway_metrics.METRICS),
            "## Batch layer",
            "Jobs end before anyone could scrape them, so the gateway tells of the newest closed day "
            "([how](gateway.md#metrics)).",
            _table(gateway_metrics.OF_NEWEST_DAY),
        )
    )


def _table(metrics: Iterable[Metric]) -> str:
    rows = [
        f"| `{one.name}` | {one.kind} | {one.unit} | {', '.join(f'`{label}`' for label in one.labels)} "
        f"| {one.meaning} |"
        for one in metrics
    ]
    return "\n".join(("| metric | kind | unit | labels | meaning |", "|---|---|---|---|---|", *rows))


if __name__ == "__main__":
    sys.stdout.write(page() + "\n")
