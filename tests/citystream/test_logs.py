"""Log lines: what a collector reads of them, what is thinned, and what is never in them."""

import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.logs import thinning
from citystream.logs.about import UNTOLD
from citystream.logs.repeats import RepeatFilter
from citystream.refusals import without_values
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

SERVICE = "gps"
SECRET = "B-CT 4711"
USUAL = {"time", "level", "logger", "message", "process", "pid"}

SAID = """
import asyncio, gc, logging, threading, warnings
import click
from citystream.commands.group import Group
from citystream.logs.setup import configure_logging, say

@click.group(cls=Group)
def main():
    configure_logging("json", "probe", "test")

@main.command()
def all():
    log = logging.getLogger("citystream.probe")
    log.info("two\\nlines, half of a pair: \\ud800", extra={"topic": "city.gps", "offset": 7, "odd": {1, 2}})
    logging.getLogger("aiokafka").warning("a library's", extra={"topic": "its own"})
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("caught")
    warnings.warn("a warning")
    say("progress")
    thread = threading.Thread(target=lambda: {}["in a thread"])
    thread.start()
    thread.join()

    async def loses():
        async def fails():
            raise LookupError("nobody asks")
        asyncio.create_task(fails())
        await asyncio.sleep(0)

    asyncio.run(loses())
    class Odd:
        def __del__(self):
            raise ArithmeticError("at the end")
    Odd()
    gc.collect()
    raise RuntimeError("nobody catches")

@main.command()
def refused():
    raise click.ClickException("not like this")

main()
"""


def read(text: str) -> list[dict[str, Any]]:
    """Every line, which is an object with what all have."""
    lines = [json.loads(line) for line in text.split("\n") if line]
    assert all(line.keys() >= USUAL for line in lines)
    return lines


def test_all_that_a_process_says_is_json_and_one_line_each() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SAID, "all"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    lines = read(ended.stderr)
    said = {line["message"]: line for line in lines}
    assert len(said) == len(lines) == 9
    first = said["two\nlines, half of a pair: \ud800"]
    assert (first["topic"], first["offset"], first["odd"]) == ("city.gps", 7, "{1, 2}")
    assert (first["process"], first["role"], first["level"]) == ("probe", "test", "INFO")
    assert "topic" not in said["a library's"]
    errors = {line["error"]["type"]: line for line in lines if "error" in line}
    assert errors.keys() == {
        "ZeroDivisionError",
        "KeyError",
        "LookupError",
        "ArithmeticError",
        "RuntimeError",
    }
    assert all(line["error"]["traceback"].startswith("Traceback") for line in errors.values())
    assert errors["LookupError"]["logger"] == "asyncio"
    assert any(line["logger"] == "py.warnings" and "a warning" in line["message"] for line in lines)
    assert "progress" in said
    assert ended.returncode == 1


def test_an_error_that_ends_a_command_is_a_line_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SAID, "refused"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    (line,) = read(ended.stderr)
    assert (line["level"], line["message"], ended.returncode) == ("ERROR", "not like this", 1)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (f"Invalid enum value '{SECRET}'", "Invalid enum value …"),
        (f"Invalid enum value 'it's {SECRET}'", "Invalid enum value …"),
        (f'could not convert string to float: "{SECRET}"', "could not convert string to float: …"),
        ("Invalid enum value 4711", "Invalid enum value …"),
        (f"Object contains unknown field `{SECRET}`", "Object contains unknown field …"),
        ("JSON is malformed: invalid character (byte 4711)", "JSON is malformed: invalid character…"),
        ("Expected `float` <= 300.0", "Expected `float` <= 300.0"),
    ],
)
def test_a_reason_is_told_without_what_it_quotes(reason: str, told: str) -> None:
    assert without_values(reason) == told


def test_what_is_repeated_is_thinned_and_the_next_one_says_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    thinned, now = RepeatFilter(), 0.0
    monkeypatch.setattr("citystream.logs.thinning.time.monotonic", lambda: now)

    def passes(logger: str, message: str, *arguments: object, level: int = logging.WARNING) -> Any:
        record = logging.LogRecord(logger, level, "", 0, message, arguments, None)
        return thinned.filter(record) and getattr(record, UNTOLD, 0)

    assert [passes("aiokafka", "broker %d", number) for number in range(3)] == [0, False, False]
    assert [passes("citystream.x", "offset %d", number) for number in (1, 1, 2)] == [0, False, 0]
    assert [passes("gateway", "asked", level=logging.DEBUG) for _ in range(2)] == [0, 0]
    now = thinning.EVERY_S
    assert passes("aiokafka", "broker %d", 7) == 2
    for number in range(2 * thinning.MOST_KINDS):
        passes("gateway", "%d", number)
    assert len(thinned._thinning._told) <= thinning.MOST_KINDS


async def test_a_worker_tells_of_refused_records_and_says_more_after_a_signal(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings(partitions=1, log="json", checkpoint_ms=200)
    await create_topics(own, [SERVICE])
    topic = topics.source(own.namespace, SERVICE)
    rng, now_ms = random.Random(1), round(time.time() * 1000)

    async def send(**changes: Any) -> None:
        event = events.encode(events.fields(SERVICE, rng, 1, now_ms) | changes)
        await kafka_log.produce(own.kafka, topic, [(SECRET.encode(), event)] * 2)

    worker = Worker(SERVICE, own, tmp_path, role="stream")

    async def until(**wanted: Any) -> dict[str, Any]:
        """The newest line that has all of these."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            # Its last line may not be whole yet.
            lines = read(worker.process.log.read_text().rpartition("\n")[0])
            found = [line for line in lines if wanted.items() <= line.items()]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, worker.log_tail()
            await asyncio.sleep(0.05)

    worker.start()
    try:
        await worker.ready()
        await send(timestamp=SECRET, latitude=SECRET)
        refused = await until(logger="citystream.refusals")
        about = {"service": SERVICE, "topic": topic, "partition": 0, "offset": 0, "process": SERVICE}
        assert about.items() <= refused.items()
        assert (refused["role"], refused["level"]) == ("stream", "INFO")
        assert {"field", "reason"} <= refused.keys()

        os.kill(worker.process.pid, signal.SIGUSR1)
        await until(logger="citystream.logs.level", message="lines from DEBUG on; SIGUSR1 changes it back")
        await send()
        folded = await until(logger="citystream.stream", level="DEBUG", next_offset=4)
        assert (folded["topic"], folded["partition"], folded["offset"]) == (topic, 0, 2)
        await until(logger="citystream.state.checkpoint", level="DEBUG", partition=0, offset=4)
        await until(logger="citystream.sinks.buffered", level="DEBUG", sink="redis")
        os.kill(worker.process.pid, signal.SIGUSR1)
        await until(logger="citystream.logs.level", message="lines from INFO on; SIGUSR1 changes it back")
        quiet = len(worker.process.log.read_text())
        await send()
        await send(latitude=999.0)
        await until(logger="citystream.refusals", offset=6)
        assert worker.stop() == 0
    finally:
        worker.process.kill()
    text = worker.process.log.read_text()
    assert not [line for line in read(text[quiet:]) if line["level"] == "DEBUG"]
    # Of two refused alike one is told.
    assert len([line for line in read(text) if line["logger"] == "citystream.refusals"]) == 2
    assert SECRET not in text
