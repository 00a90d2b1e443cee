"""Which Chromium the tests drive: yours, or one that is fetched (`python -m tests.browser.chromium`)."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness import programs
from tests.harness.programs import APT, NoProgramError, provide, tried

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCHED = Path(__file__).resolve().parents[2] / ".tools" / "chromium"
# It draws in software, so that each machine shows the same.
FLAGS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def found() -> str | None:
    """The browser that there is: what CHROMIUM names, one on PATH, one that was fetched.

    Raises:
        NoProgramError: CHROMIUM names none.
    """
    return programs.found("CHROMIUM", _candidates())


def _candidates() -> Iterator[str]:
    yield from (path for name in NAMES if (path := shutil.which(name)))
    yield from map(str, sorted(FETCHED.glob("chromium-*/chrome-linux*/chrome")))


def fetch() -> str:
    """One that was not there before: Debian's own where we may install it, else Playwright's, into `.tools`.

    Raises:
        NoProgramError: neither can be had, with what was said.
    """
    said = []
    for how in (_from_debian, _from_playwright):
        said.append(how())
        browser = found()
        if browser is not None:
            return browser
    reasons = "\n".join(filter(None, said))
    raise NoProgramError(
        f"{reasons}\nthe browser tests need Chromium: install it (Debian: apt-get install chromium) or name "
        "one with CHROMIUM=/path/to/chrome"
    )


def _from_debian() -> str:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return ""
    install = (*APT, "install", "-y", "--no-install-recommends", "chromium")
    return tried((*APT, "update")) or tried(install)


def _from_playwright() -> str:
    install = (sys.executable, "-m", "playwright", "install", "chromium", "--no-shell")
    return tried(install, environment={"PLAYWRIGHT_BROWSERS_PATH": str(FETCHED)})


if __name__ == "__main__":
    provide(found, fetch)
