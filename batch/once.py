"""Rows of one event hour: each event once, in order. The second half of compacting."""

from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from batch.columns import IDENTITY
from citystream.contracts.event import Event

IN_THE_LOG = ("kafka_time", "partition", "offset")
ORDER = ("entity", "event_time", *IN_THE_LOG)


def engine(threads: int, memory: str, scratch: Path) -> Backend:
    """DuckDB; what does not fit into `memory` (such as 3GB) goes to the folder `scratch`."""
    connection = ibis.duckdb.connect(threads=threads, memory_limit=memory, temp_directory=str(scratch))
    connection.raw_sql("SET TimeZone = 'UTC'")
    return connection


def once(rows: ir.Table, event: type[Event]) -> ir.Table:
    """Of rows of the same identity and event time the first in the log; sorted by entity and event time.

    A record that lies in two objects is its own duplicate.
    """
    place = ibis.row_number().over(group_by=[*IDENTITY, *event.identity_fields], order_by=list(IN_THE_LOG))
    return rows.mutate(_place=place).filter(lambda t: t["_place"] == 0).drop("_place").order_by(list(ORDER))


def records(rows: ir.Table) -> ir.IntegerScalar:
    """How many records rows are of."""
    return rows.select(*IN_THE_LOG).distinct().count()


def write_once(connection: Backend, files: Sequence[Path], event: type[Event], path: Path) -> int:
    """Write one event hour's rows, each event once; how many they are."""
    rows = connection.read_parquet([str(file) for file in files])
    connection.to_parquet(once(rows, event), path, compression="zstd")
    written: int = pq.read_metadata(path).num_rows
    return written


def count_records(connection: Backend, files: Sequence[Path]) -> int:
    """How many records the rows of files are of."""
    found: int = connection.to_pyarrow(
        records(connection.read_parquet([str(file) for file in files]))
    ).as_py()
    return found
