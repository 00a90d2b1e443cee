"""A data set into Kafka, in order of its own time, as fast as asked."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path

from citystream.settings import Settings
from simulator.counts import Counts
from simulator.datasets.dataset import Dataset, Skipped
from simulator.progress import Progress
from simulator.publisher import Publisher
from simulator.record import Record
from simulator.stopping import until_stopped

CHUNK = 5_000
"""Records handed over at once; about a megabyte."""


@dataclass(frozen=True)
class Feed:
    """One run of `city-simulator feed`."""

    dataset: Dataset
    folder: Path
    speed_up: float
    """Data seconds per second; infinite is as fast as Kafka takes it."""
    limit: int | None


async def feed(plan: Feed, settings: Settings) -> tuple[Counts, Skipped]:
    """Publish the data set; returns what was acknowledged, and what was left out and why.

    Raises:
        DatasetError: the data can't be read.
        PublishError: Kafka can't be reached or refuses records.
    """
    counts, skipped = Counts(plan.dataset.name), Skipped()
    publisher = Publisher(settings, plan.dataset.types, counts)
    records = islice(plan.dataset.records(plan.folder, skipped), plan.limit)

    async def publish(stop: asyncio.Event) -> None:
        await publisher.start()
        async with Progress(publisher, counts, None):
            pace = Pace(plan.speed_up, plan.dataset.step_s)
            for time_ms, chunk in chunks(records, paced=isfinite(plan.speed_up)):
                await asyncio.sleep(pace.seconds_until(time_ms, time.monotonic()))
                if stop.is_set():
                    break
                await publisher.send(chunk)
            await publisher.flush()

    try:
        await until_stopped(publish, publisher)
    finally:
        await publisher.stop()
    return counts, skipped


def chunks(records: Iterator[tuple[int, Record]], *, paced: bool) -> Iterator[tuple[int, list[Record]]]:
    """Up to `CHUNK` records together, with the time of the first; of one time, if they are paced."""
    chunk: list[Record] = []
    chunk_ms = 0
    for time_ms, record in records:
        if chunk and (len(chunk) == CHUNK or (paced and time_ms != chunk_ms)):
            yield chunk_ms, chunk
            chunk = []
        if not chunk:
            chunk_ms = time_ms
        chunk.append(record)
    if chunk:
        yield chunk_ms, chunk


class Pace:
    """When a moment of the data is due. A gap in the data is waited for as one step of it."""

    def __init__(self, speed_up: float, step_s: int) -> None:
        self._speed_up = speed_up
        self._step_ms = step_s * 1000
        self._last_ms: int | None = None
        self._due_s = 0.0

    def seconds_until(self, time_ms: int, now_s: float) -> float:
        """Seconds to wait before the moment is sent; 0 if it is due."""
        if self._last_ms is None:
            self._due_s = now_s
        else:
            gap_ms = min(max(0, time_ms - self._last_ms), self._step_ms)
            self._due_s += gap_ms / 1000 / self._speed_up
        self._last_ms = time_ms
        return max(0.0, self._due_s - now_s)
