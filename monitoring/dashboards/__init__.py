"""All dashboards, and what they ask."""

from collections.abc import Iterator
from typing import NamedTuple

from citystream.contracts.registry import EVENTS
from monitoring.board import Board
from monitoring.dashboards import batch, city, forecasts, gateway, servers, service

SERVICES = tuple(EVENTS)
"""Each has a dashboard, all from one template."""

BOARDS: tuple[Board, ...] = (
    city.BOARD,
    *(service.board(name) for name in SERVICES),
    gateway.BOARD,
    forecasts.BOARD,
    batch.BOARD,
    servers.BOARD,
)


class Asked(NamedTuple):
    """An expression, as it stands in a dashboard: `monitoring.query.expanded` makes it one for Prometheus."""

    dashboard: str
    panel: str
    expression: str
    needs_exporter: bool


def expressions() -> Iterator[Asked]:
    """Each that a panel asks, by dashboard's uid and panel's title."""
    for board in BOARDS:
        for panel, query in board.queries():
            yield Asked(board.uid, panel.title, query.expression, query.needs_exporter)
