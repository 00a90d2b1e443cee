"""A loop that is held many times while other threads run, watched all the time."""

import asyncio
import contextlib
import json
import threading
import time

from citystream.stalls import watch_loop

HELD_S = 0.02
ROUNDS = 30


def churn(ended: threading.Event) -> None:
    """Calls and returns without end: frames come and go."""
    while not ended.is_set():
        json.loads(json.dumps({"a": [{"b": 1}] * 20}))


async def main() -> None:
    ended = threading.Event()
    threads = [threading.Thread(target=churn, args=(ended,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    watching = asyncio.create_task(watch_loop(HELD_S))
    for _ in range(ROUNDS):
        await asyncio.sleep(HELD_S)
        time.sleep(4 * HELD_S)  # noqa: ASYNC251 - to hold the loop is the point
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    ended.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    asyncio.run(main())
