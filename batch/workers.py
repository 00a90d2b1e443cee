"""Processes that work beside this one: decoding and folding take a core each."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, ClassVar, TypeVar

from obstore.store import S3Store

from batch.object_store import object_store
from citystream.children import begin_child, end_children
from citystream.garbage import collect_seldom
from citystream.installed import installed_service
from citystream.logs.setup import configure_logging
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
    begin_child()
    configure_logging(settings.log, "batch", "decoder")
    collect_seldom()
    Worker.settings = settings
    Worker.store = object_store(settings)
    Worker.runner = asyncio.Runner()


@contextmanager
def workers(settings: Settings, processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes for the length of a block; they are ended with it, whatever they do."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (settings,))
    try:
        yield pool
    finally:
        end_children(pool)


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


def in_worker(work: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine in a worker's own loop."""
    return Worker.runner.run(work)
