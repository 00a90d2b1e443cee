"""Sinks compare, coalesce, and give way to nothing but their server."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import redis.asyncio as redis

from citystream.contracts import redis_keys as keys
from citystream.contracts.gps import TTL_S, GpsWindow
from citystream.contracts.redis_keys import PartitionFacts
from citystream.fold.fold import PartitionFold, Slot, TimeRules
from citystream.fold.updates import Origin, Update, origin
from citystream.settings import Settings
from citystream.sinks.buffered import SMALLEST_BATCH
from citystream.sinks.elasticsearch import ElasticsearchSink
from citystream.sinks.redis import RedisSink
from demo.servers.server import Server
from services.gps.aggregate import service as gps
from tests.citystream.records import NOW_MS, FakeRecord
from tests.conftest import MakeSettings
from tests.harness import events, outputs
from tests.harness.patience import PATIENCE_S
from tests.harness.proxy import Mode, Proxy

GPS = gps(None)
RULES = TimeRules(disorder_ms=5_000, lateness_ms=10_000, future_ms=60_000)
(WINDOWS,), (POSITION,) = GPS.windows, GPS.latest


def positions(*speeds: float, start: int = 0) -> list[FakeRecord]:
    """Positions of one vehicle, a second apart, farther north as it goes."""
    return [
        FakeRecord(
            offset,
            events.encode(
                {
                    "event_id": str(offset),
                    "timestamp": NOW_MS + offset * 1000,
                    "vehicle_id": "bus:7",
                    "vehicle_type": "bus",
                    "latitude": 48 + offset / 1000,
                    "longitude": 11.5,
                    "speed_kmh": speed,
                    "heading_deg": 0,
                }
            ),
            NOW_MS + offset * 1000,
        )
        for offset, speed in enumerate(speeds, start)
    ]


Made = tuple[list[Slot], Origin]


def made(records: list[FakeRecord], generation: int = 0, partition: int = 0) -> Made:
    fold: PartitionFold[Any] = PartitionFold(GPS, RULES, partition)
    fold.fold(records)
    return list(fold.all_slots()), origin(fold, generation)


async def written(settings: Settings, *batches: Made) -> RedisSink:
    sink = RedisSink(settings, "gps")
    for batch in batches:
        sink.offer(*batch)
        assert await sink.flush()
    return sink


async def test_an_older_state_does_not_replace_a_newer(settings: MakeSettings) -> None:
    own = settings()
    old, new = made(positions(10)), made(positions(10, 20, 30))
    sink = await written(own, new, old)
    ((_, window),) = (await outputs.windows(own, "gps", WINDOWS)).items()
    assert window.positions == 3
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 30
    await sink.close()


async def test_partitions_and_generations_stand_side_by_side(settings: MakeSettings) -> None:
    own = settings()
    sink = await written(
        own, made(positions(10)), made(positions(20), partition=1), made(positions(30), generation=1)
    )
    ((_, window),) = (await outputs.windows(own, "gps", WINDOWS)).items()
    assert window.positions == 3
    await sink.close()


async def test_history_waits_for_a_flush_of_its_own(settings: MakeSettings) -> None:
    own = settings()
    sink = RedisSink(own, "gps")
    sink.offer(*made(positions(10)))
    assert await sink.flush(live_only=True)
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 10
    assert (await outputs.windows(own, "gps", WINDOWS), sink.waiting) == ({}, 1)
    assert await sink.flush()
    assert (len(await outputs.windows(own, "gps", WINDOWS)), sink.waiting) == (1, 0)
    await sink.close()


async def test_a_flush_that_is_spread_leaves_room_for_others_and_writes_it_all(
    settings: MakeSettings,
) -> None:
    own = settings()
    sink = RedisSink(own, "gps")
    for number in range(3 * SMALLEST_BATCH):
        sink.offer(*made(positions(10), partition=number))
    spread = asyncio.create_task(sink.flush(over_s=3.0))
    async with asyncio.timeout(PATIENCE_S):
        while sink.waiting == 6 * SMALLEST_BATCH:
            await asyncio.sleep(0.01)
    assert sink.waiting > 0
    late = made(positions(10, 99), generation=1)
    sink.offer(*late)
    assert await sink.flush(live_only=True)
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 99
    assert await spread
    assert await sink.flush()
    ((_, window),) = (await outputs.windows(own, "gps", WINDOWS)).items()
    assert window.positions == 3 * SMALLEST_BATCH + 2
    await sink.close()


async def test_every_key_ends_and_the_thing_is_on_the_map(settings: MakeSettings) -> None:
    own = settings()
    sink = await written(own, made(positions(10)))
    client: Any = redis.Redis.from_url(own.redis)
    names = {name.decode() async for name in client.scan_iter(match=f"*{own.namespace}*")}
    number, at = keys.bucket("bus:7"), (own.namespace, "gps", POSITION.name)
    page = keys.page(own.namespace, "gps", WINDOWS.name, "bus:7", NOW_MS // 1000)
    assert names == {page, keys.latest(*at, "bus:7"), keys.index(*at, number), keys.places(*at, number)}
    for name in names:
        assert 0 < await client.ttl(name) <= TTL_S + keys.HOUR_S, name
    ((longitude, latitude),) = await client.geopos(
        keys.places(own.namespace, "gps", POSITION.name, number), "bus:7"
    )
    assert (longitude, latitude) == (pytest.approx(11.5, abs=1e-4), pytest.approx(48, abs=1e-4))
    assert await client.zscore(keys.index(own.namespace, "gps", POSITION.name, number), "bus:7") == (
        NOW_MS // 1000
    )
    await client.aclose()
    await sink.close()


async def test_readers_hear_what_changed(settings: MakeSettings) -> None:
    own = settings()
    client: Any = redis.Redis.from_url(own.redis)
    async with client.pubsub() as channel:
        await channel.subscribe(keys.changes(own.namespace, "gps"))
        await channel.get_message(timeout=PATIENCE_S)
        sink = await written(own, made(positions(10)))
        message = None
        while message is None:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=PATIENCE_S)
    assert msgspec.msgpack.decode(message["data"]) == {"position": ["bus:7"]}
    await client.aclose()
    await sink.close()


async def test_a_page_of_a_days_track_stays_packed(settings: MakeSettings) -> None:
    window = GpsWindow(60, 3_000_000, 90_000, NOW_MS, 54_034_321, -118_123_456)
    value = keys.window_version(10**15) + msgspec.msgpack.encode(window)
    # Redis packs small hashes whose values are at most 64 bytes.
    assert len(value) <= 64


class Noted(RedisSink):
    """Keeps which views each batch was of; more may come while one is written."""

    def __init__(self, settings: Settings, meanwhile: Made | None = None) -> None:
        super().__init__(settings, "gps")
        self.batch = 1
        self.views: list[str] = []
        self._meanwhile = meanwhile

    async def write(self, updates: list[Update]) -> None:
        self.views += [update.view.name for update in updates]
        if self._meanwhile:
            self.offer(*self._meanwhile)
        await super().write(updates)


async def test_what_is_watched_live_goes_before_history_also_when_tried_again(
    settings: MakeSettings, redis_server: Server
) -> None:
    sink = Noted(settings(sink_timeout_s=0.5))
    for partition in range(2):
        sink.offer(*made(positions(10), partition=partition))
    redis_server.pause()
    assert not await sink.flush()
    redis_server.resume()
    sink.views.clear()
    async with asyncio.timeout(PATIENCE_S):
        while not await sink.flush():
            await asyncio.sleep(0.1)
    assert sink.views == ["position", "position", "minute", "minute"]
    await sink.close()


async def test_a_flush_ends_however_much_comes_while_it_writes(settings: MakeSettings) -> None:
    sink = Noted(settings(), meanwhile=made(positions(20), partition=1))
    sink.offer(*made(positions(10)))
    async with asyncio.timeout(PATIENCE_S):
        assert await sink.flush()
    assert (len(sink.views), sink.waiting) == (2, 2)
    await sink.close()


async def test_values_wait_for_a_redis_that_is_away_newest_per_key(
    settings: MakeSettings, redis_server: Server
) -> None:
    own = settings(sink_timeout_s=0.5)
    sink = RedisSink(own, "gps")
    redis_server.kill()
    fold: PartitionFold[Any] = PartitionFold(GPS, RULES, 0)
    for count in range(5):
        fold.fold(positions(count, start=count))
        sink.offer(fold.take_touched(), origin(fold, 0))
        assert not await sink.flush()
    assert sink.status().state == "down"
    assert sink.waiting == 2
    redis_server.start()
    async with asyncio.timeout(PATIENCE_S):
        while not await sink.flush():
            await asyncio.sleep(0.1)
    assert sink.take_returned()
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 4
    await sink.close()


async def test_a_hanging_redis_holds_nobody_up(settings: MakeSettings, redis_server: Server) -> None:
    sink = await written(settings(sink_timeout_s=0.5), made(positions(10)))
    redis_server.pause()
    sink.offer(*made(positions(10, 20)))
    assert not await sink.flush()
    assert not await sink.flush()
    await sink.close()


async def test_a_redis_that_goes_away_while_it_takes_the_scripts_is_given_them_again(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = redis.Redis.script_load
    asked: list[str] = []

    async def slow_once(client: redis.Redis, script: str) -> str:
        asked.append(script)
        if len(asked) == 2:
            raise redis.TimeoutError
        return str(await load(client, script))

    monkeypatch.setattr(redis.Redis, "script_load", slow_once)
    own = settings()
    sink = RedisSink(own, "gps")
    sink.offer(*made(positions(10)))
    assert not await sink.flush()
    async with asyncio.timeout(PATIENCE_S):
        while not await sink.flush():
            await asyncio.sleep(0.1)
    assert (await outputs.latest(own, "gps", POSITION))["bus:7"]["speed_kmh"] == 10
    await sink.close()


async def test_a_redis_that_was_emptied_is_noticed(settings: MakeSettings) -> None:
    own = settings()
    sink = await written(own, made(positions(10)))
    await sink.check_alive()
    assert sink.take_returned()
    client: Any = redis.Redis.from_url(own.redis)
    await client.delete(keys.sentinel(own.namespace, "gps"))
    async with asyncio.timeout(PATIENCE_S):
        while not sink.take_returned():
            await sink.check_alive()
            await asyncio.sleep(0.1)
    await client.aclose()
    await sink.close()


async def test_from_when_on_redis_has_all_windows_is_told_once_and_again_when_it_was_emptied(
    settings: MakeSettings,
) -> None:
    own = settings()
    name = keys.whole_from(own.namespace, "gps")
    client: Any = redis.Redis.from_url(own.redis)
    sink = RedisSink(own, "gps")

    async def write(number: int, watermark_ms: int) -> None:
        sink.offer(*made(positions(number)))
        sink.note(0, PartitionFacts(0, number, watermark_ms, 0))
        sink.note(1, PartitionFacts(0, number, watermark_ms - 5, 0))
        assert await sink.flush()

    await write(1, -1)
    assert await client.get(name) is None
    await write(2, 7_000)
    await write(3, 9_000)
    assert await client.get(name) == b"7000"
    assert await client.ttl(name) > keys.AGGREGATE_TTL_S - 60
    await client.delete(name)
    await write(4, 9_500)
    assert await client.get(name) == b"9500"
    await client.aclose()
    await sink.close()


@pytest.mark.parametrize("kind", [RedisSink, ElasticsearchSink])
async def test_a_server_that_nothing_is_written_to_is_missed_all_the_same(
    settings: MakeSettings, kind: type[RedisSink | ElasticsearchSink], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings()
    monkeypatch.setattr(kind, "ask_every_s", 0.0)
    address = urlsplit(getattr(own, kind.name))
    assert address.port
    async with Proxy(address.port) as proxy:
        url = address._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
        sink = kind(own.model_copy(update={kind.name: url}), "gps")
        await sink.check_alive()
        assert sink.status().state == "up"
        await proxy.be(Mode.REFUSE)
        await sink.check_alive()
        assert sink.status().state == "down"
        await proxy.be(Mode.PASS)
        async with asyncio.timeout(PATIENCE_S):
            while sink.status().state == "down":
                await sink.check_alive()
                await asyncio.sleep(0.1)
        assert sink.take_returned()
        await sink.close()


async def test_beyond_the_bound_the_oldest_are_dropped_and_counted(settings: MakeSettings) -> None:
    own = settings(sink_pending=20_000)
    sink = RedisSink(own, "gps")
    for partition in range(10_001):
        slots, whence = made(positions(10), partition=partition)
        sink.offer(slots, whence)
        assert sink.dropped == 0
        sink.expire(slots)
    assert (sink.waiting, sink.dropped) == (20_000, 2)
    assert sink.crowded
    sink.breaker.failed(ConnectionError())
    assert not sink.crowded
    await sink.close()


async def test_the_index_keeps_the_newest_of_each_window(settings: MakeSettings) -> None:
    own = settings()
    sink = ElasticsearchSink(own, "gps")
    for batch in (made(positions(10, 20)), made(positions(10))):
        sink.offer(*batch)
        assert await sink.flush(), sink.status()
    await sink.client.indices.refresh(index=f"{own.namespace}-*")
    found = await sink.client.search(index=f"{own.namespace}-gps-{WINDOWS.name}-*")
    (hit,) = found["hits"]["hits"]
    assert hit["_source"]["positions"] == 2
    assert hit["_source"]["vehicle_id"] == "bus:7"
    assert hit["_id"].startswith("bus:7|")
    assert sink.refused == 0
    await sink.close()
