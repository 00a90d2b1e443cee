"""The speed layer: one script compares and writes a value, its index and its place.

Values are grouped by hash tag (bucket) and view, so that each call of the script stays in one slot.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgpack
import msgspec
from redis.asyncio.client import Pipeline
from redis.exceptions import NoScriptError

from citystream.contracts import redis_keys as keys
from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold.updates import Update
from citystream.servers.connections import redis_client
from citystream.service import Latest, Windows
from citystream.settings import Settings
from citystream.sinks.buffered import BufferedSink

# Items come as one msgpack array: one argument costs the client less than thousands.
# Writes windows. KEYS: one hash an item. ARGV: length of a version, ttl, items of (field, value).
KEEP = """
local length, ttl, items = tonumber(ARGV[1]), ARGV[2], cmsgpack.unpack(ARGV[3])
for i, item in ipairs(items) do
  local name, field, new = KEYS[i], item[1], item[2]
  local old = redis.call('HGET', name, field)
  if not old or string.sub(old, 1, length) <= string.sub(new, 1, length) then
    redis.call('HSET', name, field, new)
    redis.call('EXPIRE', name, ttl)
  end
end
"""
# Writes what is live. KEYS: index, places, then one hash an item. ARGV: length of a version, ttl, items of
# (field, value, member, score, longitude, latitude); without a place the last two are absent.
SHOW = """
local length, ttl, items = tonumber(ARGV[1]), ARGV[2], cmsgpack.unpack(ARGV[3])
local placed = false
for i, item in ipairs(items) do
  local name, field, new = KEYS[i + 2], item[1], item[2]
  local old = redis.call('HGET', name, field)
  if not old or string.sub(old, 1, length) <= string.sub(new, 1, length) then
    redis.call('HSET', name, field, new)
    redis.call('EXPIRE', name, ttl)
    redis.call('ZADD', KEYS[1], 'GT', item[4], item[3])
    if item[5] then
      placed = true
      redis.call('GEOADD', KEYS[2], item[5], item[6], item[3])
    end
  end
end
redis.call('EXPIRE', KEYS[1], ttl)
if placed then
  redis.call('EXPIRE', KEYS[2], ttl)
end
"""
# KEYS: index, places. ARGV: the score below which things are gone.
PRUNE = """
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, 5000)
if #gone > 0 then
  redis.call('ZREM', KEYS[1], unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(gone))
end
return #gone
"""

# Redis's geo sets end here (Web Mercator).
MAX_LATITUDE = 85.05112878
PRUNE_EVERY_S = 60.0

Call = tuple[str, list[str], list[Any]]
"""Of a script: itself, KEYS, ARGV."""


class RedisSink(BufferedSink):
    """Writes states to Redis; each key has a time to live."""

    name = "redis"
    ask_every_s = 1.0

    def __init__(self, settings: Settings, service: str) -> None:
        super().__init__(settings.sink_pending, settings.sink_timeout_s)
        self._namespace = settings.namespace
        self._service = service
        self._client = redis_client(settings)
        self._facts: dict[int, PartitionFacts] = {}
        self._shas: dict[str, str] = {}
        self._pruned_at = time.monotonic()

    async def close(self) -> None:
        await self._client.aclose()

    def note(self, partition: int, facts: PartitionFacts) -> None:
        """How far a partition is; written with the next states."""
        self._facts[partition] = facts

    async def write(self, updates: list[Update]) -> None:
        newest: dict[tuple[str, str, int, int], int] = {}
        changed: dict[str, set[str]] = defaultdict(set)
        for update in updates:
            one = _live_identity(update)
            newest[one] = max(update.start_s, newest.get(one, 0))
        keep: dict[tuple[int, str], list[Update]] = defaultdict(list)
        show: dict[tuple[int, str, bool], list[Update]] = defaultdict(list)
        for update in updates:
            number, view = keys.bucket(update.key), update.view
            if isinstance(view, Windows):
                keep[number, view.name].append(update)
                if not view.live:
                    continue
            changed[view.name].add(update.key)
            if update.start_s == newest[_live_identity(update)]:
                show[number, view.name, isinstance(view, Latest)].append(update)
        calls = [(KEEP, *self._windows(group)) for group in keep.values()]
        calls += [(SHOW, *self._live(number, group)) for (number, _, _), group in show.items()]
        message = {view: sorted(names) for view, names in changed.items()}
        await self._run(calls, announced=msgspec.msgpack.encode(message))

    async def ask(self) -> None:
        """Notice a Redis that was emptied as well."""
        name = keys.sentinel(self._namespace, self._service)
        if await self._client.set(name, b"1", nx=True, ex=keys.AGGREGATE_TTL_S):
            self.returned = True

    async def prune(self, views: Iterable[tuple[str, int]], watermark_ms: int) -> None:
        """Take things off index and map whose time to live has passed, by event time.

        Args:
            views: (name, ttl_s) of what is indexed.
        """
        now = time.monotonic()
        if now - self._pruned_at < PRUNE_EVERY_S or not self.breaker.closed:
            return
        self._pruned_at = now
        calls = []
        for view, ttl_s in views:
            bound = str(watermark_ms // 1000 - ttl_s)
            for number in range(keys.BUCKETS):
                names = self._shared(number, view)
                calls.append((PRUNE, names, [bound]))
        await self._run(calls)

    async def _run(self, calls: list[Call], announced: bytes | None = None) -> None:
        """Run scripts in one round trip; with an announcement, how far the partitions are and that follow."""
        try:
            if not self._shas:
                await self._load()
            await self._evalsha(calls, announced)
        except NoScriptError:  # a Redis that restarted has forgotten them
            await self._load()
            await self._evalsha(calls, announced)

    async def _load(self) -> None:
        # All or none: a Redis that goes away in between must be asked for all of them again.
        self._shas = {script: await self._client.script_load(script) for script in (KEEP, SHOW, PRUNE)}

    async def _evalsha(self, calls: list[Call], announced: bytes | None) -> None:
        pipe = self._client.pipeline(transaction=False)
        for script, names, arguments in calls:
            pipe.evalsha(self._shas[script], len(names), *names, *arguments)
        if announced is not None:
            if self._facts:
                name = keys.partitions(self._namespace, self._service)
                pipe.hset(name, mapping={str(p): msgspec.msgpack.encode(f) for p, f in self._facts.items()})
                pipe.expire(name, keys.AGGREGATE_TTL_S)
                self._tell_whole_from(pipe)
            pipe.publish(keys.changes(self._namespace, self._service), announced)
        await pipe.execute()

    def _tell_whole_from(self, pipe: Pipeline) -> None:
        """What closed before the first write to an empty Redis is not in it."""
        name = keys.whole_from(self._namespace, self._service)
        watermark_ms = max(facts.watermark_ms for facts in self._facts.values())
        if watermark_ms >= 0:
            pipe.set(name, watermark_ms, nx=True)
        pipe.expire(name, keys.AGGREGATE_TTL_S)

    def _shared(self, number: int, view: str) -> list[str]:
        return [
            keys.index(self._namespace, self._service, view, number),
            keys.places(self._namespace, self._service, view, number),
        ]

    def _windows(self, group: list[Update]) -> tuple[list[str], list[Any]]:
        """Names and arguments of `KEEP`; a page outlives its last window, up to an hour after its first."""
        view = group[0].view
        names = [
            keys.page(self._namespace, self._service, view.name, update.key, update.start_s)
            for update in group
        ]
        items = [
            (
                keys.window_field(update.start_s, update.generation, update.partition),
                keys.window_version(update.offset) + update.payload,
            )
            for update in group
        ]
        return names, [keys.WINDOW_VERSION_LENGTH, view.ttl_s + keys.HOUR_S, _packed(items)]

    def _live(self, number: int, group: list[Update]) -> tuple[list[str], list[Any]]:
        """Names and arguments of `SHOW`."""
        view = group[0].view
        single = isinstance(view, Latest)
        name = keys.latest if single else keys.live
        names = self._shared(number, view.name)
        items: list[tuple[Any, ...]] = []
        for update in group:
            names.append(name(self._namespace, self._service, view.name, update.key))
            field, version = update.live_field
            on_map = update.place is not None and abs(update.place[1]) < MAX_LATITUDE
            place = update.place if update.place and on_map else ()
            items.append((field, version + update.payload, update.key, update.time_ms // 1000, *place))
        length = keys.LATEST_VERSION_LENGTH if single else keys.LIVE_VERSION_LENGTH
        return names, [length, view.ttl_s, _packed(items)]


def _packed(items: list[Any]) -> bytes:
    """For `cmsgpack` in Redis, which knows strings of bytes but not the newer binary type."""
    packed: bytes = msgpack.packb(items, use_bin_type=False)
    return packed


def _live_identity(update: Update) -> tuple[str, str, int, int]:
    """Of the windows of one key and partition in a batch, only the newest is live."""
    return update.view.name, update.key, update.generation, update.partition
