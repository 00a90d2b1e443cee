"""The roles that a worker process runs, each with its Faust app."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import faust

from citystream.contracts.status import ProcessStatus
from citystream.log.source import Log


class Role(Protocol):
    """What a worker starts and stops."""

    log: Log

    async def start(self) -> None: ...
    async def stop(self) -> None:
        """Save what can be saved, within seconds."""
        ...


class RoleHealth(Protocol):
    """How a role does."""

    @property
    def role(self) -> str: ...
    @property
    def stuck(self) -> bool: ...
    def status(self, instance: str, port: int) -> ProcessStatus: ...


@dataclass(frozen=True)
class Running:
    """A role as a worker runs it."""

    app: faust.App
    role: Role
    health: RoleHealth
    clocks: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    """What it does until cancelled, beside what its app hands it."""
