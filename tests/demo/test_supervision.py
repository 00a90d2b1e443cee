"""A crash is told with the last words of who crashed, and mended."""

import asyncio
import sys
import time
from pathlib import Path

import psutil
import pytest

from citystream.race import race
from demo.servers.process import Process
from demo.servers.valkey import Valkey
from demo.supervision import Child, CityDown, pause_after, revive, stop_together
from tests.harness.patience import PATIENCE_S

pytestmark = pytest.mark.server

CRASHING = "print('about to fall'); raise SystemExit(3)"
SLEEPING = "import time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(name: str, code: str, folder: Path) -> Process:
    return Process(name, [sys.executable, "-c", code], folder / f"{name}.log")


def until(what: object, timeout_s: float = PATIENCE_S) -> None:
    assert callable(what)
    deadline = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_crashed_child_is_reported_with_its_last_lines_and_started_again(tmp_path: Path) -> None:
    child = Child(python("faller", CRASHING, tmp_path))
    said: list[str] = []
    child.start()
    first = child.process.pid
    until(lambda: not child.process.running)

    child.check(said.append)
    assert "faller ended with status 3" in said[0]
    assert "about to fall" in said[0]

    child.check(said.append)
    assert child.restarts == 0, "it waits for its pause to be over"
    child.due_at = time.monotonic()
    child.check(said.append)
    assert child.restarts == 1
    assert child.process.pid != first
    child.process.kill()


def test_a_child_that_keeps_crashing_is_started_ever_more_slowly() -> None:
    assert [pause_after(crashes) for crashes in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_server_that_was_killed_comes_back(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    server.start()
    said: list[str] = []
    server.kill()
    revive(server, said.append)
    assert server.answers()
    assert "valkey ended with status -9" in said[0]
    server.kill()


def test_a_server_that_can_not_come_back_takes_the_city_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.supervision.FIRST_PAUSE_S", 0.01)
    server = Valkey(tmp_path / "first")
    server.start()
    server.kill()
    taker = Valkey(tmp_path / "second", port=server.port)
    taker.start()
    said: list[str] = []
    with pytest.raises(CityDown, match="valkey did not come back"):
        revive(server, said.append)
    assert "another program has port" in said[-1]
    taker.kill()


def test_all_are_asked_at_once_and_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    processes = [python("sleeper", SLEEPING, tmp_path), python("deaf", DEAF, tmp_path)]
    for process in processes:
        process.start()
    for process in processes:
        until(lambda process=process: "up" in process.last_lines())
    family = [psutil.Process(process.pid) for process in processes]
    assert stop_together(processes, 3.0) == ["deaf"]
    assert not psutil.wait_procs(family, timeout=PATIENCE_S)[1]


async def test_the_first_to_end_a_race_ends_it_for_all() -> None:
    cancelled = asyncio.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    async def failing() -> None:
        raise CityDown("gone")

    with pytest.raises(CityDown, match="gone"):
        await race(slow(), failing())
    assert cancelled.is_set()
