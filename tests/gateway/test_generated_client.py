"""A client that a generator makes, as docs/gateway.md shows it, asks the running gateway."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.gateway.running import VIEWER, Gateway
from tests.gateway.speed_layer import SpeedLayer

TEXT = (Path(__file__).parents[2] / "docs" / "gateway.md").read_text()
SECTION = TEXT.partition("## A client of your own")[2].partition("\n## ")[0]
(COMMANDS,) = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
(PROGRAM,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


def as_here(text: str, gateway: Gateway) -> str:
    """With this gateway and this user in the place of the example's."""
    return text.replace("http://127.0.0.1:8000", gateway.url).replace("ada:PASSWORD", ":".join(VIEWER))


async def run(folder: Path, *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.mark.timeout(120)
async def test_a_generated_client_reads_the_live_city(
    shared_gateway: Gateway, shared_speed: SpeedLayer, tmp_path: Path
) -> None:
    await shared_speed.position("generated-1", vehicle_type="bus", speed_kmh=31.5)
    await shared_gateway.until("/api/vehicles/generated-1", lambda answer: answer.get("speed_kmh") == 31.5)
    await run(tmp_path, "bash", "-ec", as_here(COMMANDS, shared_gateway))
    (tmp_path / "buses.py").write_text(as_here(PROGRAM, shared_gateway))
    lines = (await run(tmp_path, sys.executable, "buses.py")).splitlines()
    assert "generated-1 31.5" in lines
