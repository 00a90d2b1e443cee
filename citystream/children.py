"""Processes of a pool that work beside their parent: how they begin, and how they end."""

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import parent_process


def begin_child() -> None:
    """Called once in a child, first of all: it lives as long as its parent does, and no longer."""
    # A Ctrl-C is the parent's, which ends this one; one that is killed can't.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
    os._exit(0)


def end_children(pool: ProcessPoolExecutor) -> None:
    """End a pool and its processes, whatever they do: nobody waits for it."""
    running = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in running:
        process.kill()
