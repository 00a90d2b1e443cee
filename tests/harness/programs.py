"""Programs that tests run and that a machine may lack."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq")


class NoProgramError(RuntimeError):
    """There is none, and it can't be fetched; the message says what was tried, and what to install."""


def runs(program: str | Path, ask: str = "--version") -> bool:
    """Whether it tells its version: some packages are a script that tells how to install another."""
    try:
        return subprocess.run([program, ask], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def found(variable: str, candidates: Iterable[str], ask: str = "--version") -> str | None:
    """What the environment's variable names, else the first candidate that runs.

    `ask` is the argument to which it answers with its version.

    Raises:
        NoProgramError: the variable names none that runs.
    """
    named = os.environ.get(variable)
    if named:
        if not runs(named, ask):
            raise NoProgramError(f"{variable}={named} is none that runs")
        return named
    return next((one for one in candidates if runs(one, ask)), None)


def on_path_or(name: str, fetched: Path) -> Iterator[str]:
    """The one on PATH, then the one that was fetched."""
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    yield str(fetched)


def put(made: str, place: Path, make: Callable[[Path], str]) -> str:
    """Have it made, under a name, in a folder that ends, and move it to its place when it is whole.

    `make` gets the folder and says how it failed, if it did; so does this.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{made}-", dir=place.parent) as folder:
        failed = make(Path(folder))
        whole = Path(folder) / made
        if whole.exists() and not place.is_dir():
            whole.rename(place)
        return failed


def provide(find: Callable[[], str | None], fetch: Callable[[], str]) -> None:
    """See that there is one, or end this process with what is to be done."""
    try:
        if find() is None:
            fetch()
    except NoProgramError as error:
        sys.exit(str(error))


def tried(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command; how it failed, in its last lines, if it did. `environment` adds to ours."""
    print(*command, file=sys.stderr)
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if ended.returncode == 0:
        return ""
    last = (ended.stdout + ended.stderr).strip().splitlines()[-5:]
    return "\n".join([f"{' '.join(command)} failed:", *last])
