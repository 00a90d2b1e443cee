"""Which promtool judges alert rules: yours, or one that is fetched (`python -m tests.compose.promtool`)."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from batch.airflow.install import cache

NAME = "promtool"
MODULE = "github.com/prometheus/prometheus@v0.305.4"
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq")


class NoPromtoolError(RuntimeError):
    """There is none, and it can't be fetched."""


def fetched() -> Path:
    """Where a fetched one lies: in the user's cache folder, for every clone."""
    return cache() / f"{NAME}-{platform.machine()}"


def found() -> str | None:
    """The promtool that there is: what PROMTOOL names, one on PATH, one that was fetched.

    Raises:
        NoPromtoolError: PROMTOOL names none.
    """
    named = os.environ.get("PROMTOOL")
    if named:
        if not runs(named):
            raise NoPromtoolError(f"PROMTOOL={named} is no promtool that runs")
        return named
    return next((one for one in _candidates() if runs(one)), None)


def _candidates() -> Iterator[str]:
    on_path = shutil.which(NAME)
    if on_path:
        yield on_path
    yield str(fetched())


def runs(promtool: str) -> bool:
    """Whether it tells its version."""
    try:
        return subprocess.run([promtool, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def fetch() -> str:
    """One that was not there before: out of Debian's package, else built by Go, into the user's cache folder.

    Raises:
        NoPromtoolError: neither can be had, with what was said.
    """
    said = [_into_cache(make) for make in (_from_debian, _by_go)]
    promtool = found()
    if promtool is not None:
        return promtool
    reasons = "\n".join(filter(None, said))
    raise NoPromtoolError(
        f"{reasons}\nthe tests of alerts need promtool: install Prometheus (Debian: apt-get install "
        "prometheus) or name one with PROMTOOL=/path/to/promtool"
    )


def _into_cache(make: Callable[[Path], str]) -> str:
    """Have it made in a folder that ends, and move it into its place when it is whole; how that failed."""
    if runs(str(fetched())):
        return ""
    fetched().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=fetched().parent) as folder:
        failed = make(Path(folder))
        made = Path(folder) / NAME
        if made.exists():
            made.rename(fetched())
        return failed


def _from_debian(folder: Path) -> str:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return ""
    download = (*APT, "download", "prometheus")
    failed = _tried(download, folder)
    if failed and os.geteuid() == 0:
        failed = _tried((*APT, "update"), folder) or _tried(download, folder)
    if failed:
        return failed
    (package,) = folder.glob("*.deb")
    failed = _tried(("dpkg-deb", "--extract", str(package), "."), folder)
    if not failed:
        (folder / "usr/bin" / NAME).rename(folder / NAME)
    return failed


def _by_go(folder: Path) -> str:
    if shutil.which("go") is None:
        return ""
    download = ("go", "mod", "download", "-json", MODULE)
    failed = _tried(download, folder)
    if failed:
        return failed
    told = subprocess.run(download, cwd=folder, check=True, capture_output=True).stdout
    # `go install` refuses the module's own replacements.
    return _tried(("go", "build", "-o", str(folder / NAME), "./cmd/promtool"), Path(json.loads(told)["Dir"]))


def _tried(command: Sequence[str], folder: Path) -> str:
    """Run it there; how it failed, in its last lines, if it did."""
    print(*command, file=sys.stderr)
    ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode == 0:
        return ""
    last = (ended.stdout + ended.stderr).strip().splitlines()[-5:]
    return "\n".join([f"{' '.join(command)} failed:", *last])


def main() -> None:
    """See that there is one."""
    try:
        if found() is None:
            fetch()
    except NoPromtoolError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
