"""The kit's peers: workers as they run in a city, told to stop when they have folded all."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families

from bench.servers import SINKS_NOWHERE, Kind
from bench.stream import archived, changelog
from bench.stream.commits import Commits, forget
from bench.stream.job import Job
from bench.stream.peer import AROUND_S, Peer, PeerFailed, Run, ended, process_of, running, watched
from bench.worker import cpu_s
from citystream.contracts import topics
from citystream.log.admin import create_topics
from citystream.servers.connections import kafka_options, redis_client
from citystream.service import Service
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.ports import free_port
from demo.servers.process import Process

# Often until the first record, to know when it came; then seldom, as every answer costs the worker.
FIRST_LOOK_S = 0.02
LOOK_S = 0.25
ALL_S = 600.0
STOP_S = 20.0
GONE_LOOKS = 40


class Worker(Peer):
    """A service's worker, one process a role."""

    def __init__(
        self,
        name: str,
        what: str,
        guarantee: str,
        *,
        service: Service[Any],
        command: Sequence[str],
        roles: tuple[str, ...] = ("stream",),
        kinds: tuple[Kind, ...] = (),
        deduplicate: bool = False,
    ) -> None:
        """`command` is the service's; sinks of other kinds than these point nowhere."""
        super().__init__(name, what, guarantee)
        self.kinds = kinds
        self._service = service
        self._command = command
        self._roles = roles
        self._deduplicate = deduplicate

    async def run(self, settings: Settings, job: Job) -> Run:
        settings = self._settings(settings, job)
        groups = [topics.app_id(settings.namespace, self._service.name)]
        if "archive" in self._roles:
            groups.append(topics.archive_group(settings.namespace, self._service.name))
        await self._begin_anew(settings, job.topic, groups)
        ports = {role: free_port() for role in self._roles}
        processes = {role: self._process(settings, job, role, port) for role, port in ports.items()}
        watch = watched(Commits(settings, job.topic, groups))
        async with watch as commits, running(*processes.values()):
            started, before = await self._first(processes["stream"], ports["stream"])
            cpu_before_s = {role: cpu_s(process) for role, process in processes.items()}
            await self._all(processes, ports, job.events)
            spent = {
                str(role): await _spent(port, role) | {"cpu": cpu_s(processes[role]) - cpu_before_s[role]}
                for role, port in ports.items()
            }
            for process in processes.values():
                process.ask_to_stop()
            for process in processes.values():
                await ended(process, STOP_S)
        if "archive" in self._roles:
            await archived.check(settings, self._service.name, commits.positions)
        windows = await changelog.windows(settings, self._service)
        return Run(commits.records - before, commits.changed_at - started, commits.positions, windows, spent)

    def _settings(self, settings: Settings, job: Job) -> Settings:
        changes: dict[str, Any] = {sink: url for sink, url in SINKS_NOWHERE.items() if sink not in self.kinds}
        changes |= {
            "data_dir": Path(job.folder) / "tables",
            "deduplicate": self._deduplicate,
            "s3_bucket": job.group,
        }
        return settings.model_copy(update=changes)

    def _process(self, settings: Settings, job: Job, role: str, port: int) -> Process:
        environment = city_environment(settings) | {"CITY_HEALTH_PORT": str(port)}
        command = [*self._command, "worker", "--role", role]
        return process_of(f"{self.name}-{role}", command, job, environment)

    async def _begin_anew(self, settings: Settings, topic: str, groups: Sequence[str]) -> None:
        """Take away what an earlier run left: positions, tables, live views."""
        for group in groups:
            await forget(settings, topic, group)
        name = self._service.name
        own = [topics.changelog(settings.namespace, name), topics.dead_letters(settings.namespace, name)]
        admin = AIOKafkaAdminClient(**kafka_options(settings))
        await admin.start()
        try:
            await admin.delete_topics(own)
            for _ in range(GONE_LOOKS):
                if not set(own) & set(await admin.list_topics()):
                    break
                await asyncio.sleep(LOOK_S)
        finally:
            await admin.close()
        await create_topics(settings, [name])
        if "redis" in self.kinds:
            async with redis_client(settings) as redis:
                await redis.flushall()

    async def _first(self, process: Process, port: int) -> tuple[float, int]:
        """When the first records were seen to be folded, and how many those were."""
        deadline = time.monotonic() + AROUND_S
        async with httpx.AsyncClient() as client:
            while time.monotonic() < deadline and process.running:
                found = await _status(client, port, "stream")
                if found and found["events"]:
                    return time.monotonic(), found["events"]
                await asyncio.sleep(FIRST_LOOK_S)
        raise PeerFailed(f"{process.name} folds nothing:\n{process.last_lines()}")

    async def _all(self, processes: dict[str, Process], ports: dict[str, int], events: int) -> None:
        """Wait until each role has taken all records."""
        deadline = time.monotonic() + ALL_S
        async with httpx.AsyncClient() as client:
            for role, process in processes.items():
                while True:
                    found = await _status(client, ports[role], role)
                    if found and found["events"] + _buffered(found) >= events:
                        break
                    if not process.running or time.monotonic() > deadline:
                        raise PeerFailed(f"{process.name} does not fold all:\n{process.last_lines()}")
                    await asyncio.sleep(LOOK_S)


async def _status(client: httpx.AsyncClient, port: int, role: str) -> dict[str, Any] | None:
    """What a worker says of a role; None while it says nothing."""
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/healthz")
    except httpx.TransportError:
        return None
    found: dict[str, Any] | None = answer.json()["roles"].get(role)
    return found


async def _spent(port: int, role: str) -> dict[str, float]:
    """Where a worker's seconds went, as it says itself."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return {
        sample.labels["activity"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "city_seconds_total" and sample.labels["role"] == role
    }


def _buffered(status: dict[str, Any]) -> int:
    """Records that the archive role has read and will write when it stops."""
    waiting: int = status["sinks"].get("s3", {"pending": 0})["pending"]
    return waiting
