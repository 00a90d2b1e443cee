"""bench.batch: the archive that it writes is the archive role's, and a wrong day is found."""

import asyncio
import io
from collections import Counter
from itertools import pairwise
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bench.batch import __main__ as command
from bench.batch.drawing import LATE_MS, Tally
from bench.batch.jobs import Ran, differences, drifting, found
from bench.batch.senders import EVENTS_PER_S, Senders, all_senders
from bench.batch.span import CUT_MS, DAY, EIGHTH, PARTITIONS, WHOLE, span
from bench.batch.writing import Written, archived, write
from citystream.archive.parquet import SCHEMA
from citystream.contracts import manifest, s3_paths
from citystream.contracts.identity import entity_of, identity_of
from citystream.contracts.registry import EVENTS
from citystream.fold.reader import Reader
from citystream.installed import installed_service
from citystream.servers.connections import s3_client
from citystream.settings import Settings
from tests.conftest import make_bucket

SENDERS = all_senders()
MORNING = WHOLE.cuts[1_000:1_002]


def rows(senders: Senders, partition: int) -> list[dict[str, Any]]:
    """The records of one partition in the morning, as they are in S3."""
    found: list[dict[str, Any]] = []
    for cut in MORNING:
        table = pq.read_table(io.BytesIO(archived("city", senders, partition, cut, DAY).body()))
        assert table.schema == SCHEMA
        found += table.to_pylist()
    return found


@pytest.mark.parametrize("senders", SENDERS, ids=lambda one: one.type)
def test_values_read_as_their_columns_say(senders: Senders) -> None:
    settings = Settings()
    service = installed_service(senders.type, settings)
    reader, entity = Reader(service.event, settings.future_ms, service.check), entity_of(service.event)
    for partition in range(PARTITIONS):
        for row in rows(senders, partition):
            columns = row["event_id"], row["event_time_ms"], row["entity"]
            try:
                event, time_ms = reader.read(row["value"], row["kafka_timestamp_ms"])
            except ValueError:
                assert columns == (None, None, None)
            else:
                assert columns == (event.event_id, time_ms, entity(event))
    assert not reader.tolerated


def test_the_tally_counts_what_is_there() -> None:
    told, counted = Tally(), Tally()
    for senders in SENDERS:
        identity, decode = identity_of(EVENTS[senders.type]), Reader(EVENTS[senders.type], 0).decode
        for partition in range(PARTITIONS):
            for cut in MORNING:
                told.update(archived("city", senders, partition, cut, DAY).drawn.tally)
            seen = Counter[str]()
            for row in rows(senders, partition):
                counted[senders.type, "events"] += 1
                time_ms = row["event_time_ms"]
                if time_ms is None:
                    counted[senders.type, "unreadable"] += 1
                    continue
                seen[identity(decode(row["value"]), time_ms)] += 1
                # A duplicate is underway for some seconds more.
                counted[senders.type, "late"] += row["kafka_timestamp_ms"] - time_ms > LATE_MS[0] + 5_000
            counted[senders.type, "duplicates"] += seen.total() - len(seen)
    kinds = {kind: sum(told[type_, kind] for type_ in EVENTS) for _, kind in told}
    assert kinds["events"] == len(MORNING) * EVENTS_PER_S * CUT_MS // 1000
    assert {kind for kind, count in kinds.items() if not count} == set()
    for type_ in EVENTS:
        for kind in ("events", "duplicates", "unreadable"):
            assert told[type_, kind] == counted[type_, kind], (type_, kind)
        assert 0 <= told[type_, "late"] - counted[type_, "late"] <= 0.1 * told[type_, "late"] + 2


def test_each_object_goes_on_where_the_one_before_ended() -> None:
    for senders in SENDERS:
        for cuts in (WHOLE.cuts[:3], WHOLE.cuts[-6:], EIGHTH.cuts[-6:]):
            objects = [archived("city", senders, 2, cut, DAY) for cut in cuts]
            for one in objects:
                offsets = one.drawn.table["offset"].to_pylist()
                first, last = (
                    int(one.metadata[s3_paths.FIRST_OFFSET]),
                    int(one.metadata[s3_paths.LAST_OFFSET]),
                )
                assert offsets == list(range(first, last + 1))
                assert s3_paths.parse_raw_object(one.key) == (2, first)
                first_ms = one.drawn.table["kafka_timestamp_ms"][0].as_py()
                assert one.metadata[s3_paths.FIRST_TIMESTAMP_MS] == str(first_ms)
                prefix = s3_paths.raw_prefix("city", senders.type)
                assert one.key.startswith(s3_paths.hour_prefix(prefix, first_ms))
            for before, after in pairwise(objects):
                follows = int(after.metadata[s3_paths.FOLLOWS_OFFSET])
                assert follows == int(before.metadata[s3_paths.LAST_OFFSET]) + 1
                assert follows == int(after.metadata[s3_paths.FIRST_OFFSET])


def test_the_day_has_what_the_archive_role_makes_of_it() -> None:
    assert sum(senders.per_cut for senders in SENDERS) == EVENTS_PER_S * CUT_MS // 1000
    for senders in SENDERS:
        assert sum(senders.count(partition) for partition in range(PARTITIONS)) == senders.per_cut
    assert WHOLE.cuts_of_day * PARTITIONS * len(SENDERS) == 57_600
    assert EIGHTH.cuts_of_day * 8 == WHOLE.cuts_of_day
    assert WHOLE.cuts[-1].start_ms + CUT_MS == DAY.end_ms + 120_000


def test_late_events_count_on_the_day_that_they_are_of() -> None:
    gps = SENDERS[0]
    for cut, share in ((WHOLE.cuts[0], 0.98), (WHOLE.cuts[-1], 0.0)):
        drawn = archived("city", gps, 0, cut, DAY).drawn
        times = drawn.table["event_time_ms"].to_pylist()
        of_day = sum(DAY.start_ms <= time_ms < DAY.end_ms for time_ms in times if time_ms is not None)
        assert 0 <= drawn.tally["gps", "events"] - of_day <= drawn.table["event_time_ms"].null_count
        assert share * len(times) < of_day < (share + 0.02) * len(times)


def test_what_differs_is_named() -> None:
    written = Tally({("gps", "events"): 1_000, ("gps", "duplicates"): 2, ("gps", "unreadable"): 1})
    right = Tally({("gps", "rows"): 997, ("gps", "duplicates"): 2, ("gps", "unreadable"): 1})
    assert differences(written, right) == []
    assert differences(written, right - Tally({("gps", "rows"): 1})) == [
        "gps: 997 rows were written, the manifest has 996"
    ]
    assert differences(written, Tally()) != []


def test_growth_is_the_days_time_by_eight_of_the_eighths() -> None:
    written = Written(Tally({("gps", "events"): 800, ("camera", "events"): 8}), 20, 3_000_000, 5.0)
    short = {"compact": Ran(2.0, 100.0), "daily": Ran(1.5, 90.0)}
    long = {"compact": Ran(24.0, 120.0), "daily": Ran(9.0, 95.0)}
    eighth = command.Measured(EIGHTH, written, short, Ran(6.0, 300.0), [])
    whole = command.Measured(WHOLE, written, long, None, [])
    full = command.result([eighth, whole], {})
    assert full["growth"] == 1.5
    assert (full["compact_seconds"], full["eighth_compact_seconds"], full["peak_mb"]) == (24.0, 2.0, 120)
    assert (full["daily_seconds"], full["eighth_daily_seconds"]) == (9.0, 1.5)
    assert (full["all_jobs_seconds"], full["job_seconds"]) == (33.0, {"compact": 24.0, "daily": 9.0})
    assert full["pandas_eighth_seconds"] == 6.0
    quick = command.result([eighth], {})
    assert (quick["compact_seconds"], quick["growth"], quick["events"]) == (2.0, None, 808)


def test_a_speed_layer_that_differs_is_named() -> None:
    listed = manifest.BatchView(version="1", made_from={}, rows=3)
    job = manifest.Job(finished_ms=0, seconds=1.0, drift_pct={"gps.positions": 0.5, "gps.speed_sum": 0.0})
    day = manifest.Manifest(
        date="2026-03-10",
        timezone="UTC",
        start_ms=DAY.start_ms,
        end_ms=DAY.end_ms,
        published_ms=0,
        views={"daily.reconciled_windows": listed},
        jobs={"reconcile": job},
    )
    assert drifting(day, 9) == ["gps.positions drifts by 0.5 %", "3 of 9 windows are missing or differ"]


def test_help_tells_of_the_eighth() -> None:
    answer = CliRunner().invoke(command.main, ["--help"])
    assert answer.exit_code == 0
    assert "--quick" in answer.output


@pytest.mark.real
def test_a_written_span_lies_in_s3_and_its_manifest_is_read(s3_endpoint: str, namespace: str) -> None:
    make_bucket(s3_endpoint, namespace)
    wired: dict[str, Any] = {"s3": s3_endpoint, "s3_access_key": "test", "s3_secret_key": "test"}
    settings = Settings(namespace=namespace, s3_bucket=namespace, **wired)
    short = span("short", 2)
    written = write(settings, short)
    assert written.objects == 2 * PARTITIONS * len(SENDERS)
    date = DAY.date.isoformat()
    gps = manifest.Compacted(version="1", rows=7, duplicates=2, unreadable=[manifest.Stored("a", 0, 3)])
    body = manifest.encode(
        manifest.Manifest(
            date=date,
            timezone="UTC",
            start_ms=DAY.start_ms,
            end_ms=DAY.end_ms,
            published_ms=0,
            compacted={"gps": gps},
        )
    )

    async def look() -> tuple[list[str], Tally]:
        async with s3_client(settings) as s3:
            listed = await s3.list_objects_v2(Bucket=namespace, Prefix=f"{namespace}/raw/")
            await s3.put_object(Bucket=namespace, Key=s3_paths.manifest(namespace, date), Body=body)
        return [one["Key"] for one in listed["Contents"]], await found(settings, date)

    keys, tally = asyncio.run(look())
    assert sorted(keys) == sorted(
        archived(namespace, senders, partition, cut, DAY).key
        for senders in SENDERS
        for partition in range(PARTITIONS)
        for cut in short.cuts
    )
    assert tally == Tally({("gps", "rows"): 7, ("gps", "duplicates"): 2, ("gps", "unreadable"): 3})
