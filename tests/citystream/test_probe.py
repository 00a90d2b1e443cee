"""The health check of containers, against a process that is well, one that is stuck, and none."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from citystream.contracts.status import ProcessStatus
from citystream.health import Health
from citystream.metrics import Metrics
from demo.servers.ports import free_port
from tests.conftest import MakeSettings


class Role:
    """A role that says of itself what it is told to."""

    role = "stream"

    def __init__(self, stuck: bool) -> None:
        self.stuck = stuck

    def status(self, instance: str, port: int) -> ProcessStatus:
        return ProcessStatus(
            process="gps", role=self.role, instance=instance, at_ms=0, health_port=port, state="up"
        )


async def ask(port: int) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "citystream.probe", "CITY_HEALTH_PORT"),
        env={"CITY_HEALTH_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()


@asynccontextmanager
async def answering(settings: Any, stuck: bool) -> AsyncIterator[int]:
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    health = Health(settings, Metrics("gps"), [Role(stuck)])
    serving = asyncio.create_task(health.serve(bound.set_result))
    try:
        yield await bound
    finally:
        await health.close()
        await serving


async def test_who_is_well_passes(settings: MakeSettings) -> None:
    async with answering(settings(), stuck=False) as port:
        code, told = await ask(port)
    assert (code, '"stuck":[]' in told) == (0, True)


async def test_who_is_stuck_fails_and_says_what(settings: MakeSettings) -> None:
    async with answering(settings(), stuck=True) as port:
        code, told = await ask(port)
    assert (code, '"stuck":["stream"]' in told) == (1, True)


async def test_who_does_not_answer_fails() -> None:
    port = free_port()
    code, told = await ask(port)
    assert code == 1
    assert told.startswith(f"port {port}: ")
