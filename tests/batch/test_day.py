"""A simulated day through Kafka, archive, compact and windows: it must equal a plain recount."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pydantic import SecretStr

from batch.jobs import run_day
from batch.session import Session
from citystream.contracts import daily
from citystream.contracts.city_day import HOUR_MS, city_day, floor_hour
from citystream.contracts.event_time import rfc3339
from citystream.contracts.manifest import Compacted, Manifest, windows_view
from citystream.settings import Settings
from demo.environment import city_environment
from gateway import users
from gateway.users import Role
from tests.batch import published, recounted
from tests.batch.conftest import settings_of
from tests.batch.simulated import DAY_MS, Recount, Sent, plain, simulated
from tests.citystream import live_run
from tests.gateway.running import VIEWER, Gateway
from tests.harness import kafka_log
from tests.harness.workers import Worker
from tests.services.descriptions import PLATE_KEY, SERVICES

# The clock goes on by an hour, so it has 23; half of them are at +1, half at +2.
DAY = city_day(date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
ARRIVED = range(DAY.start_ms - HOUR_MS, DAY.end_ms + 72 * HOUR_MS, HOUR_MS)
ASKED = {"from": rfc3339(DAY.start_ms), "to": rfc3339(DAY.end_ms)}
TYPES = list(SERVICES)


@pytest.fixture(scope="module")
def archive_settings(own: Settings) -> Settings:
    return own


@pytest.fixture(scope="module")
def own(kafka: str, redis_url: str, s3_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(s3_endpoint).model_copy(
        update={
            "data_dir": tmp_path_factory.mktemp("data"),
            "kafka": kafka,
            "redis": redis_url,
            "plate_key": SecretStr(PLATE_KEY),
            "timezone": DAY.timezone,
            "partitions": 2,
            "future_s": 30.0,
            "archive_records": 40,
            "archive_s": 1.0,
        }
    )


@pytest.fixture(scope="module")
async def sent(own: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sent]:
    """The day's messages, archived."""
    messages = {type_: simulated(type_, DAY, number) for number, type_ in enumerate(TYPES)}
    await live_run.make_topics(own, TYPES)
    workers = [Worker(type_, own, tmp_path_factory.mktemp(type_), "archive") for type_ in TYPES]
    for worker in workers:
        worker.start()
    for type_, one in messages.items():
        await live_run.send(own, type_, one.messages)
    for type_, worker in zip(TYPES, workers, strict=True):
        await worker.ready()
        await kafka_log.archived(own, type_)
    for worker in workers:
        assert worker.stop() == 0
    return messages


@pytest.fixture(scope="module")
async def manifest(it: Session, sent: dict[str, Sent]) -> Manifest:
    """The day's, by all jobs."""
    return await run_day(it, DAY)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@pytest.mark.parametrize("type_", TYPES)
def test_its_rows_are_those_of_a_plain_recount(
    own: Settings, sent: dict[str, Sent], manifest: Manifest, type_: str
) -> None:
    service, made = SERVICES[type_], manifest.compacted[type_]
    counted = Recount(service, sent[type_])
    expected = counted.rows(DAY.start_ms, DAY.end_ms, ARRIVED)
    found = published.rows(own, made.objects)
    assert len(found) == made.rows == len(expected) > 200
    assert made.duplicates == counted.duplicates(DAY.start_ms, DAY.end_ms, ARRIVED) > 3
    assert made.repeated == 0
    for row in found:
        further = [row[name] for name in service.event.identity_fields]
        event = expected.pop((row["entity"], row["event_id"], milliseconds(row["event_time"]), *further))
        fields = plain(service, event)
        assert {name: row[name] for name in fields} == fields
    assert not expected


@pytest.mark.parametrize("type_", TYPES)
def test_each_row_lies_in_its_own_hour_however_late_it_came(
    own: Settings, manifest: Manifest, type_: str
) -> None:
    objects = manifest.compacted[type_].objects
    assert [one.hour_ms for one in objects] == list(DAY.hours_ms)
    assert len(objects) == 23
    late = 0
    for one in objects:
        rows = published.rows(own, [one])
        assert {floor_hour(milliseconds(row["event_time"])) for row in rows} == {one.hour_ms}
        assert [(row["entity"], row["event_time"]) for row in rows] == sorted(
            (row["entity"], row["event_time"]) for row in rows
        )
        late += sum(floor_hour(milliseconds(row["kafka_time"])) > one.hour_ms for row in rows)
    assert late > 10


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_no_event_stands_beside_with_its_reason(
    own: Settings, sent: dict[str, Sent], manifest: Manifest, type_: str
) -> None:
    found = published.rows(own, manifest.compacted[type_].unreadable)
    expected = [at for at in sent[type_].unreadable_ms if at in range(DAY.start_ms, DAY.end_ms)]
    assert sorted(milliseconds(row["kafka_time"]) for row in found) == sorted(expected)
    assert len(found) > 3
    assert all(row["reason"] and row["field"] and row["value"] for row in found)


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_too_far_from_its_day_is_stray(
    own: Settings, sent: dict[str, Sent], manifest: Manifest, type_: str
) -> None:
    expected = Counter(
        event["timestamp"]
        for at_ms, event in sent[type_].events
        if DAY.start_ms <= at_ms < DAY.end_ms and event["timestamp"] < at_ms - 5 * DAY_MS
    )
    found = published.rows(own, manifest.compacted[type_].stray)
    assert Counter(milliseconds(row["event_time"]) for row in found) == expected
    assert expected.total() > 3


@pytest.mark.parametrize("type_", TYPES)
def test_its_windows_are_those_of_a_plain_recount(
    own: Settings, sent: dict[str, Sent], manifest: Manifest, type_: str
) -> None:
    service, counted = SERVICES[type_], Recount(SERVICES[type_], sent[type_])
    rows = counted.rows(DAY.start_ms, DAY.end_ms, ARRIVED)
    for view in service.windows:
        made = manifest.views[windows_view(type_, view.name)]
        found = {
            (row["key"], milliseconds(row["window_start"]) // 1000): msgspec.msgpack.decode(
                row["state"], type=view.state
            )
            for row in published.rows(own, made.objects)
        }
        assert found == counted.windows(view, rows)
        assert made.rows == len(found) > 100
        assert made.made_from == {type_: manifest.compacted[type_].version}
    assert service.windows or type_ == "emergency"


@pytest.mark.parametrize("type_", TYPES)
def test_the_day_is_complete(manifest: Manifest, type_: str) -> None:
    assert manifest.compacted[type_].reasons == []
    assert (manifest.date, manifest.timezone) == ("2026-03-29", "Europe/Berlin")
    assert manifest.end_ms - manifest.start_ms == 23 * HOUR_MS


def test_its_daily_views_are_those_of_a_plain_recount(own: Settings, manifest: Manifest) -> None:
    rows = {type_: published.rows(own, manifest.compacted[type_].objects) for type_ in TYPES}
    counted = recounted.Roads(rows["traffic"], DAY, None)
    for view, expected in (
        (daily.ROADS, counted.days()),
        (daily.ROAD_HOURS, counted.hours()),
        (daily.ROAD_WINDOWS, counted.windows()),
        (daily.MODES, recounted.modes(rows["camera"])),
        (daily.VEHICLES, recounted.vehicle_days(rows["gps"])),
        (daily.EMERGENCIES, recounted.emergencies(rows["emergency"], DAY, None)),
        (daily.WEATHER_SPEED, counted.by_weather(rows["weather"], [])),
    ):
        recounted.same(published.daily(own, manifest, view), expected, 1e-4)
        assert len(expected) > 1


async def test_its_history_is_answered_with_redis_gone_and_services_stopped(
    own: Settings, sent: dict[str, Sent], manifest: Manifest, tmp_path: Path
) -> None:
    name, password = VIEWER
    users.write(tmp_path / "users.json", {name: users.make(name, Role.VIEWER, password)})
    away = own.model_copy(update={"redis": "redis://127.0.0.1:1/0", "kafka": "127.0.0.1:1"})
    gateway = Gateway(
        tmp_path,
        {
            **city_environment(away),
            "CITY_GATEWAY_USERS_FILE": str(tmp_path / "users.json"),
            # Nothing is of the last hours.
            "CITY_GATEWAY_BATCH_HOURS": "0",
        },
    )
    await gateway.start()
    try:
        counted = Recount(SERVICES["traffic"], sent["traffic"])
        view = SERVICES["traffic"].windows[0]
        expected = counted.windows(view, counted.rows(DAY.start_ms, DAY.end_ms, ARRIVED))
        for road in sorted({key for key, _ in expected}):
            found: list[dict[str, Any]] = []
            cursor: dict[str, str] = {}
            while True:
                asked = urlencode(ASKED | cursor)
                # A machine that is busy may have it told to ask again.
                page = await gateway.until(
                    f"/api/traffic/history/{road}?{asked}", lambda one: "windows" in one
                )
                assert (page["source"], page["incomplete_days"]) == ("batch", [])
                found += page["windows"]
                if page["next_cursor"] is None:
                    break
                cursor = {"cursor": page["next_cursor"]}
            assert {
                milliseconds(datetime.fromisoformat(one["window_start"])) // 1000: one["readings"]
                for one in found
            } == {start_s: state.readings for (key, start_s), state in expected.items() if key == road}
    finally:
        await gateway.stop()


async def test_made_again_it_is_the_same(it: Session, own: Settings, manifest: Manifest) -> None:
    again = await run_day(it, DAY)
    assert again == published.the_manifest(own, str(DAY.date)) != manifest
    for type_ in TYPES:
        old, new = manifest.compacted[type_], again.compacted[type_]
        assert new.version > old.version
        assert published.table(own, new.objects).equals(published.table(own, old.objects))
        assert counts(new) == counts(old)


def counts(one: Compacted) -> tuple[int, ...]:
    return one.rows, one.duplicates, one.repeated, len(one.unreadable), len(one.stray), one.objects_read
