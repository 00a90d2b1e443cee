"""Environments of peers whose dependencies are not ours: made by uv on first use, below `.tools/`."""

import hashlib
import os
import shutil
from pathlib import Path

from demo.servers.server import ServerError
from demo.servers.tools import TOOLS, fetched, run

INSTALL_S = 300.0


def python_with(name: str) -> str:
    """Python that has what `<name>.txt`, beside this, pins.

    Raises:
        ServerError: uv is missing, or the packages can't be installed here.
    """
    pins = Path(__file__).with_name(f"{name}.txt")
    version = hashlib.sha256(pins.read_bytes()).hexdigest()[:8]

    def make(into: Path) -> None:
        environment = {"UV_SYSTEM_CERTS": "true", **os.environ}
        uv, python = _uv(), str(into / "bin" / "python")
        run([uv, "venv", "-q", "-p", "3.11", "--clear", str(into)], INSTALL_S, environment)
        run([uv, "pip", "install", "-q", "-p", python, "-r", str(pins)], INSTALL_S, environment)

    return str(fetched(f"{name}-{version}", make) / "bin" / "python")


def _uv() -> str:
    """Where `make install` finds it, too."""
    own = TOOLS / "uv" / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        raise ServerError("uv is not on PATH; make install fetches it")
    return found
