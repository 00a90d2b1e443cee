"""Which Chromium the tests drive: yours, or one that is fetched (`python -m tests.browser.chromium`)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCHED = Path(__file__).resolve().parents[2] / ".tools" / "chromium"
# It draws in software, so that each machine shows the same.
FLAGS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq")


class NoChromiumError(RuntimeError):
    """There is none, and it can't be fetched."""


def found() -> str | None:
    """The browser that there is: what CHROMIUM names, one on PATH, one that was fetched.

    Raises:
        NoChromiumError: CHROMIUM names none.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not runs(named):
            raise NoChromiumError(f"CHROMIUM={named} is no browser that runs")
        return named
    return next((one for one in _candidates() if runs(one)), None)


def _candidates() -> Iterator[str]:
    yield from (path for name in NAMES if (path := shutil.which(name)))
    yield from map(str, sorted(FETCHED.glob("chromium-*/chrome-linux*/chrome")))


def runs(browser: str) -> bool:
    """Whether it tells its version; Ubuntu's package is a script that tells how to install another."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def fetch() -> str:
    """One that was not there before: Debian's own where we may install it, else Playwright's, into `.tools`.

    Raises:
        NoChromiumError: neither can be had, with what was said.
    """
    said = []
    for how in (_from_debian, _from_playwright):
        said.append(how())
        browser = found()
        if browser is not None:
            return browser
    reasons = "\n".join(filter(None, said))
    raise NoChromiumError(
        f"{reasons}\nthe browser tests need Chromium: install it (Debian: apt-get install chromium) or name "
        "one with CHROMIUM=/path/to/chrome"
    )


def _from_debian() -> str:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return ""
    install = (*APT, "install", "-y", "--no-install-recommends", "chromium")
    return _tried((*APT, "update")) or _tried(install)


def _from_playwright() -> str:
    return _tried((sys.executable, "-m", "playwright", "install", "chromium", "--no-shell"))


def _tried(command: Sequence[str]) -> str:
    """Run it; how it failed, in its last lines, if it did."""
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_BROWSERS_PATH": str(FETCHED),
    }
    print(*command, file=sys.stderr)
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode == 0:
        return ""
    last = (ended.stdout + ended.stderr).strip().splitlines()[-5:]
    return "\n".join([f"{' '.join(command)} failed:", *last])


def main() -> None:
    """See that there is one."""
    try:
        if found() is None:
            fetch()
    except NoChromiumError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
