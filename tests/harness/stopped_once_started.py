"""The traffic service, frozen when it has found its topics and before it connects to read them."""

import asyncio
import os
import signal
from typing import Any

from citystream import worker
from citystream.commands.service import command_line
from citystream.service import Service
from citystream.settings import Settings
from tests.services.descriptions import SERVICES

wait_for_topics = worker._wait_for_topics


async def wait_then_freeze(service: Service[Any], settings: Settings, role: str, stop: asyncio.Event) -> bool:
    """As the worker waits, and then until SIGCONT."""
    found = await wait_for_topics(service, settings, role, stop)
    os.kill(os.getpid(), signal.SIGSTOP)
    # A signal to oneself may take a moment.
    await asyncio.sleep(0.1)
    return found


worker._wait_for_topics = wait_then_freeze

if __name__ == "__main__":
    command_line(SERVICES["traffic"])()
