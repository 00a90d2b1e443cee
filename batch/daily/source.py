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
    numbers = as_numbers(schema)
    if not files:
        return ibis.memtable(numbers.empty_table())
    there = {name for path in files for name in pq.read_schema(path).names}
    columns = ", ".join(_selected(field) for field in schema if field.name in there)
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    read = connection.sql(f"SELECT {columns} FROM read_parquet([{names}], union_by_name = true)")  # noqa: S608
    older = {field.name: ibis.null(ibis.dtype(field.type)) for field in numbers if field.name not in there}
    return read.mutate(**older).select(*schema.names)


def as_numbers(schema: pa.Schema) -> pa.Schema:
    """The same with epoch milliseconds for times."""
    return pa.schema(
        [pa.field(field.name, pa.int64() if field.type == TIME else field.type) for field in schema]
    )


def _selected(field: pa.Field) -> str:
    return f'epoch_ms("{field.name}") AS "{field.name}"' if field.type == TIME else f'"{field.name}"'
