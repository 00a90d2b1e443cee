"""A worker that stands still says where: its stacks go to the log.

Two ways to stand still. The loop itself is held (a fold that never ends): then nothing in it can answer,
and a thread writes the stacks to stderr. Or the loop goes on and a task waits for what never comes: then the
chain of awaits of every task says for what.
"""

import asyncio
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

from citystream.logs.setup import write_past_locks

LOOKS = 4
"""So many looks without a sign of life, and a loop counts as held."""
SIGNS = 2
"""Signs of life between two looks."""


async def watch_loop(held_s: float) -> None:
    """Write all threads' stacks to stderr whenever this loop was held for so long. Until cancelled."""
    alive, ended = threading.Event(), threading.Event()
    look_s = held_s / LOOKS
    # Not by `faulthandler`: it reads stacks while they change, which kills a process that has just woken up.
    threading.Thread(target=_look, args=(alive, ended, look_s), name="stalls", daemon=True).start()
    try:
        while True:
            alive.set()
            await asyncio.sleep(look_s / SIGNS)
    finally:
        ended.set()


def _look(alive: threading.Event, ended: threading.Event, look_s: float) -> None:
    # Looks are counted, not seconds: while the whole process sleeps nobody looks, and that is no stall.
    silent = 0
    while not ended.wait(look_s):
        silent = 0 if alive.is_set() else silent + 1
        alive.clear()
        if silent and silent % LOOKS == 0:
            # Past logging's locks, one of which the held loop may have.
            write_past_locks(__name__, f"the loop is held for {silent * look_s:.1f} s\n{_stacks()}")


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "".join(
        f"thread {names.get(ident, ident)}:\n" + "".join(traceback.format_stack(frame))
        for ident, frame in sys._current_frames().items()
    )


def waiting_tasks() -> str:
    """What every task of the running loop awaits, from its own function down."""
    return "\n".join(
        f"task {task.get_name()}:\n" + "\n".join(f"  {frame}" for frame in _awaits(task.get_coro()))
        for task in asyncio.all_tasks()
    )


def _awaits(awaited: Any) -> Iterator[str]:
    while awaited is not None:
        # A coroutine, an asynchronous generator, or a plain generator under @types.coroutine.
        for kind in ("cr", "ag", "gi"):
            frame = getattr(awaited, f"{kind}_frame", None)
            if frame is not None:
                code = frame.f_code
                yield f"{code.co_filename}:{frame.f_lineno} {code.co_qualname}"
                awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
                break
        else:
            yield repr(awaited)
            return
