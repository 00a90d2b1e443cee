"""Work that ends well on SIGINT and SIGTERM."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from simulator.publisher import Publisher, PublishError

STOP_S = 10.0
"""How long a stop waits for what is on its way to Kafka."""


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]], publisher: Publisher) -> None:
    """Do the work, which is to end soon after its event is set; a signal sets it.

    Raises:
        PublishError: after a signal, Kafka did not acknowledge what was sent in time.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    working = asyncio.ensure_future(work(stop))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await asyncio.wait({working}, timeout=STOP_S)
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
            raise PublishError(f"stopped with {publisher.waiting} records that Kafka did not acknowledge")
        working.result()
    finally:
        stopping.cancel()
        for number in signals:
            loop.remove_signal_handler(number)
