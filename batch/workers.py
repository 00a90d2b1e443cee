"""Processes that work beside this one: decoding and folding take a core each."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any, ClassVar, TypeVar

from obstore.store import S3Store

from batch.object_store import object_store
from citystream.garbage import collect_seldom
from citystream.installed import installed_service
from citystream.service import Service
from citystream.settings import Settings

T = TypeVar("T")
R = TypeVar("R")


class Worker:
    """What such a process keeps from task to task."""

    runner: ClassVar[asyncio.Runner]
    store: ClassVar[S3Store]
    settings: ClassVar[Settings]
    services: ClassVar[dict[str, Service[Any]]] = {}

    @classmethod
    def service(cls, type_: str) -> Service[Any]:
        """A service, made once."""
        if type_ not in cls.services:
            cls.services[type_] = installed_service(type_, cls.settings)
        return cls.services[type_]


def _begin(settings: Settings) -> None:
    # A Ctrl-C is the parent's, which ends this one; one that is killed can't.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    collect_seldom()
    Worker.settings = settings
    Worker.store = object_store(settings)
    Worker.runner = asyncio.Runner()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
    os._exit(0)


@contextmanager
def workers(settings: Settings, processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes for the length of a block; they are ended with it, whatever they do."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (settings,))
    try:
        yield pool
    finally:
        running = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.kill()


async def as_done(
    pool: ProcessPoolExecutor, work: Callable[[T], R], tasks: Sequence[T]
) -> AsyncIterator[tuple[T, R]]:
    """Each task and its result, as they are done.

    Raises:
        Exception: what `work` raised.
    """
    loop = asyncio.get_running_loop()

    async def one(task: T) -> tuple[T, R]:
        return task, await loop.run_in_executor(pool, work, task)

    running = [asyncio.ensure_future(one(task)) for task in tasks]
    try:
        for done in asyncio.as_completed(running):
            yield await done
    finally:
        for each in running:
            each.cancel()


def in_worker(work: Awaitable[R]) -> R:
    """Run a coroutine in a worker's own loop."""

    async def wait() -> R:
        return await work

    return Worker.runner.run(wait())
