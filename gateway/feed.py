"""Keeps the views as Redis has them: a full load, then every announced change, then a slow sweep.

Subscribing comes before loading, so a change that falls between is read again rather than missed.
Whatever fails, the views keep what they had. A breaker opens: Redis is then asked by the feed alone, one
probe at a time at growing intervals, and a probe that succeeds loads everything anew.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NoReturn, cast

import msgspec
import redis.asyncio as redis
from redis.asyncio.client import Pipeline, PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from citystream.contracts import redis_keys
from citystream.contracts.stored import StoredError, watermark_ms
from citystream.race import race
from citystream.servers.breaker import Breaker
from gateway import metrics
from gateway.city import City
from gateway.reader import Reader

log = logging.getLogger(__name__)

# Changes that come within this, or within as long as the last ones took, are read together; a first one is
# read at once. So the feed takes half of the time at most, however fast a city's vehicles report.
COALESCE_S = 0.05
# Announcements may be lost (pub/sub keeps nothing), so every key is read again once in this time:
# one bucket of each view every 30 / 16 s, which also notices a Redis that no longer answers.
SWEEP_S = 30.0
SWEEP_STEP_S = SWEEP_S / redis_keys.BUCKETS
# A subscription that is silent is asked for a sign of life; after three unanswered it is dead.
PROBE_S = 2.0
SILENCE_S = 3 * PROBE_S
# Decoding holds the event loop: 500 values take about 10 ms.
BATCH = 500
REPORTED = 1_000

_announcement = msgspec.msgpack.Decoder(dict[str, list[str]])


class Feed:
    """One process's connection to the speed layer."""

    def __init__(self, client: redis.Redis, namespace: str, city: City) -> None:
        # Each failure is seen at once: the feed itself is the retry.
        client.set_retry(Retry(NoBackoff(), 0))
        self._client = client
        self._namespace = namespace
        self._city = city
        self._readers = {(reader.type_, reader.name): reader for reader in city.readers}
        self._breaker = Breaker()
        self._changed: dict[tuple[str, str], set[str]] = {}
        self._wake = asyncio.Event()
        self.first_load = asyncio.Event()
        """Set once every view was loaded."""
        self._reported: set[tuple[str, str]] = set()

    async def run(self) -> NoReturn:
        """Follow Redis until cancelled."""
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as error:
                self._lost(error)
            except Exception as error:
                log.exception("the feed failed; it starts over")
                self._lost(error)
            await asyncio.sleep(self._breaker.retry_in_s)

    def _lost(self, error: Exception) -> None:
        self._breaker.failed(error)
        if self._city.link.up:
            log.warning("Redis is lost, answers are last-known: %s: %s", type(error).__name__, error)
            metrics.REDIS_LOSSES.inc()
            for view in self._city.views.values():
                view.switch("last-known")
        metrics.REDIS_UP.set(0)
        self._city.link.lost(error)

    async def _follow(self) -> None:
        async with self._client.pubsub() as pubsub:
            types = {reader.type_ for reader in self._city.readers}
            await pubsub.subscribe(*(redis_keys.changes(self._namespace, type_) for type_ in types))
            await self._load()
            self._breaker.succeeded()
            self._city.link.restored()
            self.first_load.set()
            metrics.REDIS_UP.set(1)
            log.info("following Redis: %s", {topic: len(view) for topic, view in self._city.views.items()})
            await race(self._listen(pubsub), self._refresh_and_sweep())

    async def _listen(self, pubsub: PubSub) -> NoReturn:
        clock = asyncio.get_running_loop().time
        heard = clock()
        while True:
            message = await pubsub.get_message(timeout=PROBE_S)
            if message is None:
                if clock() - heard > SILENCE_S:
                    raise redis.TimeoutError("the subscription is silent")
                await pubsub.ping()
                continue
            heard = clock()
            if message["type"] == "message":
                self._take_announcement(message["channel"].decode().rpartition(":")[2], message["data"])

    def _take_announcement(self, type_: str, data: bytes) -> None:
        try:
            announced = _announcement.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("%s: an announcement can't be read: %s", type_, error)
            metrics.UNREADABLE.labels(type_).inc()
            return
        for name, keys in announced.items():
            reader = self._readers.get((type_, name))
            if reader is not None:
                self._changed.setdefault((type_, name), set()).update(keys)
                metrics.CHANGES.labels(reader.view.topic).inc(len(keys))
                self._wake.set()

    async def _refresh_and_sweep(self) -> NoReturn:
        clock = asyncio.get_running_loop().time
        bucket, sweep_at = 0, clock() + SWEEP_STEP_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(sweep_at):
                    await self._wake.wait()
            self._wake.clear()
            began = clock()
            await self._refresh()
            if clock() >= sweep_at:
                for reader in self._city.readers:
                    await self._sweep(reader, (bucket,))
                bucket, sweep_at = (bucket + 1) % redis_keys.BUCKETS, clock() + SWEEP_STEP_S
            await asyncio.sleep(max(COALESCE_S, clock() - began))

    async def _refresh(self) -> None:
        changed, self._changed = self._changed, {}
        if not changed:
            return
        with metrics.REFRESH_SECONDS.time():
            for place, keys in changed.items():
                await self._read(self._readers[place], list(keys))

    async def _load(self) -> None:
        for reader in self._city.readers:
            await self._sweep(reader, range(redis_keys.BUCKETS))
        # All at once: until then the archive's may still come in.
        for reader in self._city.readers:
            reader.view.known = True
            reader.view.switch("speed")

    async def _sweep(self, reader: Reader[Any], buckets: Sequence[int]) -> None:
        """Read all that the indexes have, and forget what they no longer have."""
        pipeline = self._client.pipeline(transaction=False)
        for number in buckets:
            pipeline.zrange(redis_keys.index(self._namespace, reader.type_, reader.name, number), 0, -1)
        found: set[str] = set()
        swept: set[int] = set()
        for number, members in zip(buckets, await pipeline.execute(raise_on_error=False), strict=True):
            if isinstance(members, ResponseError):
                self._unreadable(reader, f"index {number}", members)
            else:
                swept.add(number)
                found.update(member.decode(errors="replace") for member in members)
        for key in reader.view.with_data():
            if key not in found and redis_keys.bucket(key) in swept:
                reader.view.remove(key)
        await self._read(reader, list(found))
        reader.view.expire()

    async def _read(self, reader: Reader[Any], keys: list[str]) -> None:
        remaining = iter(keys)
        while batch := list(islice(remaining, BATCH)):
            await self._read_batch(reader, batch)
        if reader.windowed:
            try:
                facts = await self._client.hgetall(redis_keys.partitions(self._namespace, reader.type_))
                # The client returns bytes: nothing told it to decode.
                reader.advance(watermark_ms(cast("Mapping[bytes, bytes]", facts)))
            except (StoredError, ResponseError) as error:
                self._unreadable(reader, "partitions", error)

    async def _read_batch(self, reader: Reader[Any], keys: list[str]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for key in keys:
            self._ask(pipeline, reader, key)
        answers = iter(await pipeline.execute(raise_on_error=False))
        for key in keys:
            fields, event_s = next(answers), next(answers) if reader.windowed else None
            if isinstance(fields, ResponseError) or isinstance(event_s, ResponseError):
                self._unreadable(reader, key, fields)
            elif not fields:
                reader.view.remove(key)
            else:
                try:
                    reader.take(key, fields, event_s)
                except (StoredError, ValueError, OverflowError) as error:
                    self._unreadable(reader, key, error)

    def _ask(self, pipeline: Pipeline, reader: Reader[Any], key: str) -> None:
        at = redis_keys.live if reader.kind == "live" else redis_keys.latest
        pipeline.hgetall(at(self._namespace, reader.type_, reader.name, key))
        if reader.windowed:
            index = redis_keys.index(self._namespace, reader.type_, reader.name, redis_keys.bucket(key))
            pipeline.zscore(index, key)

    def _unreadable(self, reader: Reader[Any], what: str, error: object) -> None:
        metrics.UNREADABLE.labels(reader.view.topic).inc()
        # A bad value is met again at each change and sweep; the log needs it once.
        if (reader.view.topic, what) not in self._reported:
            if len(self._reported) >= REPORTED:
                self._reported.clear()
            self._reported.add((reader.view.topic, what))
            log.warning("%s: %s can't be read: %s", reader.view.topic, what, error)
