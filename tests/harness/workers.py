"""Workers of a service as processes of their own, which a test may kill."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.ports import free_port
from demo.servers.process import Process, installed
from tests.harness.patience import PATIENCE_S


class Worker:
    """One `city-<type> worker`."""

    def __init__(
        self,
        service: str,
        settings: Settings,
        folder: Path,
        role: str = "all",
        command: Sequence[str] | None = None,
    ) -> None:
        """`command` is instead of the installed `city-<type>`."""
        self.port = free_port()
        self.process = Process(
            f"city-{service}",
            [*(command or [installed(f"city-{service}")]), "worker", "--role", role],
            folder / f"{service}-{role}.log",
            {**os.environ, **city_environment(settings), "CITY_HEALTH_PORT": str(self.port)},
        )

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.process.pid, signal.SIGKILL)
        while self.process.running:
            time.sleep(0.01)

    def stop(self) -> int:
        """SIGTERM, and wait; the exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while self.process.running:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.process.name} does not stop:\n{self.log_tail()}")
            time.sleep(0.05)
        return self.process.exit_code or 0

    def log_tail(self) -> str:
        return self.process.log.read_text(errors="replace")[-4000:]

    async def ready(self) -> None:
        """Wait until every partition is open."""
        await self._until("/readyz")

    async def started(self) -> None:
        """Wait until it answers: from then on a SIGTERM ends it in order."""
        await self._until("/metrics")

    async def _until(self, path: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        async with httpx.AsyncClient() as client:
            while time.monotonic() < deadline:
                assert self.process.running, f"{self.process.name} ended:\n{self.log_tail()}"
                try:
                    answer = await client.get(f"http://127.0.0.1:{self.port}{path}")
                    if answer.status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(f"{self.process.name}: {path} is not answered with 200:\n{self.log_tail()}")

    async def health(self) -> dict[str, Any]:
        """What /healthz says."""
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.get(f"http://127.0.0.1:{self.port}/healthz")
        found: dict[str, Any] = answer.json()
        return found

    async def metrics(self) -> str:
        """What Prometheus would be answered."""
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(f"http://127.0.0.1:{self.port}/metrics")
        return answer.text

    async def metric(self, name: str, **labels: str) -> float | None:
        """Sum of a metric's samples that have these labels; None where there is none."""
        samples = [
            sample.value
            for family in text_string_to_metric_families(await self.metrics())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(samples) if samples else None

    async def sink_state(self, sink: str) -> str:
        """up or down, as the role says that writes to it."""
        sinks = {
            name: one
            for role in (await self.health())["roles"].values()
            for name, one in role["sinks"].items()
        }
        state: str = sinks[sink]["state"]
        return state

    async def flushed(self, *sinks: str) -> None:
        """Wait until nothing waits for these sinks."""
        deadline = time.monotonic() + PATIENCE_S
        pending: dict[str, int] = {}
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            while time.monotonic() < deadline:
                answer = await client.get(f"http://127.0.0.1:{self.port}/healthz")
                found = answer.json()["roles"]["stream"]["sinks"]
                pending = {sink: found[sink]["pending"] for sink in sinks}
                if not any(pending.values()):
                    return
                await asyncio.sleep(0.25)
        raise AssertionError(f"not flushed: {pending}")
