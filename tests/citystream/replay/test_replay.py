"""A replay decides as the live run did: same bytes, from the log and from the archive."""

import asyncio
import os
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from citystream.replay.order import ReplayOrder
from citystream.replay.ranges import Bound, ReplayError, ReplayRange
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.process import Process, installed
from tests.citystream import live_run
from tests.citystream.live_run import FUTURE_MS, PARTITIONS, RULES, START_MS, STEP_MS, Bytes, at, run, starts
from tests.conftest import MakeSettings, make_bucket
from tests.services.descriptions import PLATE_KEY, SERVICES

TYPES = ["traffic", "emergency", "camera"]
EVENTS = 2_500
MINUTE_MS = 60_000
EVERYTHING = ReplayRange(None, None)
Source = Literal["kafka", "s3"]
sources = pytest.mark.parametrize("source", ["kafka", "s3"])


@dataclass
class Live:
    """A run that has ended, and what it left."""

    settings: Settings
    states: dict[str, Bytes]
    indices: dict[str, dict[bytes, Any]]

    def windows(self, type_: str) -> Bytes:
        return {name: fields for name, fields in self.states[type_].items() if b":page:" in name}


@pytest.fixture(scope="module")
async def live(
    kafka: str,
    redis_url: str,
    s3_endpoint: str,
    elasticsearch_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Live:
    """Over an hour of events, folded and archived in objects of some minutes."""
    namespace, folder = f"t{secrets.token_hex(4)}-replay", tmp_path_factory.mktemp("live")
    make_bucket(s3_endpoint, namespace)
    own = Settings(
        namespace=namespace,
        data_dir=folder / "data",
        kafka=kafka,
        redis=redis_url,
        s3=s3_endpoint,
        s3_bucket=namespace,
        s3_access_key="test",
        s3_secret_key=SecretStr("test"),
        elasticsearch=elasticsearch_url,
        plate_key=SecretStr(PLATE_KEY),
        archive_records=150,
        archive_s=1,
        **RULES,
    )
    await live_run.make_topics(own, TYPES)
    for number, type_ in enumerate(TYPES):
        await live_run.send(own, type_, live_run.stream(type_, number, EVENTS))
    await live_run.run_live(own, TYPES, folder)
    states = {type_: await live_run.hashes(own, type_) for type_ in TYPES}
    indices = {type_: await live_run.indexed(own, type_) for type_ in TYPES}
    assert all(states.values())
    return Live(own, states, indices)


def assert_bytes_of(live: Bytes, replayed: Bytes) -> None:
    for name, fields in replayed.items():
        for field, value in fields.items():
            assert live[name][field] == value


@sources
@pytest.mark.parametrize("type_", TYPES)
async def test_the_whole_log_gives_the_bytes_of_the_live_run(live: Live, type_: str, source: Source) -> None:
    await live_run.flush(live.settings)
    report = await run(live.settings, type_, ReplayOrder(EVERYTHING, source=source))
    assert await live_run.hashes(live.settings, type_) == live.states[type_]
    assert await live_run.indexed(live.settings, type_) == live.indices[type_]
    assert (report.late > 0, report.duplicates > 0, report.refused > 0) == (
        bool(SERVICES[type_].windows),
        True,
        True,
    )
    assert (report.incomplete, report.finished) == (0, True)
    again = await run(live.settings, type_, ReplayOrder(EVERYTHING, source=source, index=False))
    assert again == report
    assert await live_run.hashes(live.settings, type_) == live.states[type_]


@sources
@pytest.mark.parametrize("speed", [None, 100_000.0])
async def test_a_range_of_time_gives_its_whole_windows_and_no_other(
    live: Live, source: Source, speed: float | None
) -> None:
    await live_run.flush(live.settings)
    start, end = at(20), at(50)
    report = await run(
        live.settings, "traffic", ReplayOrder(ReplayRange(start, end), source, speed, index=False)
    )
    replayed = await live_run.pages(live.settings, "traffic")
    assert_bytes_of(live.windows("traffic"), replayed)
    found, start_ms, end_ms = starts(replayed), START_MS + 20 * MINUTE_MS, START_MS + 50 * MINUTE_MS
    # By then the watermark of both partitions has closed them, whatever the disorder.
    closed_ms = end_ms - MINUTE_MS - FUTURE_MS - 30_000
    must = {one for one in starts(live.windows("traffic")) if start_ms <= one[1] < closed_ms}
    assert len(must) > 100
    assert must <= found
    assert all(start_ms <= window_ms < end_ms for _, window_ms in found)
    assert report.incomplete > 0
    # It reads from before its range (the archive, from the object before), and not from the beginning.
    assert 30 * MINUTE_MS / STEP_MS < report.records < 42 * MINUTE_MS / STEP_MS


@sources
async def test_a_range_of_offsets_gives_the_bytes_of_the_live_run(live: Live, source: Source) -> None:
    await live_run.flush(live.settings)
    await run(live.settings, "traffic", ReplayOrder(ReplayRange(500, 1_200), source, index=False))
    replayed = await live_run.pages(live.settings, "traffic")
    assert len(starts(replayed)) > 100
    assert_bytes_of(live.windows("traffic"), replayed)


async def test_both_sources_give_the_same_windows(live: Live) -> None:
    found = []
    for source in ("kafka", "s3"):
        await live_run.flush(live.settings)
        await run(live.settings, "traffic", ReplayOrder(ReplayRange(at(21.3), at(44.7)), source, index=False))
        found.append(await live_run.pages(live.settings, "traffic"))
    assert found[0] == found[1]


async def test_a_dry_run_writes_nothing(live: Live) -> None:
    await live_run.flush(live.settings)
    report = await run(live.settings, "traffic", ReplayOrder(EVERYTHING, write=False))
    assert report.folded > EVENTS / 2
    assert report.written == 0
    assert await live_run.hashes(live.settings, "traffic") == {}


def process(settings: Settings, folder: Path, *arguments: str) -> Process:
    return Process(
        "replay",
        [installed("city-traffic"), "replay", *arguments],
        folder / "replay.log",
        {**os.environ, **city_environment(settings)},
    )


async def ended(one: Process) -> int | None:
    while one.running:
        await asyncio.sleep(0.05)
    return one.exit_code


@pytest.mark.parametrize(("number", "source"), [(signal.SIGKILL, "s3"), (signal.SIGINT, "kafka")])
async def test_an_interrupted_replay_goes_on_to_the_same_end(
    live: Live, number: signal.Signals, source: Source, tmp_path: Path
) -> None:
    await live_run.flush(live.settings)
    settings = live.settings.model_copy(update={"data_dir": tmp_path})
    first = process(settings, tmp_path, "--no-index", "--source", source, "--speed", "400x")
    first.start()
    folder = tmp_path / "replays"
    wanted = "*/state" if number == signal.SIGKILL else "*/lock"
    while not list(folder.glob(wanted)) or not await live_run.pages(settings, "traffic"):
        assert first.running, first.last_lines()
        await asyncio.sleep(0.05)
    os.kill(first.pid, number)
    assert await ended(first) == (-number if number == signal.SIGKILL else 1)
    # While a clock paced it, windows came one after the other.
    part = await live_run.pages(settings, "traffic")
    assert 0 < len(starts(part)) < len(starts(live.windows("traffic")))

    second = process(settings, tmp_path, "--no-index", "--source", source)
    second.start()
    assert await ended(second) == 0, second.last_lines()
    assert "goes on at" in second.last_lines()
    assert await live_run.hashes(settings, "traffic") == live.states["traffic"]
    uninterrupted = await run(settings, "traffic", ReplayOrder(EVERYTHING, source=source, write=False))
    assert f'"folded":{uninterrupted.folded},"late":{uninterrupted.late},' in second.last_lines()
    assert list(folder.glob("*")) == []


async def test_newer_values_of_a_live_run_stay(settings: MakeSettings, tmp_path: Path) -> None:
    own = settings(archive_s=1, **RULES)
    await live_run.make_topics(own, ["traffic"])
    stream = live_run.stream("traffic", 7, 600)
    await live_run.send(own, "traffic", stream[:400])
    halted = asyncio.Event()
    halted.set()
    first = await run(own, "traffic", ReplayOrder(EVERYTHING), halted)
    assert not first.finished
    # The live run goes on in windows that are open where the replay will end.
    await live_run.send(own, "traffic", stream[400:])
    await live_run.run_live(own, ["traffic"], tmp_path)
    live = await live_run.hashes(own, "traffic")
    report = await run(own, "traffic", ReplayOrder(EVERYTHING))
    assert report.finished
    assert report.written > 0
    assert report.records < len(stream) - 100
    assert await live_run.hashes(own, "traffic") == live


async def test_it_goes_on_only_by_the_settings_that_it_began_with(
    settings: MakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    own = settings(**RULES)
    await live_run.make_topics(own, ["traffic"])
    await live_run.send(own, "traffic", live_run.stream("traffic", 1, 50))
    halted = asyncio.Event()
    halted.set()
    order = ReplayOrder(EVERYTHING, write=False)
    assert not (await run(own, "traffic", order, halted)).finished
    with pytest.raises(ReplayError, match=r"CITY_LATENESS_S was 20, is 21.*--restart"):
        await run(settings(**RULES | {"lateness_s": 21}), "traffic", order)
    # Other arguments are another replay; the one that was interrupted is named, and stays.
    assert (await run(own, "traffic", ReplayOrder(ReplayRange(10, None), write=False))).finished
    assert "interrupted with other arguments" in capsys.readouterr().err
    again = settings(**RULES | {"lateness_s": 21})
    assert (await run(again, "traffic", ReplayOrder(EVERYTHING, write=False, restart=True))).finished


async def test_a_topic_that_is_not_there_is_named(settings: MakeSettings) -> None:
    with pytest.raises(ReplayError, match="no topic"):
        await run(settings(), "traffic", ReplayOrder(EVERYTHING))


@sources
@pytest.mark.parametrize("bound", [None, 1_000_000, at(10_000)])
async def test_an_empty_range_is_said_to_be_empty(live: Live, source: Source, bound: Bound) -> None:
    settings, range_ = live.settings, ReplayRange(bound, None)
    if bound is None:
        range_ = ReplayRange(None, at(-1))
    with pytest.raises(ReplayError, match="no records"):
        await run(settings, "traffic", ReplayOrder(range_, source=source))


def test_partitions_of_the_run_are_several() -> None:
    assert PARTITIONS > 1
