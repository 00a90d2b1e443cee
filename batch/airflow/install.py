"""Airflow's environment, in the user's cache folder: `python -m batch.airflow.install` prints its Python.

It is named by a hash of its lock and of the Python that it is made with, its place too, so it is there at
once the second time, in any clone, and another lock makes another one.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parent
ROOT = PROJECT.parents[1]


class InstallError(RuntimeError):
    """It can't be installed; the message says why and what to do next."""


def cache() -> Path:
    """The user's cache folder of this platform."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "citystream"


def key(lock: bytes) -> str:
    """What an environment is named by."""
    made_with = f"{platform.python_version()} {platform.machine()} {sys.base_prefix}"
    return hashlib.sha256(lock + made_with.encode()).hexdigest()[:16]


def install(into: Path) -> Path:
    """The environment's Python, installed below `into` if it is not there: whole, or not at all.

    Raises:
        InstallError: uv is not there, or the packages can't be had.
    """
    place = into / f"airflow-{key((PROJECT / 'uv.lock').read_bytes())}"
    if not place.exists():
        into.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=into))
        try:
            _fill(aside / "venv")
            (aside / "venv").rename(place)
        except OSError as error:
            # Who was faster made the same.
            if not place.exists():
                raise InstallError(f"{place} can't be made: {error}") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return place / "bin" / "python"


def _fill(place: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".tools/uv/bin/uv")
    if not Path(uv).exists():
        raise InstallError("uv is neither on PATH nor in .tools; `make install` fetches it")
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(place)}
    environment.pop("VIRTUAL_ENV", None)
    # Relocatable: its scripts name no folder, since it is moved once it is whole.
    for command in (
        ["venv", "--quiet", "--relocatable", "--python", sys.executable, str(place)],
        ["sync", "--quiet", "--frozen", "--project", str(PROJECT)],
    ):
        done = subprocess.run(  # noqa: S603 - uv, and arguments of ours
            [uv, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise InstallError(f"uv {command[0]} failed:\n{done.stderr}")


if __name__ == "__main__":
    try:
        print(install(cache()))  # noqa: T201 - its answer
    except InstallError as problem:
        sys.exit(str(problem))
