"""What a day's manifest names, read as any other tool would: plain Parquet out of S3."""

import io
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from citystream.contracts import manifest, s3_paths
from citystream.contracts.city_day import floor_hour
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.manifest import Manifest, Stored
from citystream.settings import Settings
from tests.harness import s3

Row = dict[str, Any]


def client(settings: Settings) -> Any:
    """A client of the settings' S3."""
    assert settings.s3
    return s3.client(settings.s3)


def the_manifest(settings: Settings, date: str) -> Manifest:
    """A day's manifest."""
    key = s3_paths.manifest(settings.namespace, date)
    body = client(settings).get_object(Bucket=settings.s3_bucket, Key=key)["Body"].read()
    return manifest.decode(body)


def table(settings: Settings, objects: list[Stored]) -> pa.Table:
    """Objects' rows; each must lie in its own hour's folder and have as many rows as it says."""
    tables = []
    for one in objects:
        read = _read(settings, one)
        assert s3_paths.hour_of(one.key) == one.hour_ms
        assert len(read) == one.rows > 0
        tables.append(read)
    return pa.concat_tables(tables) if tables else pa.table({})


def daily(settings: Settings, made: Manifest, view: DailyView) -> list[Row]:
    """Rows of a daily view, which must have the contract's columns."""
    stored = made.views[batch_view(view)]
    (one,) = stored.objects
    assert one.key == s3_paths.daily_object(settings.namespace, batch_view(view), stored.version)
    assert one.hour_ms == floor_hour(made.start_ms)
    read = _read(settings, one)
    assert len(read) == one.rows == stored.rows
    assert read.column_names == list(view.row.__struct_fields__)
    found: list[Row] = read.to_pylist()
    for row in found:
        msgspec.convert(row, view.row)
    return found


def _read(settings: Settings, one: Stored) -> pa.Table:
    body = client(settings).get_object(Bucket=settings.s3_bucket, Key=one.key)["Body"].read()
    return pq.ParquetFile(io.BytesIO(body)).read()


def rows(settings: Settings, objects: list[Stored]) -> list[Row]:
    """Objects' rows as dicts."""
    found: list[Row] = table(settings, objects).to_pylist()
    return found


def size(settings: Settings, key: str) -> int:
    """Bytes of an object."""
    found: int = client(settings).head_object(Bucket=settings.s3_bucket, Key=key)["ContentLength"]
    return found


def keys(settings: Settings, prefix: str) -> list[str]:
    """Keys beneath a prefix of the namespace."""
    pages = (
        client(settings)
        .get_paginator("list_objects_v2")
        .paginate(Bucket=settings.s3_bucket, Prefix=f"{settings.namespace}/{prefix}")
    )
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
