"""Work that ends well on SIGINT and SIGTERM."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from simulator.publisher import Publisher, PublishError

STOP_S = 6.0
"""How long a stop waits for what is on its way to Kafka; with the 2 s to close the connections it stays
below the 10 s after which containers are killed."""


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
            await asyncio.wait({working}, timeout=STOP_S if publisher.started else 0)
        if working.done():
            working.result()
            return
        working.cancel()
        await asyncio.wait({working})
        if publisher.waiting:
            raise PublishError(f"stopped with {publisher.waiting} records that Kafka did not acknowledge")
    finally:
        stopping.cancel()
        for number in signals:
            loop.remove_signal_handler(number)
