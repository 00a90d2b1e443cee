"""`city-<type> replay`: usage, what it prints, and its exit codes."""

import contextlib
import re
import time

import pytest
from click.testing import CliRunner, Result

from citystream.commands.service import command_line
from citystream.replay.order import ReplayOrder
from citystream.replay.part import Part
from citystream.replay.progress import ReplayProgress
from citystream.replay.publisher import Publisher
from citystream.replay.ranges import ReplayError, ReplayRange
from citystream.replay.state import StateFile
from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from tests.citystream import live_run
from tests.citystream.live_run import RULES, run
from tests.citystream.records import FakeRecord
from tests.citystream.replay.test_replay_part import whole
from tests.conftest import MakeSettings
from tests.services.descriptions import SERVICES


def city(settings: Settings, *arguments: str) -> Result:
    runner = CliRunner(env=city_environment(settings))
    return runner.invoke(command_line(SERVICES["traffic"]), ["replay", *arguments])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--from", "yesterday"), "neither an offset nor RFC 3339 (2026-11-01T00:00:00Z)"),
        (("--to", "2026-01-01T00:00:00"), "no zone; add Z"),
        (("--from", "7", "--to", "7"), "--to must be after --from"),
        (("--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), "--to must be after --from"),
        (("--speed", "fast"), "1x or 10x, nor max"),
        (("--speed", "0x"), "1x or 10x, nor max"),
        (("--source", "tape"), "'kafka', 's3'"),
    ],
)
def test_wrong_usage_is_2_with_the_remedy(
    settings: MakeSettings, arguments: tuple[str, ...], complaint: str
) -> None:
    answer = city(settings(), *arguments)
    assert answer.exit_code == 2
    assert complaint in answer.stderr


@pytest.mark.parametrize("source", ["kafka", "s3"])
def test_a_broker_that_is_away_is_1_and_named(settings: MakeSettings, source: str) -> None:
    answer = city(settings(kafka="127.0.0.1:9"), "--dry-run", "--source", source)
    assert answer.exit_code == 1
    assert "127.0.0.1:9 does not answer" in answer.stderr


async def test_a_store_that_is_away_is_named(settings: MakeSettings) -> None:
    own = settings(s3="http://127.0.0.1:9", **RULES)
    await live_run.make_topics(own, ["traffic"])
    await live_run.send(own, "traffic", live_run.stream("traffic", 1, 10))
    with pytest.raises(ReplayError, match=r"(?s)http://127.0.0.1:9.*CITY_S3"):
        await run(own, "traffic", ReplayOrder(ReplayRange(None, None), source="s3"))


@pytest.mark.parametrize(
    ("sink", "hint"), [("redis", "goes on where it was$"), ("elasticsearch", "--no-index$")]
)
async def test_a_sink_that_is_away_is_named_with_what_to_do(
    settings: MakeSettings, sink: str, hint: str
) -> None:
    away = {"redis": "redis://127.0.0.1:9/0", "elasticsearch": "http://127.0.0.1:9"}
    own = settings(**{sink: away[sink]})
    log = [
        FakeRecord(offset, value, at, key)
        for offset, (at, key, value) in enumerate(live_run.stream("traffic", 1, 50))
    ]
    part = Part(SERVICES["traffic"], time_rules(own), whole(log))
    states = part.take(log) + part.rest()
    async with contextlib.aclosing(
        Publisher(own, "traffic", write=True, index=True, patience_s=0.5)
    ) as publisher:
        await publisher.write(states, part.origin)
        with pytest.raises(ReplayError, match=f"^{sink} does not take .*run the same command again.*{hint}"):
            await publisher.flush()
    async with contextlib.aclosing(Publisher(own, "traffic", write=True, index=False)) as publisher:
        if sink == "elasticsearch":
            await publisher.write(states, part.origin)
            await publisher.flush()
            assert publisher.written == len(states) > 0


def test_one_process_at_a_time(settings: MakeSettings) -> None:
    own = settings()
    held = StateFile(own.data_dir, "traffic", {"from": "1"})
    with pytest.raises(ReplayError, match="under way in another process"):
        StateFile(own.data_dir, "traffic", {"from": "1"})
    StateFile(own.data_dir, "traffic", {"from": "2"}).close()
    held.close()
    StateFile(own.data_dir, "traffic", {"from": "1"}).close()
    assert list((own.data_dir / "replays").iterdir()) == []


def test_a_state_that_can_not_be_read_is_told(settings: MakeSettings) -> None:
    own = settings()
    state = StateFile(own.data_dir, "traffic", {})
    (own.data_dir / "replays" / state.id / "state").write_bytes(b"torn")
    with pytest.raises(ReplayError, match="begin anew with --restart"):
        state.load({})
    state.close()


def test_a_terminal_shows_a_bar_with_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    with ReplayProgress("replay traffic", terminal=True) as progress:
        progress.update(1_000, 5_000, None)
        time.sleep(0.05)
        progress.update(2_000, 5_000, 61)
        progress.say("notice: [0] stays")
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert "40%" in shown
    assert re.search(r"2,000 of 5,000 records, [\d,]+/s, 0:01:01 left", shown)
    assert "notice: [0] stays" in shown


def test_a_log_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with ReplayProgress("replay traffic", terminal=False, every_s=0) as progress:
        progress.update(1_000, 5_000, None)
        progress.update(2_000, 5_000, 61)
    assert re.search(
        r"^replay traffic: 40 %, 2,000 of 5,000 records, [\d,]+/s, 0:01:01 left$",
        capsys.readouterr().err,
        re.M,
    )
