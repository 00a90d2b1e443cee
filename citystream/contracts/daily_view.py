"""A table of a day: one Parquet file, `<namespace>/views/daily.<view>/v=<version>/rows.parquet`, which the
day's manifest names. Its columns are the fields of the view's row, in their order."""

from typing import NamedTuple

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a view."""


class DailyView(NamedTuple):
    """A view's description."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    """Columns that rows are sorted by, nulls first; no two rows have the same."""


def batch_view(view: DailyView) -> str:
    """Its name in a day's manifest."""
    return f"daily.{view.name}"
