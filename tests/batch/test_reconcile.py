"""Windows of both layers, made by the services' own folds of the same records, and what sets them apart."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import redis.asyncio as redis

from batch.jobs import compact_day, reconcile_day, windows_of_day
from batch.publish import PublishError
from batch.reconcile.explaining import chosen
from batch.reconcile.metrics import metrics
from batch.reconcile.speed_layer import SpeedLayerError
from batch.session import Session
from citystream.contracts import redis_keys
from citystream.contracts.camera import CameraWindow
from citystream.contracts.city_day import CityDay, city_day
from citystream.contracts.gps import GpsWindow
from citystream.contracts.manifest import Manifest
from citystream.contracts.reconciliation import RECONCILED_WINDOWS, RECONCILIATION
from citystream.contracts.traffic import TrafficWindow
from citystream.settings import Settings
from tests.batch import archive, published
from tests.batch.conftest import settings_of
from tests.citystream.records import FakeRecord
from tests.gateway import folded
from tests.harness.events import KEYS, Fields, encode, fields
from tests.services.descriptions import SERVICES

# Neither an hour nor a day is a multiple of it.
WINDOW_S = 700
WINDOW_MS = WINDOW_S * 1000
TYPES = ("traffic", "gps", "weather", "camera")
COUNTS = {"traffic": "readings", "gps": "positions", "weather": "observations", "camera": "observations"}
"""The metric that each event adds one to."""
MINUTE_MS = 60_000
PARTITIONS = 2
SPAN_MS = 5 * 60 * MINUTE_MS
"""Of events, the last of a day."""
Row = dict[str, Any]


@dataclass
class Lived:
    """One type's events of a day, as they arrived."""

    type_: str
    day: CityDay
    rng: random.Random
    sent: list[tuple[int, int, Fields]] = field(default_factory=list)
    """Arrival, partition, event."""

    def usual(self) -> "Lived":
        """Events until some minutes after the day: out of order, some sent twice by the same way."""
        for number, at_ms in enumerate(
            range(self.day.end_ms - SPAN_MS, self.day.end_ms + 40 * MINUTE_MS, 30_000)
        ):
            event = fields(self.type_, self.rng, number, at_ms - self.rng.randrange(9_000))
            self.sent.append((at_ms, number % PARTITIONS, event))
            if number % 50 == 7:
                self.sent.append((at_ms + 1, number % PARTITIONS, event))
        return self

    def some(self, at_ms: int) -> tuple[int, int, Fields]:
        """The last event sent by a time."""
        return max((one for one in self.sent if one[0] <= at_ms), key=lambda one: one[0])

    def log(self) -> folded.Log:
        log: folded.Log = {number: [] for number in range(PARTITIONS)}
        for at_ms, partition, event in sorted(self.sent, key=lambda one: one[:2]):
            records = log[partition]
            key = str(event[KEYS[self.type_]]).encode()
            records.append(FakeRecord(len(records), encode(event), at_ms, key, partition=partition))
        return log

    def window(self, event: Fields) -> tuple[str, int]:
        """Of an event: key, and when it begins (epoch s)."""
        return str(event[KEYS[self.type_]]), event["timestamp"] // WINDOW_MS * WINDOW_S

    def compared(self) -> dict[tuple[str, int], int]:
        """Windows that lie in the day, and how many different events each has."""
        different = {encode(event): event for _, _, event in self.sent}
        found = Counter(self.window(event) for event in different.values())
        return {
            place: count
            for place, count in found.items()
            if self.day.start_ms <= place[1] * 1000 <= self.day.end_ms - WINDOW_MS
        }


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str, redis_url: str) -> Settings:
    return settings_of(s3_endpoint).model_copy(update={"redis": redis_url, "window_s": WINDOW_S})


@pytest.fixture(scope="module")
async def client(redis_url: str) -> Any:
    async with redis.Redis.from_url(redis_url) as client:
        yield client


def lived(day: CityDay, seed: int) -> dict[str, Lived]:
    return {type_: Lived(type_, day, random.Random(f"{seed}{type_}")).usual() for type_ in TYPES}


async def put(it: Session, of: Iterable[Lived]) -> None:
    """Through both layers."""
    for one in of:
        log = one.log()
        await folded.put(it.settings, SERVICES[one.type_], log)
        for partition, records in log.items():
            archive.put(it.settings, one.type_, records, partition=partition)


async def reconciled(it: Session, day: CityDay) -> tuple[Manifest, dict[tuple[str, str], Row], list[Row]]:
    """The manifest, what is said of each type's metrics, and the windows that are named."""
    made = await reconcile_day(it, day)
    assert made
    rows = published.daily(it.settings, made, RECONCILIATION)
    windows = published.daily(it.settings, made, RECONCILED_WINDOWS)
    return made, {(row["type"], row["metric"]): row for row in rows}, windows


DAY = city_day(date(2026, 4, 20), ZoneInfo("Europe/Berlin"))
# Their last windows end with the day.
LATER = [
    day
    for number in range(7, 30)
    if (day := city_day(DAY.date + timedelta(days=number), ZoneInfo("Europe/Berlin"))).end_ms % WINDOW_MS == 0
]
OPEN = city_day(DAY.date + timedelta(days=40), ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="module")
async def agreed(it: Session, client: Any) -> dict[str, Lived]:
    """A day without a fault, compacted."""
    for type_ in TYPES:
        # As of a Redis that was there before the day.
        await client.set(redis_keys.whole_from(it.settings.namespace, type_), DAY.start_ms)
    of = lived(DAY, 1)
    await put(it, of.values())
    await compact_day(it, DAY)
    await windows_of_day(it, DAY)
    return of


async def test_layers_without_a_fault_agree(it: Session, agreed: dict[str, Lived]) -> None:
    made, rows, windows = await reconciled(it, DAY)
    assert windows == []
    for type_, one in agreed.items():
        expected = one.compared()
        for row in rows.values():
            if row["type"] == type_:
                assert (row["windows"], row["missing"]) == (len(expected), 0)
                assert (row["differing"], row["unexplained"], row["drift_pct"]) == (0, 0, 0.0)
                assert row["speed_sum"] == row["batch_sum"]
        assert rows[type_, COUNTS[type_]]["batch_sum"] == sum(expected.values()) > 300
    job = made.jobs["reconcile"]
    assert job.checks_failed == 0
    assert job.drift_pct == {f"{type_}.{metric}": 0.0 for type_, metric in rows}


async def test_a_window_that_redis_lost_is_missing_and_no_drift(
    it: Session, agreed: dict[str, Lived], client: Any
) -> None:
    (key, start_s), count = max(agreed["traffic"].compared().items(), key=lambda one: one[1])
    page = redis_keys.page(it.settings.namespace, "traffic", "road", key, start_s)
    lost = {
        name: value
        for name, value in (await client.hgetall(page)).items()
        if name.startswith(b"%d." % start_s)
    }
    await client.hdel(page, *lost)
    made, rows, windows = await reconciled(it, DAY)
    await client.hset(page, mapping=lost)
    assert [(one["type"], one["key"], one["what"]) for one in windows] == [("traffic", key, "missing")]
    assert windows[0]["window_start"].timestamp() == start_s
    row, expected = rows["traffic", "readings"], agreed["traffic"].compared()
    assert (row["windows"], row["missing"], row["differing"]) == (len(expected) - 1, 1, 0)
    assert row["batch_sum"] == row["speed_sum"] == sum(expected.values()) - count
    assert (made.jobs["reconcile"].checks_failed, row["drift_pct"]) == (0, 0.0)


async def test_what_redis_has_otherwise_is_drift(it: Session, agreed: dict[str, Lived], client: Any) -> None:
    expected = agreed["traffic"].compared()
    key, start_s = max(expected, key=lambda place: expected[place])
    page = redis_keys.page(it.settings.namespace, "traffic", "road", key, start_s)
    name, value = next(
        one for one in (await client.hgetall(page)).items() if one[0].startswith(b"%d." % start_s)
    )
    version, state = value[:16], msgspec.msgpack.decode(value[16:], type=TrafficWindow)
    await client.hset(page, name, version + msgspec.msgpack.encode(state.merge(TrafficWindow(readings=7))))
    made, rows, windows = await reconciled(it, DAY)
    count, sum_ = expected[key, start_s], sum(expected.values())
    (one,) = windows
    assert (one["key"], one["what"], one["detail"]) == (
        key,
        "differs",
        f"readings {count} (speed {count + 7})",
    )
    row, drift = rows["traffic", "readings"], 100 * 7 / sum_
    assert (row["differing"], row["unexplained"], row["speed_sum"]) == (1, 1, sum_ + 7)
    assert row["drift_pct"] == pytest.approx(drift, abs=0.001)
    assert made.jobs["reconcile"].drift_pct["traffic.readings"] == pytest.approx(drift)
    assert made.jobs["reconcile"].checks_failed == (drift > 1)
    assert {metric for (type_, metric), row in rows.items() if row["differing"]} == {"readings"}

    # Before a time from which on Redis has all, a window that lacks something is one that it lost.
    whole_from = redis_keys.whole_from(it.settings.namespace, "traffic")
    await client.set(whole_from, (start_s + 1) * 1000)
    _, rows, windows = await reconciled(it, DAY)
    await client.set(whole_from, DAY.start_ms)
    assert [one["what"] for one in windows] == ["missing"]
    assert rows["traffic", "readings"]["differing"] == 0

    await client.hset(page, name, value)


async def test_a_window_that_redis_alone_has_is_drift(
    it: Session, agreed: dict[str, Lived], client: Any
) -> None:
    expected = agreed["traffic"].compared()
    key, start_s = next(
        (key, at)
        for key, start_s in sorted(expected)
        for at in (start_s - WINDOW_S, start_s + WINDOW_S)
        if (key, at) not in expected
        and redis_keys.page_start(at) == redis_keys.page_start(start_s)
        and at * 1000 < DAY.end_ms - WINDOW_MS
    )
    page = redis_keys.page(it.settings.namespace, "traffic", "road", key, start_s)
    own = redis_keys.window_field(start_s, 0, 1)
    value = redis_keys.window_version(5) + msgspec.msgpack.encode(TrafficWindow(readings=2, vehicles=3))
    await client.hset(page, own, value)
    _, rows, windows = await reconciled(it, DAY)
    await client.hdel(page, own)
    assert [(one["key"], one["detail"]) for one in windows] == [
        (key, "readings 0 (speed 2), vehicles 0 (speed 3)")
    ]
    assert rows["traffic", "readings"]["windows"] == len(expected) + 1
    assert rows["traffic", "vehicles"]["unexplained"] == 1


async def test_windows_that_closed_a_day_before_the_newest_event_are_not_compared(
    it: Session, agreed: dict[str, Lived], client: Any
) -> None:
    name = redis_keys.partitions(it.settings.namespace, "traffic")
    before = await client.hgetall(name)
    facts = msgspec.msgpack.decode(before[b"0"], type=redis_keys.PartitionFacts)
    lateness_ms = 60_000

    async def at(watermark_ms: int) -> None:
        newer = msgspec.structs.replace(facts, watermark_ms=watermark_ms)
        await client.hset(name, "0", msgspec.msgpack.encode(newer))

    expected = agreed["traffic"].compared()
    bound_ms = DAY.end_ms - 60 * MINUTE_MS
    await at(bound_ms + 24 * 60 * MINUTE_MS)
    _, rows, _ = await reconciled(it, DAY)
    left = [start_s for _, start_s in expected if start_s * 1000 + WINDOW_MS + lateness_ms > bound_ms]
    assert 0 < len(left) < len(expected)
    assert (rows["traffic", "readings"]["windows"], rows["traffic", "readings"]["missing"]) == (len(left), 0)
    await at(DAY.end_ms + 48 * 60 * MINUTE_MS)
    made, rows, _ = await reconciled(it, DAY)
    await client.hset(name, mapping=before)
    assert {type_ for type_, _ in rows} == set(TYPES) - {"traffic"}
    (reason,) = made.views["daily.reconciliation"].reasons
    assert reason.startswith("traffic: none of its windows closed in the 24 h up to")


async def test_a_day_that_is_not_closed_is_not_compared(it: Session, agreed: dict[str, Lived]) -> None:
    with pytest.raises(PublishError, match="is not compacted"):
        await reconcile_day(it, OPEN)
    one = Lived("traffic", OPEN, random.Random(9)).usual()
    one.sent = [sent for sent in one.sent if sent[0] < OPEN.end_ms]
    await put(it, [one])
    await compact_day(it, OPEN)
    await windows_of_day(it, OPEN)
    assert await reconcile_day(it, OPEN) is None
    assert "reconcile" not in published.the_manifest(it.settings, str(OPEN.date)).jobs


async def test_without_redis_nothing_is_published(it: Session, agreed: dict[str, Lived]) -> None:
    before = published.the_manifest(it.settings, str(DAY.date))
    settings = it.settings.model_copy(update={"redis": "redis://127.0.0.1:1/0"})
    with pytest.raises(SpeedLayerError, match=r"Redis does not answer: .* Are CITY_REDIS, "):
        await reconcile_day(replace(it, settings=settings), DAY)
    assert published.the_manifest(it.settings, str(DAY.date)) == before


def test_metrics_are_integers_that_add_up() -> None:
    assert metrics(GpsWindow) == ("positions", "speed_sum", "without_speed")
    assert metrics(CameraWindow) == CameraWindow.__struct_fields__
    assert "speed_sumsq" in metrics(TrafficWindow)


def test_events_counted_twice_are_found_where_values_may_be_negative() -> None:
    parts = [(1, -500), (1, 300), (1, 300), (1, 7)]
    assert chosen((2, -200), parts, 5) == 2
    assert chosen((2, -200), parts, 1) is None
    assert chosen((2, 8), parts, 5) is None
    assert chosen((0, 0), parts, 5) == 0


def plant(one: Lived) -> None:
    """Five that are late, three of a known identity, three by both ways: in windows of their own."""
    end_ms, minutes, taken = one.day.end_ms, iter(range(270, 60, -1)), set[tuple[str, int]]()

    def planted(number: int, change: Callable[[int, Fields], Fields], after_ms: int, *, across: bool) -> None:
        while number:
            at_ms, partition, event = one.some(end_ms - next(minutes) * MINUTE_MS)
            changed = change(at_ms, event)
            place = one.window(changed)
            if place not in taken and place in one.compared():
                taken.add(place)
                one.sent.append((at_ms + after_ms, 1 - partition if across else partition, changed))
                number -= 1

    planted(
        4,
        lambda at_ms, event: event | {"event_id": f"late-{at_ms}", "timestamp": at_ms - 1_600_000},
        5,
        across=False,
    )
    planted(3, lambda _, event: event | {"timestamp": event["timestamp"] - 20_000}, 6, across=False)
    planted(3, lambda _, event: event, 7, across=True)
    # It waited until the next day, of whose events the day does not know.
    night = one.some(end_ms)[2] | {"event_id": "night", "timestamp": end_ms - 30_000}
    assert one.window(night) not in taken
    one.sent.append((end_ms + 35 * MINUTE_MS, 0, night))


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_expected_is_named_and_nothing_else_differs(
    it: Session, agreed: dict[str, Lived], seed: int
) -> None:
    day = LATER[seed]
    of = lived(day, seed)
    for one in of.values():
        plant(one)
    await put(it, of.values())
    await compact_day(it, day)
    await windows_of_day(it, day)
    made, rows, windows = await reconciled(it, day)
    assert windows == []
    for type_, one in of.items():
        expected = one.compared()
        row = rows[type_, COUNTS[type_]]
        assert (row["windows"], row["missing"], row["unexplained"]) == (len(expected), 0, 0), type_
        assert row["differing"] == 11
        assert (row["late"], row["identity"], row["duplicates"]) == (5, 3, 3), type_
        assert row["batch_sum"] == sum(expected.values())
        assert row["speed_sum"] == row["batch_sum"] - 5 - 3 + 3
        for found in rows.values():
            if found["type"] == type_:
                assert found["differing"] <= 11
                assert found["differing"] == found["late"] + found["identity"] + found["duplicates"]
                assert (found["unexplained"], found["drift_pct"]) == (0, 0.0)
    assert made.jobs["reconcile"].checks_failed == 0
