"""The archive of a span, written straight to S3 by two processes."""

import asyncio
import io
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from rich.progress import Progress

from bench.batch.drawing import Drawn, Tally, draw
from bench.batch.senders import Senders, all_senders
from bench.batch.span import PARTITIONS, Cut, Span
from bench.report import progress
from citystream.archive.parquet import OPTIONS
from citystream.contracts import s3_paths
from citystream.contracts.city_day import CityDay
from citystream.servers.connections import s3_client
from citystream.settings import Settings

PROCESSES = 2
REQUESTS = 6
"""Of each process, at a time."""
CUTS_A_PART = 60


class Archived(NamedTuple):
    """An object as it goes to S3."""

    key: str
    metadata: dict[str, str]
    drawn: Drawn

    def body(self) -> bytes:
        """Parquet, as the archive role packs it."""
        sink = io.BytesIO()
        pq.write_table(self.drawn.table, sink, **OPTIONS)
        return sink.getvalue()


class Written(NamedTuple):
    """What was written of a span."""

    tally: Tally
    objects: int
    """That begin on the day."""
    size_bytes: int
    seconds: float


def archived(namespace: str, senders: Senders, partition: int, cut: Cut, day: CityDay) -> Archived:
    """The object of one partition and cut."""
    drawn = draw(senders, partition, cut, day)
    first, count = cut.number * senders.count(partition), drawn.table.num_rows
    metadata = {
        s3_paths.FIRST_OFFSET: str(first),
        s3_paths.LAST_OFFSET: str(first + count - 1),
        s3_paths.FIRST_TIMESTAMP_MS: str(drawn.first_ms),
        s3_paths.FOLLOWS_OFFSET: str(first),
    }
    key = s3_paths.raw_object(namespace, senders.type, 0, partition, first, drawn.first_ms)
    return Archived(key, metadata, drawn)


def write(settings: Settings, span: Span) -> Written:
    """Write all objects of a span into the namespace of the settings; the bucket is there."""
    started, tally, size_bytes = time.perf_counter(), Tally(), 0
    parts = [
        (partition, span.cuts[at : at + CUTS_A_PART])
        for at in range(0, len(span.cuts), CUTS_A_PART)
        for partition in range(PARTITIONS)
    ]
    with (
        ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool,
        Progress(console=progress, transient=True) as bar,
    ):
        task = bar.add_task(f"archiving the {span.name}", total=len(parts))
        for done in as_completed([pool.submit(_write_part, settings, span.day, *part) for part in parts]):
            of_part, part_bytes = done.result()
            tally.update(of_part)
            size_bytes += part_bytes
            bar.advance(task)
    objects = span.cuts_of_day * PARTITIONS * len(_senders())
    return Written(tally, objects, size_bytes, time.perf_counter() - started)


# Each process makes the lists once.
_senders = cache(all_senders)


def _write_part(settings: Settings, day: CityDay, partition: int, cuts: Sequence[Cut]) -> tuple[Tally, int]:
    return asyncio.run(_put_all(settings, _objects(settings.namespace, day, partition, cuts)))


def _objects(namespace: str, day: CityDay, partition: int, cuts: Sequence[Cut]) -> Iterator[Archived]:
    for cut in cuts:
        for senders in _senders():
            yield archived(namespace, senders, partition, cut, day)


async def _put_all(settings: Settings, objects: Iterator[Archived]) -> tuple[Tally, int]:
    tally, size_bytes = Tally(), 0

    async def put(s3: Any) -> None:
        nonlocal size_bytes
        for one in objects:
            body = one.body()
            await s3.put_object(Bucket=settings.s3_bucket, Key=one.key, Body=body, Metadata=one.metadata)
            tally.update(one.drawn.tally)
            size_bytes += len(body)

    async with s3_client(settings) as s3:
        await asyncio.gather(*(put(s3) for _ in range(REQUESTS)))
    return tally, size_bytes
