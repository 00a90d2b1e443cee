"""Run several things until the first of them ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def race(*runners: Coroutine[Any, Any, object]) -> None:
    """Come back, or raise, as the first one does; the others are cancelled and waited for."""
    tasks = [asyncio.ensure_future(one) for one in runners]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
