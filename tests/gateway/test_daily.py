"""Daily views out of the batch layer: as JSON, CSV and Parquet, and what is usual on a road."""

import asyncio
import csv
import io
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citystream.contracts.daily import (
    FLEETS,
    MODES,
    ROAD_WINDOWS,
    ROADS,
    USUAL,
    VEHICLES,
    WEATHER_SPEED,
    Usual,
)
from citystream.contracts.daily_view import Row, batch_view
from citystream.contracts.daily_views import DAILY
from citystream.contracts.event_time import rfc3339
from demo.servers.server import Server
from gateway.daily import BYTES_AT_ONCE, CSV_ROWS_AT_ONCE, MOST_CSV_ROWS
from gateway.endpoint import CSV, PARQUET
from tests.conftest import make_bucket
from tests.gateway.conftest import StartGateway, gateway_environment
from tests.gateway.running import Gateway, until
from tests.gateway.written_days import Rows, WrittenDays, samples, table_of, zone_of_another_date

PATH = "/api/analytics/daily"
USUAL_PATH = "/api/analytics/usual"
CLOSED, INCOMPLETE, AGAIN, LONG, BROKEN, UNREADABLE, AWAY = (f"2026-03-{day}" for day in range(10, 17))
REASON = "the archive is not whole"
TOO_FEW = "3 days are published, 7 are needed"


@dataclass
class Written:
    """Days of a city, and a gateway that reads them."""

    days: WrittenDays
    gateway: Gateway

    async def ask(self, view: str, headers: dict[str, str] | None = None, **asked: Any) -> httpx.Response:
        return await self.gateway.http.get(PATH, params={"view": view, **asked}, headers=headers)

    async def told(self, view: str, **asked: Any) -> httpx.Response:
        """On a busy machine the process that reads may take longer than anyone waits."""
        return await until(lambda: self.ask(view, **asked), lambda answer: answer.status_code != 503)

    async def good(self, view: str, **asked: Any) -> httpx.Response:
        answer = await self.told(view, **asked)
        assert answer.status_code == 200, answer.text
        return answer

    def today(self) -> date:
        return datetime.now(self.days.zone).date()


@pytest.fixture(scope="module")
def days(s3_endpoint: str) -> Iterator[WrittenDays]:
    namespace = f"t{secrets.token_hex(3)}-daily"
    make_bucket(s3_endpoint, namespace)
    with WrittenDays(s3_endpoint, namespace, namespace, zone_of_another_date()) as written:
        yield written


@pytest.fixture(scope="module")
async def written(days: WrittenDays, redis_url: str, gateway_dir: Path) -> AsyncIterator[Written]:
    environment = gateway_environment(gateway_dir, redis_url, days.namespace) | days.environment
    gateway = Gateway(gateway_dir, environment)
    await gateway.start()
    yield Written(days, gateway)
    await gateway.stop()


def rows_of(days: WrittenDays, view: str, day: str, count: int = 4) -> list[Row]:
    return samples(DAILY[view], count, days.day(day))


def in_json(row: Row) -> dict[str, Any]:
    """As JSON has it."""
    return {
        name: rfc3339(round(value.timestamp() * 1000)) if isinstance(value, datetime) else value
        for name, value in msgspec.structs.asdict(row).items()
    }


def in_csv(row: Row) -> dict[str, str]:
    """As CSV has it."""
    return {
        name: "" if value is None else str(value).lower() if isinstance(value, bool) else f"{value}"
        for name, value in in_json(row).items()
    }


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_a_table_is_the_same_in_each_format(written: Written) -> None:
    days = written.days
    manifest = days.publish(
        CLOSED,
        {},
        tables=[Rows(view, rows_of(days, name, CLOSED), left_out=7) for name, view in DAILY.items()],
    )
    for name, view in DAILY.items():
        rows = rows_of(days, name, CLOSED)
        told = (await written.good(name, date=CLOSED)).json()
        assert told.pop("rows") == [in_json(row) for row in rows], name
        day = days.day(CLOSED)
        assert told == {
            "view": name,
            "date": CLOSED,
            "timezone": days.zone.key,
            "from": rfc3339(day.start_ms),
            "to": rfc3339(day.end_ms),
            "source": "batch",
            "version": manifest.views[batch_view(view)].version,
            "published_at": rfc3339(day.end_ms),
            "incomplete_days": [],
            "left_out": 7,
            "total": 4,
            "count": 4,
            "next_cursor": None,
        }
        as_csv = await written.good(name, date=CLOSED, format="csv")
        assert read_csv(as_csv.text) == [in_csv(row) for row in rows], name
        as_parquet = await written.good(name, date=CLOSED, format="parquet")
        assert as_parquet.content == days.body(manifest.views[batch_view(view)].objects[0].key)
        assert pq.read_table(io.BytesIO(as_parquet.content)).equals(table_of(view, rows))
        for answer, kind, suffix in ((as_csv, CSV, "csv"), (as_parquet, PARQUET, "parquet")):
            assert answer.headers["content-type"] == kind
            disposition = f'attachment; filename="{name}-{CLOSED}.{suffix}"'
            assert answer.headers["content-disposition"] == disposition
            assert "city-incomplete" not in answer.headers


async def test_each_row_is_on_one_page_and_found_by_its_id(written: Written) -> None:
    days = written.days
    days.publish(CLOSED, {}, tables=[Rows(view, rows_of(days, name, CLOSED)) for name, view in DAILY.items()])
    for name, view in DAILY.items():
        rows = rows_of(days, name, CLOSED)
        page = (await written.good(name, date=CLOSED, limit=3)).json()
        following = (await written.good(name, date=CLOSED, limit=3, cursor=page["next_cursor"])).json()
        assert [*page["rows"], *following["rows"]] == [in_json(row) for row in rows], name
        assert [one["count"] for one in (page, following)] == [3, 1]
        assert [one["total"] for one in (page, following)] == [4, 4]
        assert following["next_cursor"] is None
        # Also after the row whose key is null where it may be.
        first = (await written.good(name, date=CLOSED, limit=1)).json()
        second = (await written.good(name, date=CLOSED, limit=1, cursor=first["next_cursor"])).json()
        assert second["rows"] == [in_json(rows[1])], name
        ids = [getattr(rows[at], view.key[0]) for at in (3, 1)]
        some = {"date": CLOSED, "id": [*ids, "nobody's"]}
        wanted = [rows[1], rows[3]]
        found = (await written.good(name, **some, limit=1)).json()
        assert (found["rows"], found["total"]) == ([in_json(rows[1])], 2), name
        assert read_csv((await written.good(name, **some, format="csv")).text) == [in_csv(r) for r in wanted]
        stored = (await written.good(name, **some, format="parquet")).content
        assert pq.read_table(io.BytesIO(stored)).equals(table_of(view, wanted))
        none = (await written.good(name, date=CLOSED, id="nobody's")).json()
        assert (none["rows"], none["total"], none["next_cursor"]) == ([], 0, None)


async def test_without_a_date_it_is_the_newest_day_that_has_the_table(written: Written) -> None:
    days, today = written.days, written.today()
    assert today != datetime.now(UTC).date()
    at = [(today - timedelta(days=ago)).isoformat() for ago in range(9)]
    days.publish(
        at[0], {}, tables=[Rows(FLEETS, rows_of(days, "fleets", at[0])), Rows(USUAL, None, (TOO_FEW,))]
    )
    days.publish(at[1], {}, tables=[Rows(FLEETS, rows_of(days, "fleets", at[1], 2))])
    days.publish(at[7], {}, tables=[Rows(ROADS, rows_of(days, "roads", at[7]))])
    days.publish(at[8], {}, tables=[Rows(WEATHER_SPEED, rows_of(days, "weather_speed", at[8]))])

    async def told(view: str, **asked: Any) -> tuple[str, int]:
        answer = (await written.good(view, **asked)).json()
        return answer["date"], answer["total"]

    assert await told("fleets") == (at[0], 4)
    assert await told("fleets", date="today") == (at[0], 4)
    assert await told("fleets", date="yesterday") == (at[1], 2)
    assert await told("roads") == (at[7], 4)
    for view, said in (("weather_speed", "it has no view"), ("usual", TOO_FEW)):
        older = await written.told(view)
        assert (older.status_code, said in older.json()["detail"]) == (404, True), older.text
        assert at[0] in older.json()["detail"]
    profile = await written.gateway.get(f"{USUAL_PATH}/north")
    assert (profile["date"], profile["hours"], profile["reasons"]) == (None, [], [TOO_FEW])


async def test_an_incomplete_day_is_told_in_each_format(written: Written) -> None:
    days = written.days
    days.publish(INCOMPLETE, {}, tables=[Rows(ROADS, rows_of(days, "roads", INCOMPLETE), (REASON,))])
    for format_ in ("json", "csv", "parquet"):
        answer = await written.good("roads", date=INCOMPLETE, format=format_)
        assert answer.headers["city-incomplete"] == INCOMPLETE
    told = (await written.good("roads", date=INCOMPLETE)).json()
    assert told["incomplete_days"] == [{"date": INCOMPLETE, "reasons": [REASON]}]


async def test_a_day_that_is_published_anew_is_seen_and_else_it_is_not_sent_again(written: Written) -> None:
    days = written.days
    days.publish(AGAIN, {}, tables=[Rows(VEHICLES, rows_of(days, "vehicles", AGAIN))])

    def total(count: int) -> Any:
        return lambda answer: answer.status_code == 200 and answer.json()["total"] == count

    await until(lambda: written.ask("vehicles", date=AGAIN), total(4))
    tags = {}
    for accept in ("application/json", CSV, PARQUET):
        had = await written.good("vehicles", date=AGAIN, headers={"Accept": accept})
        assert had.headers["content-type"] == accept
        tags[accept] = had.headers["etag"]
        asked = {"Accept": accept, "If-None-Match": tags[accept]}
        same = await written.told("vehicles", date=AGAIN, headers=asked)
        assert (same.status_code, same.content) == (304, b"")
    assert len(set(tags.values())) == 3
    days.publish(AGAIN, {}, tables=[Rows(VEHICLES, rows_of(days, "vehicles", AGAIN, 3))])
    await until(lambda: written.ask("vehicles", date=AGAIN), total(3))
    await written.good("vehicles", date=AGAIN, headers={"If-None-Match": ", ".join(tags.values())})


def long_table(first: int) -> pa.Table:
    """More rows than CSV may have, so many of them of the first road; more bytes than are read at once."""
    count = MOST_CSV_ROWS + 1
    drawn = random.Random(1)
    start_ms = round(datetime(2026, 3, 12, tzinfo=UTC).timestamp() * 1000)

    def numbers() -> pa.Array:
        return pa.Array.from_buffers(pa.int64(), count, [None, pa.py_buffer(drawn.randbytes(8 * count))])

    starts = pa.array(range(start_ms, start_ms + count), pa.int64()).cast(pa.timestamp("ms", "UTC"))
    speeds = pa.array([drawn.random() for _ in range(count)])
    roads = pa.array(["first"] * first + ["second"] * (count - first))
    columns = [roads, starts, numbers(), numbers(), speeds, pa.nulls(count, pa.bool_())]
    return pa.table(columns, schema=table_of(ROAD_WINDOWS, []).schema)


async def test_a_long_table_is_for_parquet_and_a_part_of_it_for_csv(written: Written) -> None:
    first = CSV_ROWS_AT_ONCE + 1
    table = long_table(first)
    manifest = written.days.publish(LONG, {}, tables=[Rows(ROAD_WINDOWS, table)])
    stored = written.days.body(manifest.views[batch_view(ROAD_WINDOWS)].objects[0].key)
    assert len(stored) > BYTES_AT_ONCE
    whole = await written.good("road_windows", date=LONG, format="parquet")
    assert whole.content == stored
    assert "content-encoding" not in whole.headers
    refused = await written.told("road_windows", date=LONG, format="csv")
    assert (refused.status_code, refused.json()["field"]) == (400, "format")
    assert "parquet" in refused.json()["remedy"]
    part = await written.good("road_windows", date=LONG, format="csv", id="first")
    assert "content-encoding" in part.headers
    lines = read_csv(part.text)
    assert [line["readings"] for line in lines] == [str(one) for one in table["readings"][:first].to_pylist()]
    page = (await written.good("road_windows", date=LONG)).json()
    assert (page["total"], page["count"]) == (MOST_CSV_ROWS + 1, 1_000)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "view"),
        ({"view": "road"}, "view"),
        ({"view": "roads", "date": "tomorrow"}, "date"),
        ({"view": "roads", "date": "20260310"}, "date"),
        ({"view": "roads", "date": "2026-02-30"}, "date"),
        ({"view": "roads", "date": "9999-12-31"}, "date"),
        ({"view": "roads", "limit": "0"}, "limit"),
        ({"view": "roads", "cursor": "WyJhIiwxXQ"}, "cursor"),
        ({"view": "roads", "format": "geojson"}, "format"),
        ({"view": "roads", "from": "2026-03-10"}, "from"),
    ],
)
async def test_what_can_not_be_asked_is_refused_by_name(
    written: Written, asked: dict[str, str], field: str
) -> None:
    answer = await written.gateway.http.get(PATH, params=asked)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    if field == "view":
        assert all(name in answer.json()["remedy"] for name in DAILY)


async def test_a_day_without_the_table_is_404_and_says_why(written: Written) -> None:
    day, lost = "2026-03-01", "2026-03-02"
    written.days.publish(day, {}, tables=[Rows(MODES, None, (REASON,))])
    for view, asked, said, command in (
        ("modes", day, REASON, "run"),
        ("roads", day, "daily.roads", "run"),
        ("roads", lost, lost, "run"),
        ("week_hours", day, "daily.week_hours", "trends"),
        ("reconciliation", day, "daily.reconciliation", "reconcile"),
    ):
        answer = await written.told(view, date=asked)
        assert (answer.status_code, answer.json()["field"]) == (404, "date")
        assert said in answer.json()["detail"]
        assert f"city-batch {command} --date {asked}" in answer.json()["remedy"]


async def test_what_can_not_be_read_is_503_and_logged_once(written: Written) -> None:
    days = written.days
    roads, vehicles = Rows(ROADS, rows_of(days, "roads", BROKEN)), Rows(VEHICLES, [])
    manifest = days.publish(BROKEN, {}, tables=[roads, vehicles])
    garbled, lost = (manifest.views[batch_view(view)].objects[0].key for view in (ROADS, VEHICLES))
    days.put(garbled, b"PAR1 and nothing else")
    days.delete(lost)

    async def warnings() -> list[str]:
        lines = written.gateway.process.log.read_text().splitlines()
        of_these = [line for line in lines if garbled in line or lost in line]
        # Which request met it first is no part of what is told.
        return [line.partition(" WARNING ")[2].partition(" request_id=")[0] for line in of_these]

    for view in ("roads", "vehicles"):
        for format_ in ("json", "csv", "parquet") * 2:
            answer = await written.ask(view, date=BROKEN, format=format_)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert "batch layer" in answer.json()["detail"]
    lines = await until(warnings, lambda lines: {True, False} == {garbled in line for line in lines})
    assert len(lines) == len(set(lines))
    days.publish(BROKEN, {}, tables=[roads])
    await until(lambda: written.ask("roads", date=BROKEN), lambda answer: answer.status_code == 200)
    days.put_manifest(UNREADABLE, b"{}")
    assert (await written.ask("roads", date=UNREADABLE)).status_code == 503


async def test_what_is_usual_on_a_road_is_told_by_the_hour_of_the_week(
    start_gateway: StartGateway, s3_endpoint: str, namespace: str
) -> None:
    make_bucket(s3_endpoint, namespace)
    hours = [
        Usual(
            road_id=road,
            weekday=weekday,
            hour=hour,
            days=4,
            windows=48,
            low_speed_kmh=20.5,
            median_speed_kmh=30.0 + hour,
            high_speed_kmh=None,
            median_vehicles=3.5,
        )
        for road in ("north", "unheard-of")
        for weekday in (1, 7)
        for hour in (0, 23)
    ]
    with WrittenDays(s3_endpoint, namespace, namespace, zone_of_another_date()) as days:
        gateway = await start_gateway(**days.environment)
        today = datetime.now(days.zone).date()
        yesterday = today - timedelta(days=1)

        async def of(road: str, holds: Any) -> Any:
            return await gateway.until(f"{USUAL_PATH}/{road}", holds)

        nothing = await of("north", lambda answer: "hours" in answer)
        assert (nothing["date"], nothing["hours"], len(nothing["reasons"])) == (None, [], 1)
        days.publish(today.isoformat(), {}, tables=[Rows(USUAL, None, (TOO_FEW,))])
        days.publish(yesterday.isoformat(), {}, tables=[Rows(USUAL, hours, (REASON,))])
        told = await of("north", lambda answer: answer.get("hours"))
        assert told == {
            "road_id": "north",
            "source": "batch",
            "date": yesterday.isoformat(),
            "timezone": days.zone.key,
            "incomplete_days": [{"date": yesterday.isoformat(), "reasons": [REASON]}],
            "reasons": [],
            "hours": [
                {name: value for name, value in msgspec.to_builtins(one).items() if name != "road_id"}
                for one in hours[:4]
            ],
        }
        # A road that is nowhere but in the table; one that is not there; and nobody's.
        assert len((await of("unheard-of", lambda answer: "hours" in answer))["hours"]) == 4
        quiet = await of("quiet", lambda answer: "hours" in answer)
        assert (quiet["date"], quiet["hours"], REASON in quiet["reasons"]) == (None, [], True)
        unknown = await of("nowhere", lambda answer: answer["status"] != 503)
        assert (unknown["status"], unknown["field"]) == (404, "road_id")
        had = await gateway.http.get(f"{USUAL_PATH}/north")
        same = await gateway.http.get(f"{USUAL_PATH}/north", headers={"If-None-Match": had.headers["etag"]})
        assert same.status_code == 304


async def test_an_s3_that_hangs_is_503_until_it_is_back(written: Written, s3_server: Server) -> None:
    days = written.days
    days.publish(AWAY, {}, tables=[Rows(ROADS, rows_of(days, "roads", AWAY))])
    await asyncio.to_thread(s3_server.pause)

    async def usual() -> httpx.Response:
        return await written.gateway.http.get(f"{USUAL_PATH}/north")

    for answer in await asyncio.gather(
        written.ask("roads", date=AWAY),
        written.ask("roads", date=AWAY, format="parquet"),
        # What is known of the last days is kept for a while.
        until(usual, lambda answer: answer.status_code != 200),
    ):
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert "batch layer" in answer.json()["detail"]
    await asyncio.to_thread(s3_server.resume)
    assert (await written.good("roads", date=AWAY)).json()["total"] == 4
