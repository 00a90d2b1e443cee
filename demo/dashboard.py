"""The page with the map, built beside the city that starts: nothing waits for it, or fails with it."""

import asyncio
import math
import shlex
from pathlib import Path

from demo.servers.process import Process
from demo.supervision import Say, last_words

WATCH_S = 0.2


async def built_beside(command: str, log: Path, url: str, say: Say) -> None:
    """Run the command that builds it, and say what came of it; go on until cancelled, as the city does."""
    building = Process("dashboard", shlex.split(command), log)
    try:
        building.start()
        while True:
            await asyncio.sleep(WATCH_S)
            if not building.running:
                break
        if building.exit_code == 0:
            say(f"the map is built: {url}")
        else:
            say(f"{last_words(building)}\nthe city goes on without its map; `make dashboard` builds it")
        await asyncio.sleep(math.inf)
    finally:
        building.kill()
