"""What a panel asks Prometheus, as data."""

from dataclasses import dataclass, replace
from typing import Literal

from citystream.contracts.metric import Unit as MetricUnit
from citystream.contracts.metrics import CATALOGUE

Unit = MetricUnit | Literal["1/s", "bytes/s", "events/s", "requests/s"]
"""Of a query's value; the metrics' own, and what becomes of counters."""

RATE_INTERVAL = "$__rate_interval"
"""Grafana's own: at least four scrapes long, and no shorter than a step."""

ROUTE = "$route"
"""The gateway's routes that are chosen at the top of its dashboard, as a pattern."""

SERVICE = "$service"
"""Stands for a service in the queries that each has; never gets as far as Grafana."""


@dataclass(frozen=True, slots=True)
class Query:
    """`legend` names a line by its labels: `{{service}}`. Exporters run in Compose, not in the demo."""

    expression: str
    legend: str
    unit: Unit
    needs_exporter: bool = False

    def of(self, service: str) -> "Query":
        """The same for one service."""
        return replace(self, expression=self.expression.replace(SERVICE, service))


def unit_of(metric: str) -> Unit:
    """As the catalogue has it, for a value that is the metric's own."""
    return CATALOGUE[metric].unit


def expanded(expression: str, rate_interval: str = "1m", route: str = ".*") -> str:
    """An expression as Grafana sends it: these two are all variables that there are."""
    return expression.replace(RATE_INTERVAL, rate_interval).replace(ROUTE, route)
