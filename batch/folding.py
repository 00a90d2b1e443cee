"""Compacted events folded into windows, an hour at a time, by the services' own code.

Runs in processes of its own, as decoding does.
"""

import io
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from batch.columns import TIME, Rows
from batch.object_store import asking
from batch.workers import Worker, in_worker
from citystream.contracts import s3_paths
from citystream.contracts.manifest import WINDOWS_COLUMNS, Stored, windows_view
from citystream.service import Service, Windows

BATCH_ROWS = 5_000
# A key's windows lie together: who asks for one key reads a small part of a large city's hour.
GROUP_ROWS = 20_000
SCHEMA = pa.schema(zip(WINDOWS_COLUMNS, (pa.string(), TIME, pa.binary()), strict=True))

_encode = msgspec.msgpack.Encoder().encode
States = dict[tuple[str, int], Any]
"""(key, window's start in epoch seconds) -> state."""


class Hour(NamedTuple):
    """One event hour of one type, and the version that its windows are of."""

    type_: str
    events: Stored
    version: str


def fold_hour(hour: Hour) -> dict[str, Stored]:
    """In a worker: one hour's windows of all views of its type, written to S3; by the batch view's name."""
    return in_worker(_fold(hour))


async def _fold(hour: Hour) -> dict[str, Stored]:
    store, settings, service = Worker.store, Worker.settings, Worker.service(hour.type_)
    with asking(f"get {hour.events.key}"):
        events = await (await store.get_async(hour.events.key)).bytes_async()
    made = {}
    for view, states in fold(service, pa.py_buffer(events), settings.window_s).items():
        name = windows_view(hour.type_, view)
        prefix = s3_paths.version_prefix(s3_paths.view_prefix(settings.shared, name), hour.version)
        key = f"{s3_paths.hour_prefix(prefix, hour.events.hour_ms)}windows.parquet"
        with asking(f"put {key}"):
            await store.put_async(key, encode(states))
        made[name] = Stored(key, hour.events.hour_ms, len(states))
    return made


def fold(service: Service[Any], events: pa.Buffer, window_s: int | None) -> dict[str, States]:
    """Windows of compacted events, by view; `window_s` is the length of all, None each view's own."""
    views = [(view, (window_s or view.window_s) * 1000, States()) for view in service.windows]
    rows = Rows(service.event)
    for batch in pq.ParquetFile(pa.BufferReader(events)).iter_batches(BATCH_ROWS):
        read = list(rows.events(batch))
        for view, window_ms, states in views:
            _add(view, window_ms, states, read)
    return {view.name: states for view, _, states in views}


def _add(
    view: Windows[Any, Any], window_ms: int, states: States, events: Iterable[tuple[Any, int, int]]
) -> None:
    key, zero, add, known = view.key, view.state, view.add, states.get
    for event, time_ms, kafka_ms in events:
        place = key(event), time_ms // window_ms * window_ms // 1000
        state = known(place)
        if state is None:
            state = states[place] = zero()
        # As the stream has it: a clock that is ahead is not seen later than Kafka got it.
        add(state, event, min(time_ms, kafka_ms))


def encode(states: States) -> bytes:
    """As they are stored."""
    places = sorted(states)
    arrays = [
        pa.array([key for key, _ in places], pa.string()),
        pa.array([start_s * 1000 for _, start_s in places], pa.int64()).cast(TIME),
        pa.array([_encode(states[place]) for place in places], pa.binary()),
    ]
    sink = io.BytesIO()
    pq.write_table(
        pa.table(arrays, schema=SCHEMA),
        sink,
        compression="zstd",
        row_group_size=GROUP_ROWS,
        use_dictionary=["key"],
    )
    return sink.getvalue()
