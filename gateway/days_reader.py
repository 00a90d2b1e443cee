"""Asks the process that reads the batch layer. It starts with the first question and ends with the gateway.

An S3 that is away costs the question that notices it `PATIENCE_S`. Those after it are told so at once, until
a probe beside them has an answer; it goes on also when nobody asks.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from citystream.children import end_children
from citystream.servers.breaker import Breaker
from citystream.settings import Settings
from gateway.days_process import begin, bodies, started
from gateway.layer_states import BatchLayer

log = logging.getLogger(__name__)

T = TypeVar("T")

# Of what lies in S3. Parts of an hour of a large city are read within a second on a machine that is not busy.
PATIENCE_S = 4.0
# The process has pyarrow to import, on a machine that may be busy.
START_S = 10.0
# Nobody waits for a probe; S3's client may take longer than a question has patience.
PROBE_S = 30.0


class DaysReader:
    """The process, and whether S3 answers it."""

    def __init__(self, settings: Settings, layer: BatchLayer, breaker: Breaker | None = None) -> None:
        self._settings = settings
        self._layer = layer
        self._breaker = breaker or Breaker()
        self._pool: ProcessPoolExecutor | None = None
        self._starting = asyncio.Lock()
        self._probing: asyncio.Task[None] | None = None

    async def ask(self, what: Callable[[Sequence[str]], list[T]], objects: Sequence[str]) -> list[T] | None:
        """What a function of the process makes of each object; None while S3 does not answer.

        Raises:
            FileNotFoundError: an object is not there.
            ValueError: an object can't be read.
        """
        if self._breaker.closed:
            try:
                found = await self._asked(what, objects, PATIENCE_S)
            except (FileNotFoundError, ValueError):
                self._answered()
                raise
            except (OSError, TimeoutError, BrokenProcessPool) as error:
                self._failed(error)
            else:
                self._answered()
                return found
        self._probe(objects[:1])
        return None

    def close(self) -> None:
        """End the process."""
        if self._probing:
            self._probing.cancel()
        if self._pool:
            end_children(self._pool)

    async def _asked(
        self, what: Callable[[Sequence[str]], list[T]], objects: Sequence[str], patience_s: float
    ) -> list[T]:
        pool = await self._started()
        async with asyncio.timeout(patience_s):
            return await asyncio.get_running_loop().run_in_executor(pool, what, objects)

    async def _started(self) -> ProcessPoolExecutor:
        async with self._starting:
            if self._pool is None:
                pool = ProcessPoolExecutor(1, get_context("spawn"), begin, (self._settings,))
                try:
                    async with asyncio.timeout(START_S):
                        await asyncio.get_running_loop().run_in_executor(pool, started)
                except BaseException:
                    end_children(pool)
                    raise
                self._pool = pool
            return self._pool

    def _probe(self, objects: Sequence[str]) -> None:
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._probed(objects))

    async def _probed(self, objects: Sequence[str]) -> None:
        while not self._breaker.closed:
            await asyncio.sleep(self._breaker.retry_in_s)
            try:
                await self._asked(bodies, objects, PROBE_S)
            except (OSError, TimeoutError, BrokenProcessPool) as error:
                self._failed(error)
            else:
                self._answered()

    def _answered(self) -> None:
        if self._breaker.succeeded():
            log.info("the batch layer can be read again")
        self._layer.asked("days", answered=True)

    def _failed(self, error: BaseException) -> None:
        self._layer.asked("days", answered=False)
        if self._breaker.failed(error):
            log.warning("the batch layer can't be read: %s", self._breaker.error)
        if isinstance(error, BrokenProcessPool) and self._pool:
            end_children(self._pool)
            self._pool = None
