"""Event time: a watermark a partition, no clock, and ids that outlive their worker."""

import time
from pathlib import Path

from aiokafka import AIOKafkaProducer

from citystream.settings import Settings
from tests.citystream.fold.test_fold import fold_of, windows
from tests.citystream.records import NOW_MS, log, reading
from tests.harness.events import encode
from tests.rules.running import Owner, owner, readings, send, window_counts
from tests.services.descriptions import SERVICES

TRAFFIC = SERVICES["traffic"]


def counted(one: Owner, what: str) -> float:
    name = f"city_events_{what}_total"
    return one.metrics.registry.get_sample_value(name, {"service": "traffic"}) or 0.0


def test_a_partition_that_is_ahead_makes_no_other_late() -> None:
    ahead, behind = fold_of(log(reading(3_600))), fold_of(log(reading(1), reading(2)))
    assert ahead.watermark_ms > behind.watermark_ms + 3_000_000
    behind.fold(log(reading(3), start=2))
    assert behind.counters.late == 0
    assert windows(behind)["road-1", 0].readings == 3


def test_the_watermark_stays_behind_the_newest_event_by_the_disorder() -> None:
    fold = fold_of(log(reading(30), reading(20)))
    assert fold.watermark_ms == NOW_MS + 25_000


async def test_an_idle_partition_shows_its_open_window_and_drops_nothing_by_the_clock(city: Settings) -> None:
    # The window of these readings ended months ago, by any clock.
    assert time.time() * 1000 > NOW_MS + 30 * 86_400_000
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.stream.checkpoint()
        assert one.stream.redis.written == 1
        await one.stream.checkpoint()
        assert sum(window_counts(one).values()) == 20
        await send(city, readings(20, 21))
        await one.folded(0, 21)
        assert sum(window_counts(one).values()) == 21
        assert counted(one, "late") == 0


async def test_a_clock_far_ahead_closes_no_window_whatever_time_its_producer_gives(city: Settings) -> None:
    ahead_ms = round(time.time() * 1000) + 3_600_000
    event = reading(0) | {"timestamp": ahead_ms}
    producer = AIOKafkaProducer(bootstrap_servers=city.kafka)
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        async with producer:
            await producer.send_and_wait(one.stream.log.topic, encode(event), timestamp_ms=ahead_ms)
        await send(city, readings(20, 40))
        await one.folded(0, 41)
        assert sum(window_counts(one).values()) == 40
        (letter,) = one.stream.parts[0].fold.letters
        assert (letter.offset, letter.field) == (20, "timestamp")


async def test_duplicates_are_known_to_the_next_owner_on_any_disk(city: Settings, tmp_path: Path) -> None:
    async with owner(TRAFFIC, city) as one:
        await send(city, readings(0, 20))
        await one.folded(0, 20)
        await one.stream.checkpoint()
    for disk in (city.data_dir, tmp_path / "empty"):
        async with owner(TRAFFIC, city.model_copy(update={"data_dir": disk})) as one:
            before = one.next_offset(0)
            await send(city, readings(0, 20))
            await one.folded(0, before + 20)
            await one.stream.checkpoint()
            assert counted(one, "duplicate") == 20
            assert sum(window_counts(one).values()) == 20


async def test_what_became_of_each_event_is_counted(city: Settings) -> None:
    values = [reading(1), reading(100), reading(1), reading(2), reading(101), {"event_id": "no more"}]
    async with owner(TRAFFIC, city) as one:
        await send(city, [(b"road-1", encode(value)) for value in values])
        await one.folded(0, 6)
        # The third came too late to be known for a duplicate, and to count.
        assert {what: counted(one, what) for what in ("folded", "late", "duplicate", "refused")} == {
            "folded": 5,
            "late": 2,
            "duplicate": 0,
            "refused": 1,
        }
