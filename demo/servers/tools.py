"""Server software that does not come as a wheel: fetched once into the git-ignored `.tools/`."""

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from demo.servers.server import ServerError

TOOLS = Path(__file__).resolve().parents[2] / ".tools"


def tool(name: str, how: str) -> str:
    """Path of a program.

    Raises:
        ServerError: it is not on PATH, and `how` to get it.
    """
    found = shutil.which(name)
    if found is None:
        raise ServerError(f"{name} is not on PATH; {how}")
    return found


def fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """Folder `.tools/<name>`, filled by `fetch` the first time.

    It is whole or absent, also when two processes ask at once.
    """
    folder = TOOLS / name
    if folder.exists():
        return folder
    TOOLS.mkdir(parents=True, exist_ok=True)
    with _lock(TOOLS / f".{name}.lock"):
        if not folder.exists():
            partial = TOOLS / f".{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            fetch(partial)
            partial.rename(folder)
    return folder


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str], timeout_s: float, environment: dict[str, str] | None = None) -> None:
    """Run a command to its end.

    Raises:
        ServerError: it failed or took too long, with its last lines.
    """
    try:
        subprocess.run(
            command,
            check=True,
            timeout=timeout_s,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except subprocess.CalledProcessError as error:
        raise ServerError(f"{command[0]} failed with {error.returncode}:\n{_end(error.stdout)}") from error
    except subprocess.TimeoutExpired as error:
        raise ServerError(f"{command[0]} took over {timeout_s:.0f} s:\n{_end(error.stdout)}") from error


def _end(output: bytes | None) -> str:
    return "\n".join((output or b"").decode(errors="replace").splitlines()[-15:])


def maven_jars(name: str, pom: Path) -> Path:
    """Folder of the jars that a pom names, and all that they need, from Maven Central.

    Raises:
        ServerError: Maven is missing or could not fetch them.
    """

    def fetch(into: Path) -> None:
        maven = tool("mvn", "install Maven")
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        run([maven, "-q", "-B", "-f", str(pom), goal, f"-DoutputDirectory={into}"], timeout_s=300)

    return fetched(name, fetch)
