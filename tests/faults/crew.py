"""Workers and servers under faults: who there is, and how each is struck."""

import asyncio
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from citystream.settings import Settings
from demo.servers.server import Server
from tests.faults.schedule import Fault, Kind, Lengths, Step
from tests.harness import kafka_log
from tests.harness.kept_valkey import KeptValkey
from tests.harness.patience import PATIENCE_S
from tests.harness.proxy import Mode, Proxy
from tests.harness.workers import Worker

MODES = {Kind.REFUSED: Mode.REFUSE, Kind.SLOW: Mode.SLOW}


class Member:
    """One worker process with a disk of its own."""

    def __init__(
        self, name: str, service: str, role: str, settings: Settings, command: Sequence[str] | None = None
    ) -> None:
        """`command` is instead of the installed `city-<type>`."""
        self.name = name
        self.folds = role != "archive"
        self.worker = Worker(service, settings, settings.data_dir.with_suffix(".logs"), role, command)
        self.disk = settings.data_dir

    def lose_disk(self) -> None:
        shutil.rmtree(self.disk, ignore_errors=True)


@dataclass(frozen=True)
class Target:
    """A server, what may happen to it, and what workers reach it through."""

    server: Server
    lengths: Lengths
    proxy: Proxy | None = None


class Crew:
    """All processes that faults may strike."""

    def __init__(self, members: Sequence[Member], servers: Mapping[str, Target]) -> None:
        self.members = {member.name: member for member in members}
        self._servers = servers

    async def start(self) -> None:
        for member in self.members.values():
            member.worker.start()
        for member in self.members.values():
            await member.worker.ready()

    async def suffer(self, step: Step) -> None:
        """Let everything of a step happen; all processes run again afterwards."""
        async with asyncio.TaskGroup() as group:
            for fault in step:
                group.create_task(self._strike(fault))

    async def _strike(self, fault: Fault) -> None:
        await asyncio.sleep(fault.after_s)
        if fault.target in self.members:
            await _strike_worker(self.members[fault.target], fault)
        else:
            await _strike_server(self._servers[fault.target], fault)

    def check_running(self) -> None:
        """Nobody ends but by a fault of ours."""
        for member in self.members.values():
            worker = member.worker
            assert worker.process.running, (
                f"{member.name} ended by itself ({worker.process.exit_code}):\n{worker.log_tail()}"
            )

    async def works_off(
        self, settings: Settings, services: Iterable[str], seconds: float = PATIENCE_S
    ) -> None:
        """Wait until all that lies in the log now is folded, archived and committed; nobody may end."""
        await asyncio.gather(*(kafka_log.drained(settings, service, seconds) for service in services))
        self.check_running()

    async def flushed(self) -> None:
        """Wait until the sinks have everything, of those too that are only just back."""
        for member in self.members.values():
            if member.folds:
                await member.worker.ready()
                await member.worker.flushed("redis", "elasticsearch")

    async def stop(self) -> None:
        """SIGTERM to all; each must end in order."""
        codes = await asyncio.gather(
            *(asyncio.to_thread(member.worker.stop) for member in self.members.values())
        )
        assert not any(codes), codes

    def kill(self) -> None:
        """Whoever still runs, when a test is over."""
        for member in self.members.values():
            member.worker.process.kill()


async def _strike_worker(member: Member, fault: Fault) -> None:
    process = member.worker.process
    if fault.kind is Kind.FROZEN:
        process.pause()
        await asyncio.sleep(fault.for_s)
        process.resume()
        return
    if fault.kind is Kind.LEFT:
        # It may be back from its last fault only just now.
        await member.worker.started()
        code = await asyncio.to_thread(member.worker.stop)
        assert code == 0, f"{member.name} ended with {code}:\n{member.worker.log_tail()}"
    else:
        await asyncio.to_thread(process.kill)
    if fault.kind is Kind.KILLED_EMPTY:
        member.lose_disk()
    await asyncio.sleep(fault.for_s)
    member.worker.start()


async def _strike_server(target: Target, fault: Fault) -> None:
    server = target.server
    if fault.kind is Kind.FROZEN:
        server.pause()
        await asyncio.sleep(fault.for_s)
        server.resume()
    elif fault.kind in MODES:
        assert target.proxy
        await target.proxy.be(MODES[fault.kind])
        await asyncio.sleep(fault.for_s)
        await target.proxy.be(Mode.PASS)
    else:
        if fault.kind is not Kind.EMPTIED:
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(fault.for_s)
            await asyncio.to_thread(server.start)
        if fault.kind is not Kind.KILLED:
            assert isinstance(server, KeptValkey)
            await server.empty()
