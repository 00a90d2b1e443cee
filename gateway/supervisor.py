"""Several gateway processes on one port: begins them, begins one that ended again, ends all in order.

Uvicorn's own supervisor does not fit: its configuration is pickled, which ours can't be; it holds the thread
that health and metrics are answered in, does not tell who ended and how, and its processes go on if it is
killed.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import c_bool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NoReturn

from citystream.logs import level
from citystream.race import race
from citystream.servers.breaker import Breaker
from gateway import audit, operations, server, worker
from gateway.authentication import Authenticator
from gateway.link import combined
from gateway.standing import Standing, Word
from gateway.worker import METRICS_FOLDER, Work

log = logging.getLogger("gateway")

# A worker speaks twice a second; one that is silent for so long hangs.
SILENT_S = 10.0

_spawn = get_context("spawn")


class Worker:
    """A process that runs, or did."""

    def __init__(self, work: Work, listener: socket.socket, debug: c_bool) -> None:
        """Begin it.

        Raises:
            OSError: the system has no room for one.
        """
        self.word = _spawn.RawValue(Word)
        self._began_s = monotonic()
        self.process = _spawn.Process(target=worker.run, args=(work, listener, self.word, debug))
        self.process.start()

    @property
    def alive(self) -> bool:
        """Whether it runs and does not hang."""
        heard_s = max(self._began_s, self.word.at_s)
        return self.process.is_alive() and monotonic() - heard_s < SILENT_S

    async def end(self) -> int | None:
        """Its exit code, negative for a signal, once it has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self.process.sentinel)
        self.process.join()
        return self.process.exitcode


class Supervisor:
    """As many workers as are wanted."""

    def __init__(self, work: Work, listener: socket.socket, metrics_folder: Path) -> None:
        self._work = work
        self._listener = listener
        self._metrics_folder = metrics_folder
        self._workers: dict[int, Worker] = {}
        self._asked_to_end = asyncio.Event()
        self._debug: c_bool = _spawn.RawValue(c_bool, level.is_debug())
        level.on_switch(self._switch)

    def _switch(self, debug: bool) -> None:
        self._debug.value = debug

    def standing(self) -> Standing:
        """How they stand now."""
        alive = [one.word for one in self._workers.values() if one.alive]
        ready = [word for word in alive if word.known]
        return Standing(
            self._work.own.processes,
            len(alive),
            len(ready),
            combined([word.source for word in ready]) if ready else "last-known",
            bool(ready) and all(word.redis_up for word in ready),
        )

    async def run(self) -> None:
        """Keep them until SIGINT or SIGTERM, and end when they have."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked_to_end.set)
        try:
            places = range(self._work.own.processes)
            await race(self._asked_to_end.wait(), *(self._keep(place) for place in places))
        finally:
            await self._end()

    async def _keep(self, place: int) -> NoReturn:
        breaker = Breaker()
        while True:
            try:
                await self._run_one(place, breaker)
            except OSError as error:
                breaker.failed(error)
                if not self._asked_to_end.is_set():
                    log.error("%s; another begins in %.1f s", error, breaker.retry_in_s)
            await asyncio.sleep(breaker.retry_in_s)

    async def _run_one(self, place: int, breaker: Breaker) -> NoReturn:
        """A worker from its beginning to its end.

        Raises:
            OSError: it ended, or could not begin; the message says how.
        """
        one = self._workers[place] = Worker(self._work_at(place), self._listener, self._debug)
        code = await one.end()
        if one.word.at_s:
            breaker.succeeded()
        self._forget(one)
        raise ChildProcessError(f"worker process {one.process.pid} ended with exit code {code}")

    def _work_at(self, place: int) -> Work:
        """The first alone looks for the newest day, which is the same for all."""
        if place == 0:
            return self._work
        return replace(self._work, own=self._work.own.model_copy(update={"batch_look_s": 0}))

    def _forget(self, one: Worker) -> None:
        """What it counted stays and its gauges go; of one that had not begun to serve, all goes."""
        what = "gauge_live*" if one.word.at_s else "*"
        for file in self._metrics_folder.glob(f"{what}_{one.process.pid}.db"):
            file.unlink()

    async def _end(self) -> None:
        # As long as anyone listens, who connects now would wait for nobody.
        self._listener.close()
        running = [one for one in self._workers.values() if one.process.is_alive()]
        for one in running:
            one.process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(server.LONGEST_END_S):
                await asyncio.gather(*(one.end() for one in running))
        for one in running:
            if one.process.is_alive():
                log.error("worker process %d does not end, and is killed", one.process.pid)
                one.process.kill()
                one.process.join()


def run(work: Work, public: server.Port, operations_port: server.Port, authenticator: Authenticator) -> None:
    """Serve until SIGINT or SIGTERM, then end in order; changes of the users file are told from here."""
    with _metrics_folder() as folder:
        supervisor = Supervisor(work, public.listener, folder)
        app = operations.application_of_several(supervisor.standing, folder)
        port = replace(operations_port, app=app)
        server.in_loop(port, _run(supervisor, port, authenticator))


async def _run(supervisor: Supervisor, port: server.Port, authenticator: Authenticator) -> None:
    async with server.beside(port):
        try:
            await race(supervisor.run(), authenticator.watch())
        finally:
            audit.tell_all()


@contextmanager
def _metrics_folder() -> Iterator[Path]:
    """Where the workers write their metrics; only they go by the variable, for here it comes too late."""
    with TemporaryDirectory(prefix="city-gateway-") as folder:
        os.environ[METRICS_FOLDER] = folder
        yield Path(folder)
