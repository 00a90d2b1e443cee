"""The smoke run sees what is wrong."""

import json
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from redis.asyncio import Redis

from citystream.archive import parquet
from citystream.contracts import s3_paths, topics
from citystream.fold.redaction import Redaction
from citystream.log.admin import create_topics
from citystream.log.batches import PlainRecord
from citystream.servers.connections import s3_client
from demo.smoke.archived import Archived, read_archive
from demo.smoke.dead_letters import count_dead_letters
from demo.smoke.freshness import Ages, percentile
from demo.smoke.run import Seen, Sent, judge, sent
from demo.smoke.time_to_live import keys_without_ttl
from demo.supervision import CityDown
from tests.conftest import MakeSettings
from tests.harness import outputs
from tests.services.descriptions import SERVICES

NOW_MS = 1_772_434_800_000

GOAL = Sent(
    finished=True,
    records_total=12,
    distinct_total=9,
    distinct={"gps": 9},
    malformed_sent=2,
    malformed={"gps": 2},
    produced_total=10,
)


def a_good_run() -> Seen:
    seen = Seen(
        lived_s=1.0,
        vehicles=1_000,
        roads=100,
        hospitals=10,
        lag=0,
        archived={"gps": Archived(objects=1, rows=12, places=12, distinct=9)},
        dead_letters={"gps": 2},
        keys=5,
    )
    seen.ages.ages_ms = [100, 200, 300]
    return seen


def test_a_good_run_is_ok_and_its_document_has_every_promised_field() -> None:
    result = judge("embedded", GOAL, a_good_run())
    assert result.ok, [one.line() for one in result.checks]
    promised = (
        "ok broker vehicles roads hospitals produced archived malformed_sent dead_letters "
        "keys_without_ttl events_per_s freshness_ms"
    )
    assert set(promised.split()) <= set(result.document())
    assert result.document()["freshness_ms"] == {"p50": 200, "p99": 300, "samples": 3}


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("vehicles", 999, "vehicles"),
        ("roads", 99, "roads"),
        ("hospitals", 0, "hospitals"),
        ("lag", None, "not yet folded"),
        ("lag", 1, "not yet folded"),
        ("archived", {"gps": Archived(1, 11, 11, 9)}, "partition and offset"),
        ("archived", {"gps": Archived(1, 13, 12, 9)}, "no record twice"),
        ("archived", {"gps": Archived(1, 12, 12, 8)}, "distinct events"),
        ("dead_letters", {"gps": 1}, "dead letters"),
        ("bare_keys", ["k"], "time to live"),
        ("keys", 0, "keys in Redis"),
        ("restarts", ["gps"], "crashed"),
    ],
)
def test_each_defect_fails_its_own_check(field: str, value: object, what: str) -> None:
    seen = a_good_run()
    setattr(seen, field, value)
    failed = [one.line() for one in judge("embedded", GOAL, seen).checks if not one.ok]
    assert failed
    assert any(what in line for line in failed)


@pytest.mark.parametrize("ages_ms", [[], [10] * 98 + [2_000] * 2])
def test_stale_or_unseen_positions_fail(ages_ms: list[int]) -> None:
    seen = a_good_run()
    seen.ages.ages_ms = ages_ms
    assert not judge("embedded", GOAL, seen).ok


def test_the_age_of_a_position_is_taken_when_it_is_first_seen() -> None:
    ages = Ages()
    ages.observe({"a": 1_000, "b": 1_500}, now_ms=2_000)
    ages.observe({"a": 1_000, "b": 2_500}, now_ms=3_000)
    assert ages.ages_ms == [1_000, 500, 500]


def test_percentiles_are_nearest_rank() -> None:
    values = list(range(1, 101))
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50, 99, 100)
    assert percentile([], 0.5) is None


def test_a_missing_count_file_says_whose_log_to_read(tmp_path: Path) -> None:
    with pytest.raises(CityDown, match="simulator"):
        sent(tmp_path / "none.json")


def archive_object(type_: str, first: int, values: list[bytes | None]) -> bytes:
    """As the archive writes it, from this offset on."""
    records = [PlainRecord(first + index, NOW_MS, None, value) for index, value in enumerate(values)]
    return parquet.encode(0, records, SERVICES[type_], 60_000, Redaction(SERVICES[type_], ()))


def camera(**fields: object) -> bytes:
    seen = {"timestamp": NOW_MS, "camera_id": "c1", "road_id": "r", "mean_speed_kmh": 40, "plate": "M-1"}
    return json.dumps(seen | fields).encode()


def step(**fields: object) -> bytes:
    call = {"event_id": "a", "timestamp": NOW_MS, "incident_id": "i", "severity": 3}
    return json.dumps(call | {"latitude": 48.1, "longitude": 11.5} | fields).encode()


async def test_the_archive_is_counted_by_record_and_by_event(settings: MakeSettings) -> None:
    wired = settings()
    with_ids = [camera(event_id="a"), camera(event_id="b"), camera(event_id="b", mean_speed_kmh=1)]
    without = [camera(), camera(mean_speed_kmh="40"), camera(timestamp=NOW_MS + 1)]
    elsewhere = [camera(event_id="a", camera_id="c2")]
    dead = [b"no event", None, camera(timestamp=NOW_MS + 60_001)]
    objects: list[tuple[str, int, list[bytes | None]]] = [
        ("camera", 0, [*with_ids, *without, *elsewhere, *dead]),
        # It holds the last one's place once more.
        ("camera", 9, [camera(event_id="c")]),
        ("emergency", 0, [step(status="reported"), step(status="resolved"), step(status="resolved")]),
    ]
    async with s3_client(wired) as s3:
        for type_, first, values in objects:
            key = s3_paths.raw_object(wired.namespace, type_, 0, 0, first, 0)
            body = archive_object(type_, first, values)
            await s3.put_object(Bucket=wired.s3_bucket, Key=key, Body=body)
    assert await read_archive(wired, ["camera", "emergency", "traffic"]) == {
        "camera": Archived(objects=2, rows=11, places=10, distinct=6),
        "emergency": Archived(objects=1, rows=3, places=3, distinct=2),
        "traffic": Archived(objects=0, rows=0, places=0, distinct=0),
    }


async def test_dead_letters_that_stand_are_counted_once(settings: MakeSettings) -> None:
    wired = settings()
    await create_topics(wired, ["gps", "camera"])
    topic = topics.dead_letters(wired.namespace, "gps")
    written: list[tuple[bytes, bytes | None]] = [
        *((key, b"x") for key in (b"gps-0-1", b"gps-0-2", b"gps-0-1", b"gps-0-3", b"gps-0-4")),
        # Re-submitted; the second was refused once more by a worker that went back.
        (b"gps-0-3", None),
        (b"gps-0-4", None),
        (b"gps-0-4", b"x"),
    ]
    async with AIOKafkaProducer(bootstrap_servers=wired.kafka) as producer:
        for key, value in written:
            await producer.send_and_wait(topic, value, key=key)
    assert await count_dead_letters(wired, ["gps", "camera"]) == {"gps": 3, "camera": 0}
    assert set(await outputs.dead_letters(wired, "gps")) == {b"gps-0-1", b"gps-0-2", b"gps-0-4"}


async def test_keys_without_a_time_to_live_are_named(redis_url: str, namespace: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.set(f"{namespace}:kept", "1", ex=100)
        await redis.set(f"{{{namespace}:gps:00}}:bare", "1")
        seen, bare = await keys_without_ttl(redis, f"*{namespace}:*")
        await redis.delete(f"{{{namespace}:gps:00}}:bare")
    assert seen == 2
    assert bare == [f"{{{namespace}:gps:00}}:bare"]
