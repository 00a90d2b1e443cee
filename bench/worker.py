"""Workers of a service as processes of their own: when they are live, and what CPU they took."""

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import httpx
import psutil

from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.ports import free_port
from demo.servers.process import Process, installed
from demo.servers.server import ServerError

ASK_S = 0.1
STOP_S = 30.0


class Worker:
    """One `city-<type> worker --role stream`, with a table of its own."""

    def __init__(self, type_: str, settings: Settings, folder: Path, number: int = 1) -> None:
        """Put table and log below `folder`; `number` tells workers of one service apart."""
        self.port = free_port()
        name = f"{settings.namespace}-{type_}-{number}"
        own = settings.model_copy(update={"data_dir": folder / "tables" / name, "health_port": self.port})
        self.process = Process(
            name,
            [installed(f"city-{type_}"), "worker", "--role", "stream"],
            folder / f"{name}.log",
            {**os.environ, **city_environment(own)},
        )

    def start(self) -> None:
        self.process.start()

    def cpu_s(self) -> float:
        """CPU that it took since its start, in user and system mode, s."""
        return cpu_s(self.process)

    async def metric(self, name: str, *labels: str) -> float:
        """Sum of a metric's values that carry all of these labels (`activity="fold"`)."""
        async with httpx.AsyncClient(timeout=30.0) as client:
            text = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        lines = [line for line in text.splitlines() if line.startswith(f"{name}{{")]
        return sum(float(line.rpartition(" ")[2]) for line in lines if all(label in line for label in labels))

    async def folding_s(self) -> float:
        """Seconds that the stream role decoded and folded, as it says itself."""
        activities = [f'activity="{activity}"' for activity in ("decode", "fold")]
        return sum([await self.metric("city_seconds_total", 'role="stream"', one) for one in activities])


def cpu_s(process: Process) -> float:
    """CPU that a process took since its start, in user and system mode, s."""
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


async def until_live(workers: Sequence[Worker], partitions: int, timeout_s: float) -> None:
    """Wait until the workers are ready and have all partitions between them.

    Raises:
        ServerError: one ended, or they were not live in time.
    """
    deadline = time.monotonic() + timeout_s
    async with httpx.AsyncClient(timeout=10.0) as client:
        while time.monotonic() < deadline:
            for worker in workers:
                if not worker.process.running:
                    raise _failed(worker, f"ended with status {worker.process.exit_code}")
            owned = [await _owned(client, worker) for worker in workers]
            if all(owned) and sum(owned) == partitions:
                return
            await asyncio.sleep(ASK_S)
    raise _failed(workers[0], f"was not live within {timeout_s:.0f} s")


def _failed(worker: Worker, what: str) -> ServerError:
    process = worker.process
    return ServerError(f"{process.name} {what}; its log ends:\n{process.last_lines()}")


async def _owned(client: httpx.AsyncClient, worker: Worker) -> int:
    """Partitions that a worker has and answers for; 0 while it is not ready."""
    url = f"http://127.0.0.1:{worker.port}"
    try:
        ready = (await client.get(f"{url}/readyz")).status_code == 200
        owned: int = (await client.get(f"{url}/healthz")).json()["roles"]["stream"]["partitions"]
    except httpx.TransportError:
        return 0
    return owned if ready else 0


def stop_all(workers: Iterable[Worker]) -> None:
    """Let all drain and end."""
    running = [worker.process for worker in workers]
    for process in running:
        process.ask_to_stop()
    for process in running:
        process.stop(STOP_S)
