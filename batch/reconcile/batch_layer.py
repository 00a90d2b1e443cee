"""The batch layer's windows of a day, an hour at a time; parts that lie in two hours are merged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from batch.columns import milliseconds
from batch.object_store import asking
from batch.session import Session
from citystream.contracts.city_day import CityDay
from citystream.contracts.manifest import Stored
from citystream.contracts.redis_keys import HOUR_S, page_start

WindowId = tuple[str, int]
"""Key, and when it begins (epoch s)."""


async def hours(
    session: Session, objects: Sequence[Stored], state: type[Any], window_ms: int, day: CityDay
) -> AsyncIterator[dict[WindowId, Any]]:
    """Windows that lie in the day with all of their time: those that begin in an hour, hour by hour.

    Raises:
        StoreError: S3 does not answer.
    """
    decoder, open_ = msgspec.msgpack.Decoder(state), dict[int, dict[WindowId, Any]]()
    for number, stored in enumerate(objects, 1):
        upto_ms = objects[number].hour_ms if number < len(objects) else day.end_ms
        for (key, start_s), part in (await _windows(session, stored, decoder)).items():
            if day.start_ms <= start_s * 1000 <= day.end_ms - window_ms:
                of_hour = open_.setdefault(page_start(start_s), {})
                before = of_hour.get((key, start_s))
                of_hour[key, start_s] = part if before is None else before.merge(part)
        for hour_s in sorted(open_):
            last_ms = (hour_s + HOUR_S) * 1000 - 1
            if min(last_ms - last_ms % window_ms + window_ms, day.end_ms) <= upto_ms:
                yield open_.pop(hour_s)


async def _windows(
    session: Session, stored: Stored, decoder: msgspec.msgpack.Decoder[Any]
) -> dict[WindowId, Any]:
    def read() -> dict[WindowId, Any]:
        with asking(f"get {stored.key}"):
            body = session.store.get(stored.key).bytes()
        found: dict[WindowId, Any] = {}
        for batch in pq.ParquetFile(pa.BufferReader(pa.py_buffer(body))).iter_batches():
            keys, states = batch.column("key").to_pylist(), batch.column("state").to_pylist()
            for key, start_ms, one in zip(keys, milliseconds(batch, "window_start"), states, strict=True):
                found[key, start_ms // 1000] = decoder.decode(one)
        return found

    return await asyncio.to_thread(read)
