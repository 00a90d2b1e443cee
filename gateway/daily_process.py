"""Daily views' tables, as the process reads them that has pyarrow and S3 (`days_process`)."""

import io
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from citystream.contracts.daily_view import DailyView
from citystream.contracts.event_time import rfc3339
from gateway.days_process import Bucket, each

Place = tuple[Any, ...]
"""A row's key."""


class Selection(NamedTuple):
    """Which rows of a table, and how many at most."""

    view: DailyView
    ids: tuple[str, ...] = ()
    """Those of these, by the first column of the key; none is all."""
    after: Place | None = None
    """Those after this one."""
    limit: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of a row's columns."""
        return self.view.row.__struct_fields__


class Page(NamedTuple):
    """Selected rows."""

    body: bytes
    size: int
    """How many they are."""
    total: int
    """Also of those before and after it."""
    last: Place | None
    """Key of the last one, if more follow."""


def json(selected: Selection, objects: Sequence[str]) -> list[Page]:
    """A JSON list of rows, of each object.

    Raises:
        OSError: S3 does not answer, or refuses; of an object that is not there FileNotFoundError.
        ValueError: an object is no such table.
    """
    return each(partial(_json, selected), objects)


def csv(selected: Selection, objects: Sequence[str]) -> list[Page]:
    """Lines of CSV without their header. Raises as `json`."""
    return each(partial(_csv, selected), objects)


def parquet(selected: Selection, objects: Sequence[str]) -> list[bytes]:
    """A Parquet file of all rows of these ids. Raises as `json`."""
    return each(partial(_parquet, selected), objects)


def piece(offset: int, size: int, objects: Sequence[str]) -> list[bytes]:
    """Bytes of each object as they are stored, from an offset on, at most so many. Raises as `json`."""
    return each(partial(_piece, offset, size), objects)


def rows_of(selected: Selection, columns: Sequence[str], objects: Sequence[str]) -> list[dict[str, bytes]]:
    """These columns of all rows, as a JSON list under `rows`. Raises as `json`."""
    return each(partial(_rows_of, selected, columns), objects)


def _json(selected: Selection, name: str) -> Page:
    rows, total, last = _page(selected, name)
    return Page(msgspec.json.encode(_written(rows).to_pylist()), rows.num_rows, total, last)


def _csv(selected: Selection, name: str) -> Page:
    from pyarrow import csv as arrow_csv

    rows, total, last = _page(selected, name)
    sink = io.BytesIO()
    arrow_csv.write_csv(_written(rows), sink, arrow_csv.WriteOptions(include_header=False))
    return Page(sink.getvalue(), rows.num_rows, total, last)


def _parquet(selected: Selection, name: str) -> bytes:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(_table(name).to_table(filter=_chosen(selected), use_threads=False), sink)
    return sink.getvalue()


def _piece(offset: int, size: int, name: str) -> bytes:
    import pyarrow.parquet as pq

    with Bucket.files.open_input_file(f"{Bucket.name}/{name}") as file:
        if offset == 0:
            # What can't be read is told before anything of it is.
            pq.read_metadata(file)
        file.seek(offset)
        body: bytes = file.read(size)
    return body


def _rows_of(selected: Selection, columns: Sequence[str], name: str) -> dict[str, bytes]:
    rows = _table(name).to_table(list(columns), filter=_chosen(selected), use_threads=False)
    return {"rows": msgspec.json.encode(_written(rows).to_pylist())}


def _page(selected: Selection, name: str) -> tuple[Any, int, Place | None]:
    """The rows, how many there are in all, and the place of the last one if more follow."""
    table, chosen = _table(name), _chosen(selected)
    total = table.count_rows(filter=chosen, use_threads=False)
    following = _following(selected)
    wanted = following if chosen is None else chosen if following is None else chosen & following
    # Rows lie in the order of their keys.
    scanner = table.scanner(list(selected.columns), filter=wanted, use_threads=False)
    limit = total if selected.limit is None else selected.limit
    found = scanner.head(limit + 1)
    rows = found.slice(0, limit)
    if found.num_rows <= limit:
        return rows, total, None
    return rows, total, tuple(rows[column][-1].as_py() for column in selected.view.key)


def _table(name: str) -> Any:
    import pyarrow.dataset as ds

    # Its path says what is no column.
    return ds.dataset(f"{Bucket.name}/{name}", format="parquet", filesystem=Bucket.files, partitioning=None)


def _chosen(selected: Selection) -> Any:
    """The filter by ids; None without any."""
    import pyarrow.compute as pc

    return pc.field(selected.view.key[0]).isin(list(selected.ids)) if selected.ids else None


def _following(selected: Selection) -> Any:
    """The filter of what comes after a place: by the first column that differs, nulls first; None from the
    beginning on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    following = None
    for column, value in reversed(list(zip(selected.view.key, selected.after or (), strict=False))):
        field = pc.field(column)
        if value is None:
            same, later = field.is_null(), field.is_valid()
        else:
            known = pa.scalar(value, pa.timestamp("us", "UTC") if isinstance(value, datetime) else None)
            same, later = field == known, field > known
        following = later if following is None else later | (same & following)
    return following


def _written(rows: Any) -> Any:
    """The table with its times as RFC 3339."""
    import pyarrow as pa

    for at, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            # The same few again and again.
            coded = rows[at].cast(pa.timestamp("ms", "UTC")).combine_chunks().dictionary_encode()
            texts = [rfc3339(at_ms) for at_ms in coded.dictionary.cast(pa.int64()).to_pylist()]
            rows = rows.set_column(at, field.name, pa.array(texts, pa.string()).take(coded.indices))
    return rows
