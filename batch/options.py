"""Options of `city-batch`, and what their values mean."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from batch.slices import Span


class DateType(click.ParamType):
    """A day of the city, resolved when its zone is known."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value in ("today", "yesterday") or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a date (2026-11-27) nor today or yesterday", param, ctx)


class MemoryType(click.ParamType):
    """A size, as DuckDB reads it."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", value):
            self.fail(f"{value!r} is no size such as 2GB or 512MiB", param, ctx)
        return str(value)


DATE = click.option(
    "--date", "day", type=DateType(), default="yesterday", show_default=True, help="A day of the city."
)

PARTIAL = click.option("--partial", is_flag=True, help="Also a day that is not over: what there is of it.")


def working(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of all that works."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the days' manifests, one a line."),
        click.option(
            "--scratch",
            type=click.Path(path_type=Path, exists=True, file_okay=False, writable=True),
            help="Folder for rows on their way, about 50 bytes an event of a day; default: the system's.",
        ),
        click.option(
            "--memory",
            type=MemoryType(),
            default="2GB",
            show_default=True,
            help="Of DuckDB; processes come on top.",
        ),
        click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True),
    ):
        command = option(command)
    return command


def city_date(day: date | str, zone: ZoneInfo, *, partial: bool = True) -> date:
    """The date that is meant, in the city.

    Raises:
        click.UsageError: it has not begun, or is not over and not wanted as `partial`.
    """
    today = datetime.now(zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    wanted = named[day] if isinstance(day, str) else day
    if wanted > today:
        raise click.UsageError(f"{day} has not begun in {zone.key}")
    if wanted == today and not partial:
        raise click.UsageError(f"{day} is not over in {zone.key}; --partial makes what there is of it")
    return wanted


def arrival_span(start: datetime, end: datetime) -> Span:
    """Of arrival.

    Raises:
        click.UsageError: it is none.
    """
    if end <= start:
        raise click.UsageError("--arrival-to must be after --arrival-from")
    return Span(round(start.timestamp() * 1000), round(end.timestamp() * 1000))
