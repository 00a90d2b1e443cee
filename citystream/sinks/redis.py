"""The speed layer: one script compares and writes a value, its index and its place.

Values are grouped by hash tag (bucket) and view, so that each call of the script stays in one slot.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from redis.exceptions import NoScriptError

from citystream.connections import redis_client
from citystream.contracts import redis_keys as keys
from citystream.contracts.redis_keys import PartitionFacts
from citystream.service import Latest, Windows
from citystream.settings import Settings
from citystream.sinks.buffered import BufferedSink
from citystream.updates import Update

# Writes windows. KEYS: one hash an item. ARGV: length of a version, ttl; then two an item: field, value.
KEEP = """
local length, ttl = tonumber(ARGV[1]), ARGV[2]
for i = 1, #KEYS do
  local field, new = ARGV[2 * i + 1], ARGV[2 * i + 2]
  local old = redis.call('HGET', KEYS[i], field)
  if not old or string.sub(old, 1, length) <= string.sub(new, 1, length) then
    redis.call('HSET', KEYS[i], field, new)
    redis.call('EXPIRE', KEYS[i], ttl)
  end
end
"""
# Writes what is live. KEYS: index, places, then one hash an item. ARGV: length of a version, ttl; then six
# an item: field, value, member, score, longitude, latitude (empty: nowhere).
SHOW = """
local length, ttl = tonumber(ARGV[1]), ARGV[2]
for i = 3, #KEYS do
  local a = (i - 3) * 6 + 2
  local new = ARGV[a + 2]
  local old = redis.call('HGET', KEYS[i], ARGV[a + 1])
  if not old or string.sub(old, 1, length) <= string.sub(new, 1, length) then
    redis.call('HSET', KEYS[i], ARGV[a + 1], new)
    redis.call('EXPIRE', KEYS[i], ttl)
    redis.call('ZADD', KEYS[1], 'GT', ARGV[a + 4], ARGV[a + 3])
    redis.call('EXPIRE', KEYS[1], ttl)
    if ARGV[a + 5] ~= '' then
      redis.call('GEOADD', KEYS[2], ARGV[a + 5], ARGV[a + 6], ARGV[a + 3])
      redis.call('EXPIRE', KEYS[2], ttl)
    end
  end
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
SENTINEL_EVERY_S = 1.0
PRUNE_EVERY_S = 60.0


class RedisSink(BufferedSink):
    """Writes states to Redis; each key has a time to live."""

    name = "redis"

    def __init__(self, settings: Settings, service: str) -> None:
        super().__init__(settings.sink_pending, settings.sink_timeout_s)
        self._namespace = settings.namespace
        self._service = service
        self._client = redis_client(settings)
        self._facts: dict[int, PartitionFacts] = {}
        self._shas: dict[str, str] = {}
        self._sentinel_at = 0.0
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
            changed[update.view.name].add(update.key)
        keep: dict[tuple[int, str], list[Update]] = defaultdict(list)
        show: dict[tuple[int, str, bool], list[Update]] = defaultdict(list)
        for update in updates:
            number, view = keys.bucket(update.key), update.view
            if isinstance(view, Windows):
                keep[number, view.name].append(update)
            if update.start_s == newest[_live_identity(update)]:
                show[number, view.name, isinstance(view, Latest)].append(update)
        await self._run(KEEP, [self._windows(group) for group in keep.values()])
        await self._run(SHOW, [self._live(number, group) for (number, _, _), group in show.items()])
        pipe = self._client.pipeline(transaction=False)
        name = keys.partitions(self._namespace, self._service)
        if self._facts:
            pipe.hset(name, mapping={str(p): msgspec.msgpack.encode(f) for p, f in self._facts.items()})
            pipe.expire(name, keys.AGGREGATE_TTL_S)
        message = {view: sorted(names) for view, names in changed.items()}
        pipe.publish(keys.changes(self._namespace, self._service), msgspec.msgpack.encode(message))
        await pipe.execute()

    async def check_alive(self) -> None:
        """Notice a Redis that was emptied, and ask for everything again."""
        now = time.monotonic()
        if now - self._sentinel_at < SENTINEL_EVERY_S or not self.breaker.allows():
            return
        self._sentinel_at = now
        name = keys.sentinel(self._namespace, self._service)
        try:
            if await self._client.set(name, b"1", nx=True, ex=keys.AGGREGATE_TTL_S):
                self.returned = True
            self.breaker.succeeded()
        except Exception as error:  # whatever the client raises, the worker goes on
            self.breaker.failed(error)

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
                calls.append((names, [bound]))
        await self._run(PRUNE, calls)

    async def _run(self, script: str, calls: list[tuple[list[str], list[Any]]]) -> None:
        """Run one script with several keys and arguments, in one round trip."""
        try:
            if not calls:
                return
            sha = self._shas.get(script) or await self._load(script)
            await self._evalsha(sha, calls)
        except NoScriptError:  # a Redis that restarted has forgotten it
            await self._evalsha(await self._load(script), calls)

    async def _load(self, script: str) -> str:
        sha: str = await self._client.script_load(script)
        self._shas[script] = sha
        return sha

    async def _evalsha(self, sha: str, calls: list[tuple[list[str], list[Any]]]) -> None:
        pipe = self._client.pipeline(transaction=False)
        for names, arguments in calls:
            pipe.evalsha(sha, len(names), *names, *arguments)
        await pipe.execute()

    def _shared(self, number: int, view: str) -> list[str]:
        return [
            keys.index(self._namespace, self._service, view, number),
            keys.places(self._namespace, self._service, view, number),
        ]

    def _windows(self, group: list[Update]) -> tuple[list[str], list[Any]]:
        """Names and arguments of `KEEP`; a page outlives its last window, up to an hour after its first."""
        view = group[0].view
        names: list[str] = []
        arguments: list[Any] = [keys.WINDOW_VERSION_LENGTH, view.ttl_s + keys.HOUR_S]
        for update in group:
            names.append(keys.page(self._namespace, self._service, view.name, update.key, update.start_s))
            arguments += (
                keys.window_field(update.start_s, update.generation, update.partition),
                keys.window_version(update.offset) + update.payload,
            )
        return names, arguments

    def _live(self, number: int, group: list[Update]) -> tuple[list[str], list[Any]]:
        """Names and arguments of `SHOW`."""
        view = group[0].view
        single = isinstance(view, Latest)
        name = keys.latest if single else keys.live
        names = self._shared(number, view.name)
        length = keys.LATEST_VERSION_LENGTH if single else keys.LIVE_VERSION_LENGTH
        arguments: list[Any] = [length, view.ttl_s]
        for update in group:
            names.append(name(self._namespace, self._service, view.name, update.key))
            if single:
                field = keys.LATEST_FIELD
                version = keys.latest_version(update.time_ms, update.partition, update.offset)
            else:
                field = keys.partition_field(update.generation, update.partition)
                version = keys.live_version(update.start_s, update.offset)
            on_map = update.place is not None and abs(update.place[1]) < MAX_LATITUDE
            place = update.place if update.place and on_map else ("", "")
            arguments += (field, version + update.payload, update.key, update.time_ms // 1000, *place)
        return names, arguments


def _live_identity(update: Update) -> tuple[str, str, int, int]:
    """Of the windows of one key and partition in a batch, only the newest is live."""
    return update.view.name, update.key, update.generation, update.partition
