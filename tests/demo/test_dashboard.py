"""The page's build, beside a city."""

import asyncio
from pathlib import Path

import psutil

from demo.dashboard import built_beside
from tests.harness.patience import PATIENCE_S

URL = "http://127.0.0.1:8000"


async def test_what_is_built_is_told_with_its_place_and_ends_no_city(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    building = asyncio.create_task(built_beside("true", tmp_path / "log", URL, said.put_nowait))
    async with asyncio.timeout(PATIENCE_S):
        assert await said.get() == f"the map is built: {URL}"
    assert not building.done()
    building.cancel()
    await asyncio.wait([building])
    assert building.cancelled()


async def test_a_command_that_is_not_there_is_told_and_ends_no_city(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    building = asyncio.create_task(built_beside("no-such-make", tmp_path / "log", URL, said.put_nowait))
    async with asyncio.timeout(PATIENCE_S):
        told = await said.get()
    assert "no-such-make: No such file or directory" in told
    assert "goes on without its map" in told
    assert not building.done()
    building.cancel()
    await asyncio.wait([building])


async def test_a_build_that_is_not_done_ends_with_the_city(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = f"sh -c 'sleep 600 & echo $$ $! > {pids}.partial; mv {pids}.partial {pids}; wait'"
    building = asyncio.create_task(built_beside(command, tmp_path / "log", URL, print))
    async with asyncio.timeout(PATIENCE_S):
        while not pids.exists():
            await asyncio.sleep(0.02)
    processes = [psutil.Process(int(pid)) for pid in pids.read_text().split()]
    building.cancel()
    await asyncio.wait([building])
    left = psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
    assert not [one for one in left if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
