"""The command: `make screenshots`, or `python -m tests.browser.screenshots --help`."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Error, async_playwright
from rich.console import Console

from demo.api import Api
from demo.city import City, claim
from demo.cli import FAILURES
from demo.plan import Plan
from demo.session import found, live
from demo.supervision import Say
from demo.up import Show
from simulator.publisher import PublishError
from tests.browser import chromium
from tests.browser.screenshots.lively import make_lively
from tests.browser.screenshots.scenes import SHOTS
from tests.browser.screenshots.studio import NoPictureError, Studio
from tests.browser.town import DASHBOARD
from tests.harness.programs import NoProgramError

OUT = Path("docs/images")
MOST_BYTES = 1_500_000


async def take(names: Sequence[str], out: Path, folder: Path, say: Say) -> int:
    """Take the pictures that are named, each whatever becomes of the others; bytes of all of them.

    Raises:
        NoPictureError: some could not be taken.
        ServerError, CityDown, SettingsError, TopicsError, BucketError, PublishError: there is no city.
    """
    sizes: dict[str, int] = {}
    missing = list(names)

    async def work(city: City) -> None:
        async with Api(city) as api, async_playwright() as playwright:
            await make_lively(city, api, say)
            say("opening Chromium")
            browser = await playwright.chromium.launch(
                executable_path=chromium.found() or chromium.fetch(), args=chromium.FLAGS
            )
            studio = Studio(city, api, browser)
            try:
                for name in names:
                    say(f"{name}: {SHOTS[name].shows}")
                    try:
                        picture = await SHOTS[name].take(studio)
                    except (NoPictureError, Error) as error:
                        say(f"{name}: {error}")
                        continue
                    file = out / f"{name}.webp"
                    file.write_bytes(picture)
                    sizes[name] = len(picture)
                    missing.remove(name)
                    say(f"{file}: {len(picture) / 1_000:.0f} kB")
            finally:
                await browser.close()

    plan = Plan(folder=folder)
    with claim(plan):
        await live(found(plan, say), work, say)
    if missing:
        raise NoPictureError(f"not taken: {', '.join(missing)}")
    return sum(sizes.values())


def main() -> int:
    """0 if all pictures were taken and are small enough, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.browser.screenshots",
        description="Take the pictures in README and docs anew, of a whole demo city of its own.",
        epilog="Exits 0 if all were taken and are small enough, else 1.",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures [%(default)s]")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(SHOTS),
        metavar="NAME",
        help=f"this one alone, or with others given so: {', '.join(SHOTS)}",
    )
    given = parser.parse_args()
    show = Show(Console(stderr=True))
    if not (DASHBOARD / "index.html").exists():
        show.say("the page is not built: make dashboard")
        return 1
    # What the developer's own shell says of servers is not for this city.
    for name in [name for name in os.environ if name.startswith("CITY_")]:
        del os.environ[name]
    given.out.mkdir(parents=True, exist_ok=True)
    names = [name for name in SHOTS if name in (given.only or SHOTS)]
    try:
        with tempfile.TemporaryDirectory(prefix="city-screenshots-") as folder:
            total = asyncio.run(take(names, given.out, Path(folder), show.say))
    except (*FAILURES, NoPictureError, PublishError, NoProgramError, Error) as error:
        show.say(f"Error: {error}")
        return 1
    show.say(f"{len(names)} pictures, {total / 1_000:.0f} kB")
    if total > MOST_BYTES:
        show.say(f"Error: that is more than {MOST_BYTES / 1_000:.0f} kB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
