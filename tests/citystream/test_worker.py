"""The drain ends, whatever holds it."""

import subprocess
import sys

import pytest

from tests.harness.patience import PATIENCE_S

HELD = """
import asyncio, time
from citystream import worker
from citystream.roles import Running

class Held:
    async def stop(self):
        {holds}

worker.DRAIN_S = 0.5
asyncio.run(worker._drain([Running(Held(), Held(), None, ())], 3))
"""


@pytest.mark.parametrize("holds", ["time.sleep(60)", "await asyncio.sleep(60)"])
def test_a_drain_that_is_held_is_cut(holds: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HELD.format(holds=holds)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert ended.returncode == 3
    assert "was cut" in ended.stderr


def test_a_drain_in_time_is_not_cut() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HELD.format(holds="pass") + "\ntime.sleep(1)"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
