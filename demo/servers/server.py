"""What all servers have in common: start until it answers, stop, kill, pause, and again."""

import http.client
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from demo.servers.ports import free_port, is_free
from demo.servers.process import Process

POLL_S = 0.05


class ServerError(RuntimeError):
    """A server can't be had or did not start; the message says why and ends with its last log lines."""


class Server(ABC):
    """One server on 127.0.0.1: its port and data stay the same from start to start."""

    name: ClassVar[str]
    start_timeout_s: ClassVar[float] = 90.0
    stop_timeout_s: ClassVar[float] = 10.0

    def __init__(self, directory: Path, port: int | None = None) -> None:
        """Keep data and log below `directory`; without a port, take a free one."""
        self.directory = directory
        self.port = port if port is not None else free_port()
        self.process = Process(self.name, [], directory / f"{self.name}.log")

    @property
    @abstractmethod
    def address(self) -> str:
        """What a client needs to find it: host:port or URL."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command that runs it in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it answers in its own protocol; an OSError means not yet."""

    def environment(self) -> Mapping[str, str] | None:
        """Environment of the command; None is ours."""
        return None

    def prepare(self) -> None:  # noqa: B027 - most servers need nothing
        """Fetch and write what the first start needs.

        Raises:
            ServerError: naming what is missing and how to get it.
        """

    def start(self) -> None:
        """Start it and come back when it answers.

        Raises:
            ServerError: its port is taken, it ended, or it did not answer in time.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        self.prepare()
        # Whoever has the port would answer in its place.
        if not is_free(self.port):
            raise ServerError(f"{self.name} can't start: another program has port {self.port}")
        self.process.command = self.command()
        environment = self.environment()
        self.process.environment = dict(environment) if environment is not None else None
        self.process.start()
        self.wait_until_it_answers(self.start_timeout_s)

    def wait_until_it_answers(self, timeout_s: float) -> None:
        """Come back when it answers in its own protocol.

        Raises:
            ServerError: it ended or did not answer in time.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.process.running:
                raise ServerError(self._failure(f"ended with status {self.process.exit_code}"))
            try:
                if self.answers():
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(POLL_S)
        self.process.kill()
        raise ServerError(self._failure(f"did not answer at {self.address} within {timeout_s:.0f} s"))

    def _failure(self, what: str) -> str:
        return f"{self.name} {what}; its log ({self.process.log}) ends:\n{self.process.last_lines()}"

    @property
    def running(self) -> bool:
        return self.process.running

    def stop(self) -> None:
        """End it in order; kill it if it takes longer than `stop_timeout_s`."""
        self.process.stop(self.stop_timeout_s)

    def kill(self) -> None:
        """`kill -9`: what a crash does. `start()` brings it back on the same port and data."""
        self.process.kill()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        self.process.pause()

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self.process.resume()


def http_status(port: int, path: str, timeout_s: float = 2.0) -> int:
    """Status that a local HTTP server answers with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
