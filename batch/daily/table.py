"""A daily view as it is written: the contract's columns, in the contract's order."""

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import inspect

from batch.columns import PLAIN, TIME, column
from batch.daily.source import as_numbers
from citystream.contracts.daily_view import DailyView

DECIMALS = 3
# Of one road's rows: who asks for it reads a small part of a large city's.
GROUP_ROWS = 20_000
_TYPES: dict[type[inspect.Type], pa.DataType] = {**PLAIN, inspect.DateTimeType: TIME}


@cache
def schema(view: DailyView) -> pa.Schema:
    """Columns of a view.

    Raises:
        TypeError: a field has a type that no column is known for.
    """
    info = inspect.type_info(view.row)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{view.row.__name__} is no struct")
    return pa.schema([_field(view, field) for field in info.fields])


def _field(view: DailyView, field: inspect.Field) -> pa.Field:
    type_ = column(field.type, f"{view.name}.{field.name}", _TYPES)
    return pa.field(field.name, type_, nullable=_may_be_null(field.type))


def _may_be_null(type_: inspect.Type) -> bool:
    if isinstance(type_, inspect.Metadata):
        return _may_be_null(type_.type)
    return isinstance(type_, inspect.UnionType) and type_.includes_none


def of_rows(rows: Sequence[Mapping[str, Any]], view: DailyView) -> pa.Table:
    """Of rows the view's columns, sorted by its key, nulls first; times are epoch milliseconds."""
    made = pa.Table.from_pylist(list(rows), as_numbers(schema(view)))
    return made.sort_by([(name, "ascending", "at_start") for name in view.key])


def finished(rows: ir.Table, view: DailyView) -> ir.Table:
    """Of an expression the view's columns, sorted by its key, nulls first."""
    columns = rows.select(*schema(view).names)
    return columns.order_by([ibis.asc(name, nulls_first=True) for name in view.key])


def encode(rows: pa.Table, view: DailyView) -> bytes:
    """A finished view as Parquet: numbers rounded, epoch milliseconds as timestamps.

    Raises:
        ValueError: a column is null that may not be.
    """
    arrays = [_column(rows[field.name], field) for field in schema(view)]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=schema(view)), sink, compression="zstd", row_group_size=GROUP_ROWS)
    return sink.getvalue()


def _column(values: Any, field: pa.Field) -> Any:
    if values.null_count and not field.nullable:
        raise ValueError(f"{field.name}: is null")
    if pa.types.is_floating(field.type):
        return pc.round(values.cast(field.type), DECIMALS)
    if field.type == TIME:
        return values.cast(pa.int64()).cast(TIME)
    return values.cast(field.type)
