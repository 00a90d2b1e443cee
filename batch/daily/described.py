"""The daily views' columns in Markdown, as docs/daily-views.md has them."""

import re
from collections.abc import Iterable

import msgspec
import pyarrow as pa

from batch.columns import TIME
from batch.daily.table import schema
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.daily_views import DAILY
from citystream.contracts.schemas import unit_of

HEAD = """# Daily views

What `city-batch daily` makes of each day, a table a view ([how](batch.md#daily-views)). Each is one Parquet
file, and `/api/analytics/daily` has it as JSON, CSV and Parquet ([how](gateway.md#daily-views)). Rows are
sorted by the key. Numbers are rounded to 3 decimals; what can be null is so where nothing is known. Hours,
days and weekdays are those of the city's clock, times in columns are UTC.

This page is what `city-batch columns` prints."""


def markdown(views: Iterable[DailyView] = tuple(DAILY.values())) -> str:
    """A section a view."""
    return "\n\n".join([HEAD, *map(_section, views)])


def _section(view: DailyView) -> str:
    about = re.sub(r"\s+", " ", view.row.__doc__ or "")
    keys = ", ".join(f"`{name}`" for name in view.key)
    known = msgspec.json.schema(view.row)["$defs"][view.row.__name__]["properties"]
    rows = "\n".join(_row(field, known[field.name].get("description", "")) for field in schema(view))
    return (
        f"## {view.name}\n\n{about} In the manifest `{batch_view(view)}`, key {keys}.\n\n"
        f"| column | type | unit | what it is |\n|---|---|---|---|\n{rows}"
    )


def _row(field: pa.Field, meaning: str) -> str:
    type_ = "timestamp" if field.type == TIME else str(field.type)
    null = " or null" if field.nullable else ""
    return f"| `{field.name}` | {type_}{null} | {unit_of(field.name) or ''} | {meaning} |"
