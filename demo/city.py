"""The whole city on this machine: servers, five services, gateway and simulator, as processes."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import httpx

from citystream.archive.bucket import create_bucket
from citystream.log.admin import create_topics
from citystream.settings import Settings
from demo.backends import Backends
from demo.credentials import Credentials, write_users_file
from demo.environment import city_environment, write_environment
from demo.monitoring import ABSENT, Monitoring, prometheus, write_targets
from demo.plan import SERVICES, Plan
from demo.servers.ports import free_port
from demo.servers.process import Process, installed
from demo.servers.server import ServerError
from demo.servers.tools import run
from demo.supervision import Child, CityDown, Say, revive, stop_together

WATCH_S = 0.2
READY_TIMEOUT_S = 90.0
STEP_TIMEOUT_S = 60.0


class City:
    """Start it, watch it, stop it; each part in its order.

    The simulator starts when all who read it are ready, and stops first.
    """

    def __init__(self, plan: Plan, backends: Backends, credentials: Credentials, say: Say) -> None:
        self.plan = plan
        self.backends = backends
        self.credentials = credentials
        self._say = say
        self.port = free_port(plan.port)
        self._health_ports = {name: free_port() for name in (*SERVICES, "forecast", "gateway")}
        self.services = [
            self._child(name, ["worker"], {"CITY_HEALTH_PORT": str(self._health_ports[name])})
            for name in SERVICES
        ]
        self.forecast = self._child(
            "forecast",
            ["worker", "--role", "forecast"],
            {"CITY_HEALTH_PORT": str(self._health_ports["forecast"])},
            program="traffic",
        )
        self.gateway = self._child(
            "gateway",
            ["serve", "--port", str(self.port)],
            {
                "CITY_GATEWAY_OPERATIONS_PORT": str(self._health_ports["gateway"]),
                "CITY_GATEWAY_USERS_FILE": str(plan.users_file),
            },
        )
        self.simulator = self._child("simulator", self._simulator_arguments(), {})
        program = prometheus() if plan.monitoring else None
        self.monitoring = Monitoring(plan, program) if program else None
        self._started: list[Child] = []
        self._threads = ThreadPoolExecutor(thread_name_prefix="servers")

    @property
    def settings(self) -> Settings:
        return self.backends.settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gateway_metrics_url(self) -> str:
        """Of its operations port, which asks for no password."""
        return f"http://127.0.0.1:{self._health_ports['gateway']}/metrics"

    @property
    def children(self) -> list[Child]:
        return [*self.workers, self.gateway, self.simulator, *self._beside]

    @property
    def workers(self) -> list[Child]:
        """Those that read topics."""
        return [*self.services, self.forecast]

    @property
    def _beside(self) -> list[Child]:
        return [self.monitoring.child] if self.monitoring else []

    def _child(
        self, name: str, arguments: list[str], extra: Mapping[str, str], program: str | None = None
    ) -> Child:
        environment = {**os.environ, **city_environment(self.settings), **extra}
        command = [installed(f"city-{program or name}"), *arguments]
        return Child(Process(name, command, self.plan.logs / f"{name}.log", environment))

    def _simulator_arguments(self) -> list[str]:
        plan = self.plan
        arguments = ["run", "--rate", str(plan.rate), "--seed", str(plan.seed)]
        arguments += ["--count-file", str(plan.count_file)]
        if plan.misbehave:
            arguments += ["--misbehave", ",".join(plan.misbehave)]
        return arguments

    async def start_servers(self) -> None:
        """Start the embedded servers, all at once, and write the city model; back when each answers.

        Raises:
            ServerError: one did not start, or the model could not be written.
        """
        loop = asyncio.get_running_loop()
        self._say(f"starting {', '.join(server.name for server in self.backends.servers) or 'no server'}")
        starts = [loop.run_in_executor(self._threads, one.start) for one in self.backends.servers]
        await asyncio.gather(*starts, loop.run_in_executor(self._threads, self._write_model))

    def _write_model(self) -> None:
        model = self.settings.model
        if model is not None and not model.exists():
            command = [
                installed("city-simulator"),
                "model",
                "--out",
                str(model),
                "--seed",
                str(self.plan.seed),
            ]
            run(command, STEP_TIMEOUT_S)

    async def start_services(self) -> None:
        """Bucket, topics, services and gateway; back when all are ready.

        Raises:
            BucketError, TopicsError: a server refuses.
            CityDown: the services were not ready in time.
        """
        await create_bucket(self.settings)
        await create_topics(self.settings, SERVICES)
        write_users_file(self.plan.users_file, self.credentials)
        write_environment(self.plan.environment_file, self.settings)
        write_targets(self.plan, self._health_ports)
        if self.monitoring:
            self.monitoring.write_config()
        elif self.plan.monitoring:
            self._say(ABSENT)
        for child in (*self.workers, self.gateway, *self._beside):
            self._start_child(child)
        self._say("waiting for the services and the gateway to be ready")
        await self._until_ready()

    def _start_child(self, child: Child) -> None:
        child.start()
        self._started.append(child)

    async def _until_ready(self) -> None:
        waiting = {name: f"http://127.0.0.1:{port}/readyz" for name, port in self._health_ports.items()}
        try:
            async with asyncio.timeout(READY_TIMEOUT_S), httpx.AsyncClient(timeout=2.0) as client:
                while waiting:
                    for name, url in list(waiting.items()):
                        if await _answers_200(client, url):
                            del waiting[name]
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise CityDown(
                f"not ready after {READY_TIMEOUT_S:.0f} s: {', '.join(waiting)}; see {self.plan.logs}"
            ) from error

    def start_simulator(self) -> None:
        """Let the city live."""
        self._say("all are ready; starting the simulator")
        self._start_child(self.simulator)

    async def stop_simulator(self, timeout_s: float) -> None:
        """Let it send what it has, and count it."""
        self._started.remove(self.simulator)
        await asyncio.to_thread(self.simulator.process.stop, timeout_s)

    async def watch(self) -> None:
        """Report crashes and start again what crashed, until cancelled.

        Raises:
            CityDown: a server did not come back.
        """
        loop = asyncio.get_running_loop()
        while True:
            for server in self.backends.servers:
                if server.process.exit_code is not None:
                    await loop.run_in_executor(self._threads, revive, server, self._say)
                    await create_bucket(self.settings)
            for child in self._started:
                child.check(self._say)
            await asyncio.sleep(WATCH_S)

    def stop(self) -> None:
        """Stop all in order: who sends, who reads, who answers, who keeps. About 10 s at the most."""
        last = [self.gateway, *self._beside]
        for children, timeout_s in (([self.simulator], 2.0), (self.workers, 5.0), (last, 2.0)):
            for name in stop_together([child.process for child in children], timeout_s):
                self._say(f"{name} did not stop within {timeout_s:.0f} s and was killed")
        # Nothing of theirs is kept, so there is nothing to wait for.
        stop_together([server.process for server in reversed(self.backends.servers)], 2.0)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def kill(self) -> None:
        """End everything at once."""
        for child in self.children:
            child.process.kill()
        for server in self.backends.servers:
            server.kill()


async def _answers_200(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


def claim(plan: Plan) -> IO[bytes]:
    """Take the folder for one run and empty it; the credentials stay. Held while the file is open.

    Raises:
        ServerError: another run has it.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    lock = (plan.folder / ".lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise ServerError(f"{plan.folder} is in use: another demo runs here; stop it first") from error
    for folder in (plan.state, plan.logs):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    return lock
