"""Which promtool judges alert rules: yours, or one that is fetched (`python -m tests.compose.promtool`)."""

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

from batch.airflow.install import cache
from demo.servers.server import ServerError
from tests.harness import programs, prometheus
from tests.harness.programs import APT, NoProgramError, on_path_or, provide, put, runs, tried

NAME = "promtool"


def fetched() -> Path:
    """Where a fetched one lies: in the user's cache folder, for every clone."""
    return cache() / f"{NAME}-{platform.machine()}"


def found() -> str | None:
    """The promtool that there is: what PROMTOOL names, one on PATH, one that was fetched.

    Raises:
        NoProgramError: PROMTOOL names none.
    """
    return programs.found("PROMTOOL", on_path_or(NAME, fetched()))


def fetch() -> str:
    """One that was not there before: out of Debian's package, else built by Go, into the user's cache folder.

    Raises:
        NoProgramError: neither can be had, with what was said.
    """
    said = [_into_cache(make) for make in (_from_debian, _by_go)]
    promtool = found()
    if promtool is not None:
        return promtool
    reasons = "\n".join(filter(None, said))
    raise NoProgramError(
        f"{reasons}\nthe tests of alerts need promtool: install Prometheus (Debian: apt-get install "
        "prometheus) or name one with PROMTOOL=/path/to/promtool"
    )


def _into_cache(make: Callable[[Path], str]) -> str:
    return "" if runs(fetched()) else put(NAME, fetched(), make)


def _from_debian(folder: Path) -> str:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return ""
    download = (*APT, "download", "prometheus")
    failed = tried(download, folder)
    if failed and os.geteuid() == 0:
        failed = tried((*APT, "update"), folder) or tried(download, folder)
    if failed:
        return failed
    (package,) = folder.glob("*.deb")
    failed = tried(("dpkg-deb", "--extract", str(package), "."), folder)
    if not failed:
        (folder / "usr/bin" / NAME).rename(folder / NAME)
    return failed


def _by_go(folder: Path) -> str:
    try:
        prometheus.build(folder, NAME)
    except ServerError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    provide(found, fetch)
