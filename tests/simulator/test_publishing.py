"""The simulator as a user starts it, on a real broker: what it counts is what the log holds."""

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from citystream.contracts.registry import EVENTS
from citystream.contracts.traffic import Traffic
from citystream.settings import Settings
from demo.servers.server import Server
from simulator.misbehaviour import KINDS
from tests.harness.patience import PATIENCE_S
from tests.simulator.conftest import Start, epoch_ms, read_log
from tests.simulator.reading import read

START = "2026-03-02T07:00:00Z"
START_MS = epoch_ms(START)
HOURS = 40_000
"""Fewer than the Interstate's data has."""
Document = dict[str, Any]


async def ended(process: asyncio.subprocess.Process, code: int = 0) -> str:
    """Wait for the end and its exit code; returns both outputs."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    text = (out + err).decode()
    assert process.returncode == code, text
    return text


async def told(process: asyncio.subprocess.Process, words: str) -> str:
    """What it says on stderr up to the line with these words."""
    assert process.stderr
    text = ""
    async with asyncio.timeout(PATIENCE_S):
        while words not in text:
            line = await process.stderr.readline()
            assert line, f"it ended: {text}"
            text += line.decode()
    return text


def read_counts(path: Path) -> Document:
    """The count file as it is now."""
    document: Document = json.loads(path.read_bytes()) if path.exists() else {"produced_total": 0}
    return document


async def counted(path: Path, enough: Callable[[Document], bool]) -> Document:
    """The count file once it says enough."""
    async with asyncio.timeout(PATIENCE_S):
        while not enough(document := read_counts(path)):
            await asyncio.sleep(0.1)
    return document


async def test_a_duration_is_run_and_every_record_counted_is_in_the_log(
    start: Start, kafka_settings: Settings, tmp_path: Path
) -> None:
    count_file = tmp_path / "counts.json"
    process = await start(
        "run", "--duration", "3", "--misbehave", ",".join(KINDS),
        "--start", START, "--count-file", str(count_file),
    )  # fmt: skip
    text = await ended(process)
    counts = read_counts(count_file)
    log = await read_log(kafka_settings, *EVENTS)
    good = {
        type_: [found for _, value in records if (found := read(type_, value, START_MS))]
        for type_, records in log.items()
    }
    assert counts["finished"]
    assert counts["produced"] == {type_: len(events) for type_, events in good.items()}
    assert counts["malformed"] == {type_: len(log[type_]) - len(good[type_]) for type_ in EVENTS}
    assert counts["distinct"] == {type_: len({one.identity for one in good[type_]}) for type_ in EVENTS}
    assert counts["records_total"] == sum(map(len, log.values()))
    assert counts["produced_total"] == counts["distinct_total"] + counts["duplicates_sent"]
    assert counts["distinct_total"] == pytest.approx(3_000, abs=30)
    assert min(counts[name] for name in ("malformed_sent", "duplicates_sent", "late_sent")) > 5
    assert f"sent {len(log['gps']):,} gps" in text


async def test_the_same_seed_and_start_put_the_same_records_into_kafka(
    start: Start, kafka_settings: Settings
) -> None:
    await ended(await start("run", "--duration", "1", "--start", START))
    once = await read_log(kafka_settings, *EVENTS)
    await ended(await start("run", "--duration", "1", "--start", START))
    twice = await read_log(kafka_settings, *EVENTS)
    assert sum(map(len, once.values())) > 900
    assert {type_: sorted(records * 2) for type_, records in once.items()} == {
        type_: sorted(records) for type_, records in twice.items()
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_run_well_with_all_of_it_counted(
    start: Start, kafka_settings: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    count_file = tmp_path / "counts.json"
    process = await start("run", "--count-file", str(count_file))
    await counted(count_file, lambda counts: counts["produced_total"] > 500)
    process.send_signal(number)
    await ended(process)
    counts = read_counts(count_file)
    log = await read_log(kafka_settings, *EVENTS)
    assert counts["finished"]
    assert counts["produced"] == {type_: len(records) for type_, records in log.items()}


@pytest.mark.real
async def test_a_broker_that_was_away_costs_time_but_no_record(
    start: Start, kafka_settings: Settings, kafka_server: Server, tmp_path: Path
) -> None:
    count_file = tmp_path / "counts.json"
    process = await start("run", "--count-file", str(count_file))
    before = await counted(count_file, lambda counts: counts["produced_total"] > 500)
    kafka_server.kill()
    text = await told(process, "Kafka has acknowledged nothing for")
    kafka_server.start()
    await counted(count_file, lambda counts: counts["produced_total"] > before["produced_total"] + 3_000)
    process.terminate()
    text += await ended(process)
    log = await read_log(kafka_settings, *EVENTS)
    counts = read_counts(count_file)
    assert counts["produced"] == {type_: len(records) for type_, records in log.items()}
    ids = [json.loads(value)["event_id"] for records in log.values() for _, value in records]
    assert len(set(ids)) == len(ids)
    assert "Kafka acknowledges again" in text
    assert len(text.splitlines()) < 30


async def test_a_stop_while_the_broker_is_away_says_what_was_lost(
    start: Start, kafka_server: Server, tmp_path: Path
) -> None:
    count_file = tmp_path / "counts.json"
    process = await start("run", "--count-file", str(count_file))
    await counted(count_file, lambda counts: counts["produced_total"] > 500)
    kafka_server.pause()
    await told(process, "Kafka has acknowledged nothing for")
    process.terminate()
    text = await ended(process, 1)
    assert "records that Kafka did not acknowledge" in text
    assert read_counts(count_file)["finished"]


async def test_a_stop_while_no_broker_ever_answered_is_a_stop(start: Start) -> None:
    process = await start("run", kafka="127.0.0.1:1")
    assert process.stderr
    line = await asyncio.wait_for(process.stderr.readline(), PATIENCE_S)
    assert b"does not answer yet; trying again" in line
    process.terminate()
    assert "sent nothing" in await ended(process)


async def test_real_speeds_arrive_under_their_road_with_their_own_time(
    start: Start, kafka_settings: Settings, data: Path
) -> None:
    process = await start(
        "feed", "--dataset", "los-loop", str(data), "--namespace", kafka_settings.namespace,
        "--limit", "2070",
    )  # fmt: skip
    text = await ended(process)
    log = await read_log(kafka_settings, "traffic")
    assert "sent 2,070 traffic" in text
    assert "note: vehicle_count: not in the data" in text
    assert len(log["traffic"]) == 2_070
    events = [(key, msgspec.json.decode(value, type=Traffic)) for key, value in log["traffic"]]
    assert all(key.decode() == event.road_id for key, event in events)
    assert len({event.timestamp for _, event in events}) == 10
    assert {event.vehicle_count for _, event in events} == {None}
    assert (await read_log(kafka_settings, "gps"))["gps"] == []


async def test_the_interstate_is_fed_at_the_pace_asked_for_and_stops_on_a_signal(
    start: Start, kafka_settings: Settings, data: Path, tmp_path: Path
) -> None:
    model = tmp_path / "metro.geojson"
    process = await start(
        "feed", "--dataset", "metro-interstate", str(data / "Metro_Interstate_Traffic_Volume.csv"),
        "--namespace", kafka_settings.namespace, "--speed", "36000x", "--model-out", str(model),
    )  # fmt: skip
    # Ten hours a second, each with a traffic reading and an observation.
    async with asyncio.timeout(PATIENCE_S):
        while not (before := len((await read_log(kafka_settings, "traffic"))["traffic"])):
            await asyncio.sleep(0.2)
    async with asyncio.timeout(PATIENCE_S):
        while len((await read_log(kafka_settings, "traffic"))["traffic"]) < before + 10:
            await asyncio.sleep(0.2)
    process.terminate()
    text = await ended(process)
    after = len((await read_log(kafka_settings, "traffic"))["traffic"])
    assert after < HOURS
    assert f"sent {after:,} traffic" in text
    assert b"i94-westbound" in model.read_bytes()


async def test_missing_topics_are_named_with_the_command_that_makes_them(start: Start) -> None:
    text = await ended(await start("run", "--duration", "1", namespace="nobody-made-these"), 1)
    assert "no topic nobody-made-these.camera, nobody-made-these.emergency" in text
    assert "CITY_NAMESPACE=nobody-made-these city topics create" in text
