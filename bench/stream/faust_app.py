"""What both of Faust's peers are: a stock app that decodes readings, run until it has done its job."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import faust
import msgspec
import uvloop
from faust.types import TopicT
from rocksdict import AccessType, Options, Rdict

from bench.stream.event import Measured
from bench.stream.job import Course, Job, Window, window_start_s
from citystream.contracts.event_time import event_time_ms

TABLE = "windows"
_decode = msgspec.json.Decoder(Measured).decode


class ReadingCodec(faust.Codec):
    """JSON as validated events."""

    def _loads(self, s: bytes) -> Measured:
        return _decode(s)


def stock_app(job: Job) -> faust.App:
    """Faust's defaults, and the RocksDB store."""
    return faust.App(
        job.group,
        broker=f"kafka://{job.kafka}",
        datadir=job.folder,
        store="rocksdb://",
        consumer_auto_offset_reset="earliest",
        topic_partitions=job.partitions,
        web_enabled=False,
    )


def readings(app: faust.App, job: Job) -> TopicT:
    """The topic of readings."""
    return app.topic(job.topic, value_serializer=ReadingCodec())


def start_s_of(event: Measured) -> int:
    """Start of an event's window."""
    return window_start_s(event_time_ms(event.timestamp))


def run(app: faust.App, job: Job, course: Course) -> None:
    """Work until the course is done; then say what the table has."""
    logging.basicConfig(level=logging.WARNING)
    uvloop.run(_run(app, course))
    course.finish(_windows(Path(app.conf.tabledir), job.partitions))


async def _run(app: faust.App, course: Course) -> None:
    app.in_worker = True
    await app.start()
    await course.over()
    await app.stop()


def _windows(folder: Path, partitions: int) -> list[Window]:
    """The windows in the table's files; a key is a road and the window's start, or its start and end."""
    found = []
    for partition in range(partitions):
        path = folder / f"{TABLE}-{partition}.db"
        files = Rdict(str(path), Options(raw_mode=True), access_type=AccessType.read_only())
        for key, value in cast("Iterator[tuple[bytes, bytes]]", files.items()):
            if not key.startswith(b"["):
                continue  # Faust's own: how far the changelog was read
            road_id, window = json.loads(key)
            start_s = window[0] if isinstance(window, list) else window
            found.append(Window(road_id, int(start_s), *json.loads(value)))
        files.close()
    return found
