"""The status table on a terminal; plain lines where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demo.statuses import Row

COLOURS = {"up": "green", "running": "green", "starting": "yellow", "degraded": "yellow", "crashed": "red"}


@dataclass(frozen=True)
class Heading:
    """What stands above the table."""

    url: str
    username: str
    password: str
    servers: str
    logs: str
    batch: str
    """Command that makes today's batch views, for a shell."""
    doing: str
    """What is happening now: starting, live since, stopping."""


def picture(heading: Heading, rows: Sequence[Row]) -> Group:
    """The whole screen."""
    table = Table(expand=False, pad_edge=False)
    table.add_column("process")
    table.add_column("state")
    for name in ("events/s", "lag", "archive lag", "freshness ms", "dead letters", "restarts"):
        table.add_column(name, justify="right")
    table.add_column("sinks")
    for row in rows:
        table.add_row(
            row.name,
            Text(row.state, style=COLOURS.get(row.state, "")),
            _number(row.events_per_s),
            _number(row.lag),
            _number(row.archive_lag),
            _number(row.freshness_ms),
            _number(row.dead_letters),
            _number(row.restarts),
            Text(row.sinks, style="red" if "DOWN" in row.sinks else ""),
        )
    return Group(
        Text.assemble(("City  ", "bold"), heading.doing),
        Text(f"API   {heading.url}   user {heading.username}   password {heading.password}"),
        Text(f"on    {heading.servers}"),
        Text(f"logs  {heading.logs}", style="dim"),
        Text(f"batch {heading.batch}", style="dim"),
        table,
        Text("Ctrl-C stops everything.", style="dim"),
    )


def line(heading: Heading, rows: Sequence[Row]) -> str:
    """The same in one line, for logs."""
    parts = [
        f"{row.name} {row.state} {_number(row.events_per_s)}/s lag {_number(row.lag)}"
        + (f" {_number(row.freshness_ms)} ms" if row.freshness_ms is not None else "")
        + (f" [{row.sinks}]" if "DOWN" in row.sinks else "")
        for row in rows
        if row.events_per_s is not None or row.state == "crashed"
    ]
    return f"{heading.doing}: " + (" · ".join(parts) or "no process has reported yet")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
