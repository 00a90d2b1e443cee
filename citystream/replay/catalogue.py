"""The archive's objects of one type, hour by hour, with what their names and metadata say."""

import asyncio
import io
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from citystream.contracts import s3_paths
from citystream.log.batches import PlainRecord
from citystream.replay.ranges import ReplayError
from citystream.settings import Settings

# Requests at a time.
WIDE = 32
PARQUET_BATCH = 10_000
MISSING = "404"


class Name(NamedTuple):
    """What an object's name says."""

    partition: int
    first: int
    """Offset of its first record."""
    key: str


class ArchivedObject(NamedTuple):
    """One object: consecutive records of one partition."""

    name: Name
    last: int
    """Offset of its last record."""
    first_ms: int
    """Kafka timestamp of its first record."""


class Catalogue:
    """What lies below `topic=<t>/`."""

    def __init__(self, s3: Any, settings: Settings, type_: str) -> None:
        self._s3 = s3
        self._bucket = settings.s3_bucket
        self._prefix = s3_paths.raw_prefix(settings.shared, type_)

    def hour_of(self, at_ms: int) -> str:
        """Prefix of the objects that begin in the hour of a Kafka timestamp."""
        return s3_paths.hour_prefix(self._prefix, at_ms)

    async def hours(self) -> list[str]:
        """Prefixes of all hours that have objects, oldest first."""
        dates = await self._list(self._prefix, folders=True)
        found: list[str] = []
        for at in range(0, len(dates), WIDE):
            for hours in await asyncio.gather(
                *(self._list(date, folders=True) for date in dates[at : at + WIDE])
            ):
                found += hours
        return sorted(found)

    async def names(self, hour: str) -> list[Name]:
        """Objects of one hour."""
        found = []
        for key in await self._list(hour, folders=False):
            parts = s3_paths.parse_raw_object(key)
            if parts:
                found.append(Name(*parts, key))
        return found

    async def describe(self, name: Name) -> ArchivedObject:
        """What an object's metadata say."""
        try:
            head = await self._s3.head_object(Bucket=self._bucket, Key=name.key)
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == MISSING:
                raise ReplayError(f"{name.key} went away while it was read") from error
            raise
        metadata = head["Metadata"]
        try:
            last, first_ms = (
                int(metadata[key]) for key in (s3_paths.LAST_OFFSET, s3_paths.FIRST_TIMESTAMP_MS)
            )
        except (KeyError, ValueError) as error:
            raise ReplayError(
                f"{name.key} does not say what it holds: metadata {s3_paths.LAST_OFFSET} or "
                f"{s3_paths.FIRST_TIMESTAMP_MS} is missing; was it copied without its metadata?"
            ) from error
        return ArchivedObject(name, last, first_ms)

    async def objects(self, hour: str) -> list[ArchivedObject]:
        """Objects of one hour, youngest first."""
        names, found = await self.names(hour), []
        for at in range(0, len(names), WIDE):
            found += await asyncio.gather(*(self.describe(name) for name in names[at : at + WIDE]))
        return sorted(found, key=lambda one: (one.first_ms, one.name.first), reverse=True)

    async def open(self, one: ArchivedObject) -> "Contents":
        """An object's records."""
        answer = await self._s3.get_object(Bucket=self._bucket, Key=one.name.key)
        return Contents(await answer["Body"].read())

    async def _list(self, prefix: str, *, folders: bool) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, **({"Delimiter": "/"} if folders else {})
        )
        found: list[str] = []
        async for page in pages:
            if folders:
                found += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
            else:
                found += [entry["Key"] for entry in page.get("Contents", [])]
        return found


class Contents:
    """One object in memory, compressed; its records are made a batch at a time."""

    def __init__(self, body: bytes) -> None:
        self._batches = pq.ParquetFile(io.BytesIO(body)).iter_batches(
            PARQUET_BATCH, columns=["offset", "kafka_timestamp_ms", "key", "value"]
        )

    async def read(self) -> list[PlainRecord]:
        """The next records; none at the end."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[PlainRecord]:
        batch = next(self._batches, None)
        if batch is None:
            return []
        columns = (
            batch.column(name).to_pylist() for name in ("offset", "kafka_timestamp_ms", "key", "value")
        )
        return [PlainRecord(*row) for row in zip(*columns, strict=True)]
