"""The gateway and the bare app in turn, Redis killed under the gateway, and its WebSocket clients."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import psutil

from bench.gateway.bare import Page
from bench.gateway.cores import Cores, pin
from bench.gateway.feeding import Feeding, Load
from bench.gateway.mix import Asked, large_of, mix_of, small_of
from bench.gateway.sockets import Watch, Watched, watch
from bench.gateway.users import Visit, Visited, visit
from bench.gateway_process import GatewayProcess
from bench.latency import Latencies, latencies
from bench.report import progress
from bench.worker import cpu_s
from citystream.settings import Settings
from demo.servers.ports import free_port
from demo.servers.process import Process
from demo.servers.server import Server, ServerError

R = TypeVar("R")

BARE_S = 30.0
SAMPLE_S = 0.25
# What garbage collection has to hold is there by then.
STEADY_S = 2.0
KIB = 1 << 10
LEAST_MESSAGES = 3


@dataclass(frozen=True)
class Size:
    """How much of it all."""

    vehicles: int = 1_000
    roads: int = 100
    rate: float = 1_000.0
    """Events per second that change the city."""
    users: int = 100
    rounds: int = 5
    seconds: float = 5.0
    """Of a round, of a server; of the outage; and of the WebSocket's measurement twice that."""
    warm_up_s: float = 1.0
    paced_per_s: float = 500.0
    clients: int = 1_000
    rate_ms: int | None = None
    """Of their subscriptions; None is each topic's own."""
    settle_s: float = 3.0
    """Snapshots have come by then, and every client's ticks have their place."""


@dataclass
class Rest:
    """The rounds of one server."""

    visits: list[Visited] = field(default_factory=list)
    server_cpu_s: float = 0.0

    @property
    def per_s(self) -> float:
        """Requests a second: the median round."""
        return statistics.median(one.per_s for one in self.visits)

    @property
    def p99_ms(self) -> float:
        """Over all rounds."""
        return percentile_ms(self.visits, 99)

    @property
    def clients_cores(self) -> float:
        """Cores that the clients took, at most in a round; near 1 they were what was measured."""
        return max(one.cpu_s / one.seconds for one in self.visits)

    @property
    def server_cores(self) -> float:
        """Cores that the server took."""
        return self.server_cpu_s / sum(one.seconds for one in self.visits)


def percentile_ms(visits: list[Visited], percent: float, after_s: float = 0.0) -> float:
    """Over the answers that ended after a moment of the monotonic clock.

    Raises:
        ValueError: there were none.
    """
    ms = [ms for one in visits for ms, ended_s in zip(one.ms, one.ended_s, strict=True) if ended_s >= after_s]
    return Latencies(tuple(ms), 0).percentile(percent)


@dataclass(frozen=True)
class Sockets:
    """What the WebSocket clients found."""

    latencies: Latencies
    """Of positions, from their own time."""
    kb_per_client: float
    watched: Watched
    seconds: float

    @property
    def since_tick(self) -> Latencies:
        """Of messages, from the tick at which each was due."""
        return Latencies(tuple(self.watched.delays_ms), 0)


@dataclass(frozen=True)
class Found:
    """All of it."""

    gateway: Rest
    bare: Rest
    sizes: dict[str, tuple[Rest, Rest]]
    """`small` and `large` answers alone: gateway, bare."""
    paced: dict[str, Visited]
    """The same at `Size.paced_per_s`, of the gateway."""
    outage: Visited
    outage_p99_ms: float
    sockets: Sockets


class Contest:
    """One run on one Redis, which a feed writes to."""

    def __init__(self, settings: Settings, redis: Server, folder: Path, cores: Cores, size: Size) -> None:
        self._settings = settings
        self._redis = redis
        self._folder = folder
        self._cores = cores
        self._size = size
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    async def hold(self) -> Found:
        """Run it.

        Raises:
            ServerError, AnswerError, SocketError: a part did not do as it should.
        """
        pin(self._redis.process.pid, self._cores.others)
        with self._pool:
            async with self._city() as feeding, self._gateway() as gateway:
                progress.print(f"{self._size.clients:,} WebSocket clients")
                # First, for memory is counted from that of a gateway that has just started.
                sockets = await self._sockets(gateway, feeding)
                rounds, sizes = await self._rounds(gateway)
                everything = [*rounds, *sizes["small"], *sizes["large"]]
                async with self._bare(gateway, everything) as bare:
                    mixed = await self._turns("mixed answers", gateway, feeding, bare, rounds)
                    found = {
                        name: await self._turns(f"{name} answers", gateway, feeding, bare, asked)
                        for name, asked in sizes.items()
                    }
                paced = {}
                for name, asked in sizes.items():
                    progress.print(f"{name} answers at {self._size.paced_per_s:g}/s")
                    plan = self._visit(gateway.port, gateway.authorization, asked)
                    paced[name] = await self._run(visit, replace(plan, per_s=self._size.paced_per_s))
                progress.print("Redis killed")
                outage, p99_ms = await self._outage(gateway, rounds)
        return Found(*mixed, found, paced, outage, p99_ms, sockets)

    async def _run(self, function: Callable[[Any], R], plan: Any) -> R:
        """In the clients' process."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, plan)

    @asynccontextmanager
    async def _city(self) -> AsyncIterator[Feeding]:
        size = self._size
        feeding = Feeding(Load(self._settings, size.vehicles, size.rate, self._cores.others))
        try:
            await asyncio.to_thread(feeding.start)
            yield feeding
        finally:
            feeding.kill()

    @asynccontextmanager
    async def _gateway(self) -> AsyncIterator[GatewayProcess]:
        gateway = GatewayProcess(self._settings, self._folder)
        try:
            await gateway.start()
            pin(gateway.process.pid, self._cores.server)
            yield gateway
        finally:
            gateway.stop()

    async def _rounds(
        self, gateway: GatewayProcess
    ) -> tuple[list[list[Asked]], dict[str, list[list[Asked]]]]:
        """Each user's round, mixed and by size; the box is from the middle of the city to its north-east."""
        async with _client(gateway) as client:
            roads = (await _get(client, "/api/traffic/live")).json()["roads"]
            vehicles = (await _get(client, "/api/vehicles/locations")).json()["vehicles"]
        east, north = [sorted(one[axis] for one in vehicles) for axis in ("longitude", "latitude")]
        middle = len(vehicles) // 2
        box = ",".join(f"{degrees:.4f}" for degrees in (east[middle], north[middle], east[-1], north[-1]))
        ids = [one["road_id"] for one in roads], [one["vehicle_id"] for one in vehicles]
        users = range(self._size.users)
        sizes = {"small": [small_of(user, ids[0]) for user in users], "large": [large_of() for _ in users]}
        return [mix_of(user, *ids, box) for user in users], sizes

    async def _turns(
        self,
        what: str,
        gateway: GatewayProcess,
        feeding: Feeding,
        other: tuple[Process, int],
        rounds: list[list[Asked]],
    ) -> tuple[Rest, Rest]:
        progress.print(f"{what}: gateway and bare Starlette in turn, {self._size.rounds} rounds")
        own, bare = Rest(), Rest()
        process, port = other
        for number in range(self._size.rounds):
            # Whoever comes second has the warmer machine.
            for turn in ("gateway", "bare") if number % 2 == 0 else ("bare", "gateway"):
                if turn == "gateway":
                    visit_ = self._visit(gateway.port, gateway.authorization, rounds)
                    await self._note(own, visit_, gateway.process)
                else:
                    with feeding.paused():
                        await self._note(bare, self._visit(port, None, rounds), process)
        return own, bare

    async def _note(self, rest: Rest, plan: Visit, process: Process) -> None:
        before_s = cpu_s(process)
        found = await self._run(visit, plan)
        rest.visits.append(found)
        # Of the warm-up too, so of that its share.
        share = found.seconds / (found.seconds + plan.warm_up_s)
        rest.server_cpu_s += (cpu_s(process) - before_s) * share
        progress.print(f"{process.name}: {found.per_s:,.0f}/s")

    def _visit(self, port: int, authorization: str | None, rounds: list[list[Asked]]) -> Visit:
        size = self._size
        targets = [[asked.target for asked in one] for one in rounds]
        return Visit(port, authorization, targets, size.warm_up_s, size.seconds, self._cores.others)

    @asynccontextmanager
    async def _bare(
        self, gateway: GatewayProcess, rounds: list[list[Asked]]
    ) -> AsyncIterator[tuple[Process, int]]:
        pages, port = self._folder / "pages", free_port()
        pages.write_bytes(msgspec.msgpack.encode(await self._pages(gateway, rounds)))
        process = Process(
            "bare",
            [sys.executable, "-m", "bench.gateway.bare", str(pages), str(port)],
            self._folder / "bare.log",
        )
        process.start()
        try:
            await _until_it_answers(process, f"http://127.0.0.1:{port}{rounds[0][0].target}")
            pin(process.pid, self._cores.server)
            yield process, port
        finally:
            process.stop()

    async def _pages(self, gateway: GatewayProcess, rounds: list[list[Asked]]) -> list[Page]:
        pages = []
        async with _client(gateway) as client:
            for asked in {one.target: one for round_ in rounds for one in round_}.values():
                answer = await _get(client, asked.target)
                media_type = answer.headers["content-type"]
                pages.append(Page(asked.route, asked.path, asked.query, media_type, answer.content))
        return pages

    async def _outage(self, gateway: GatewayProcess, rounds: list[list[Asked]]) -> tuple[Visited, float]:
        """Redis is killed when a quarter of the time has passed; p99 is of what ended after that."""
        plan = self._visit(gateway.port, gateway.authorization, rounds)
        running = asyncio.create_task(self._run(visit, plan))
        await asyncio.sleep(plan.warm_up_s + plan.seconds / 4)
        killed_s = time.monotonic()
        await asyncio.to_thread(self._redis.kill)
        found = await running
        async with _client(gateway) as client:
            source = (await _get(client, "/api/vehicles/locations")).json()["source"]
        if source == "speed":
            raise ServerError("Redis was killed, and the gateway did not notice")
        return found, percentile_ms([found], 99, killed_s)

    async def _sockets(self, gateway: GatewayProcess, feeding: Feeding) -> Sockets:
        size = self._size
        await asyncio.sleep(STEADY_S)
        process = psutil.Process(gateway.process.pid)
        before = process.memory_info().rss
        plan = Watch(
            gateway.port,
            gateway.authorization,
            size.clients,
            size.rate_ms,
            size.settle_s,
            2 * size.seconds,
            self._cores.others,
        )
        # Each topic that moves has had a few messages by then.
        plan = replace(plan, seconds=max(plan.seconds, LEAST_MESSAGES * plan.slowest_s))
        running = asyncio.create_task(self._run(watch, plan))
        samples: list[tuple[float, int]] = []
        while not running.done():
            samples.append((time.time() * 1000, process.memory_info().rss))
            await asyncio.wait((running,), timeout=SAMPLE_S)
        watched = await running
        most = max(rss for at_ms, rss in samples if watched.from_ms <= at_ms <= watched.end_ms)
        sent = await asyncio.to_thread(feeding.sent)
        counted = {
            vehicle: [time_ms for time_ms in times if watched.from_ms <= time_ms <= watched.to_ms]
            for vehicle, times in sent.items()
        }
        found = [latencies(counted, seen, watched.end_ms) for seen in watched.observed]
        all_ms = tuple(ms for one in found for ms in one.ms)
        return Sockets(
            Latencies(all_ms, sum(one.unseen for one in found)),
            (most - before) / size.clients / KIB,
            watched,
            plan.seconds,
        )


def _client(gateway: GatewayProcess) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{gateway.port}",
        headers={"Authorization": gateway.authorization, "Accept-Encoding": "identity"},
        timeout=10.0,
    )


async def _get(client: httpx.AsyncClient, target: str) -> httpx.Response:
    answer = await client.get(target)
    if answer.status_code != 200:
        raise ServerError(f"{target} answered {answer.status_code}: {answer.text}")
    return answer


async def _until_it_answers(process: Process, url: str) -> None:
    deadline = time.monotonic() + BARE_S
    async with httpx.AsyncClient(timeout=5.0) as client:
        while time.monotonic() < deadline and process.running:
            try:
                await client.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise ServerError(f"the bare app did not answer; its log ends:\n{process.last_lines()}")
