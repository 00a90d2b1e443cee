"""A child process: a session of its own, its output in a file, gone when we are gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.servers import bound

# The kernel binds a child to the thread that forked it; this one lives as long as the program.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

TAIL_BYTES = 65_536
# The loader says this of noida-db where the C library is older than 2.39; the symbol is optional.
HARMLESS = "weak version `GLIBC_"


def installed(script: str) -> str:
    """Path of a command that was installed with this Python."""
    return str(Path(sys.executable).with_name(script))


class Process:
    """One command that can be started, stopped, killed, paused, resumed and started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.environment = dict(environment) if environment is not None else None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the child, running or ended.

        Raises:
            RuntimeError: it was never started.
        """
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Exit status, negative for a signal; None while it runs or before it ever did."""
        return self._child.poll() if self._child is not None else None

    def start(self) -> None:
        """Start it; it may not be running already."""
        if self.running:
            raise RuntimeError(f"{self.name} is running already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._child = _spawner.submit(self._spawn).result()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", bound.__file__, str(os.getpid()), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        """Send a signal to it and all that it started; nothing if it has ended."""
        if self._child is not None and self._child.poll() is None:
            os.killpg(self._child.pid, number)

    def ask_to_stop(self) -> None:
        """Send SIGTERM, and wake it if it is paused."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask it to end, and kill it when it has not after `timeout_s`."""
        self.ask_to_stop()
        if self._child is not None:
            try:
                self._child.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """`kill -9`; back when it is dead."""
        self.signal(signal.SIGKILL)
        if self._child is not None:
            self._child.wait()

    def pause(self) -> None:
        """SIGSTOP: alive, but silent, as a machine that swaps or a container that is frozen."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.signal(signal.SIGCONT)

    def last_lines(self, count: int = 20) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join([line for line in lines if HARMLESS not in line][-count:])
