"""Rows of Parquet files for expressions: of DuckDB, which is all that knows it here."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from obstore.store import S3Store

from batch.columns import TIME
from batch.object_store import asking
from citystream.contracts.manifest import Stored

AT_ONCE = 4


async def fetched(store: S3Store, objects: Sequence[Stored], folder: Path) -> list[Path]:
    """Objects as files of a folder, in their order.

    Raises:
        StoreError: S3 does not answer.
        OSError: the disk takes no more.
    """
    await asyncio.to_thread(folder.mkdir, parents=True)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, key: str) -> Path:
        path = folder / f"{number}.parquet"
        async with limit:
            await asyncio.to_thread(_fetch, store, key, path)
        return path

    return list(await asyncio.gather(*(one(number, each.key) for number, each in enumerate(objects))))


def _fetch(store: S3Store, key: str, path: Path) -> None:
    with asking(f"get {key}"), path.open("wb") as file:
        for piece in store.get(key).stream():
            file.write(piece)


def rows(connection: Backend, files: Sequence[Path], schema: pa.Schema) -> ir.Table:
    """These columns of files, times as epoch milliseconds; null where a file is older than a column."""
    if not files:
        return ibis.memtable(pa.table({field.name: pa.array([], _number(field.type)) for field in schema}))
    there = {name for path in files for name in pq.read_schema(path).names}
    columns = ", ".join(_selected(field) if field.name in there else _missing(field) for field in schema)
    names = ", ".join(f"'{path}'" for path in files)
    return connection.sql(f"SELECT {columns} FROM read_parquet([{names}], union_by_name = true)")  # noqa: S608


def _selected(field: pa.Field) -> str:
    return f'epoch_ms("{field.name}") AS "{field.name}"' if field.type == TIME else f'"{field.name}"'


def _missing(field: pa.Field) -> str:
    known = ibis.literal(None, ibis.dtype(_number(field.type)))
    return f'({ibis.to_sql(known, dialect="duckdb")}) AS "{field.name}"'


def _number(type_: pa.DataType) -> pa.DataType:
    return pa.int64() if type_ == TIME else type_
