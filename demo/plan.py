"""What a demo shall be: chosen on the command line, fixed while it runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from citystream.contracts.registry import EVENTS

Broker = Literal["embedded", "apache"]

SERVICES = tuple(EVENTS)
"""One worker process each."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One run of the city on this machine."""

    folder: Path
    """Everything that the run writes lies below it."""
    broker: Broker = "embedded"
    rate: int = 1_000
    """Events per second that the simulator sends."""
    seed: int = 1
    port: int = 8_000
    """Of the gateway, if it is free."""
    misbehave: tuple[str, ...] = ()
    """What the simulator does wrong on purpose."""
    namespace: str | None = None
    """Of topics, keys, objects and indices, unless CITY_NAMESPACE is set; None is the setting's own."""
    monitoring: bool = False
    """Whether a Prometheus is started beside it, where this machine has one."""
    archive_s: float | None = None
    """Age at which an archived object is cut; None is the setting's own."""

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def state(self) -> Path:
        """What a run keeps while it runs: servers' data, tables, the city model. Emptied at each start."""
        return self.folder / "state"

    @property
    def credentials_file(self) -> Path:
        return self.folder / "credentials.json"

    @property
    def users_file(self) -> Path:
        """The gateway's users."""
        return self.state / "gateway-users.json"

    @property
    def environment_file(self) -> Path:
        """The services' settings, for a shell."""
        return self.state / "environment"

    @property
    def targets_file(self) -> Path:
        """Where the city's processes tell their metrics, for a Prometheus to read."""
        return self.state / "prometheus" / "targets.json"

    @property
    def count_file(self) -> Path:
        """Where the simulator writes what it sent."""
        return self.state / "sent.json"
