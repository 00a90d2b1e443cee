"""One run: round the cities with Chromium, then a stay in one of them."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import async_playwright

from bench.dashboard.heap import Sample
from bench.dashboard.stay import stay
from bench.dashboard.visit import Visited, visit
from bench.report import progress
from tests.browser import chromium

NOBODY = 0
CITIES = (NOBODY, 1_000, 10_000)
"""By their vehicles."""


@dataclass(frozen=True)
class Size:
    """How much of it all."""

    rounds: int = 3
    seconds: float = 8.0
    """Of a scene in a round."""
    paints: int = 5
    """Over each line, of each city with vehicles; in the first round."""
    minutes: float = 10.0
    """Of the stay."""
    every_s: float = 15.0


QUICK = Size(rounds=1, seconds=4.0, paints=1, minutes=1.0, every_s=10.0)


@dataclass
class Found:
    """All of it."""

    chromium: str
    visits: dict[int, list[Visited]] = field(default_factory=lambda: defaultdict(list))
    """By number of vehicles."""
    samples: list[Sample] = field(default_factory=list)
    """Of the stay."""
    complaints: list[str] = field(default_factory=list)
    """Of the page, in its console."""


async def measure(folder: Path, size: Size) -> Found:
    """Run it.

    Raises:
        ServerError, NoChromiumError: a part can't be had or did not start.
        AssertionError, TimeoutError, Error: the page did not come to what it should show.
    """
    async with async_playwright() as playwright:
        path = chromium.found() or chromium.fetch()
        browser = await playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        found = Found(browser.version)
        for number in range(size.rounds):
            # Whoever comes later has the warmer machine.
            for vehicles in CITIES if number % 2 == 0 else reversed(CITIES):
                visited = await visit(
                    browser,
                    folder / f"round-{number}-{vehicles}",
                    vehicles,
                    seconds=size.seconds,
                    paints=size.paints if number == 0 and vehicles != NOBODY else 0,
                    what=f"round {number + 1} of {size.rounds}, {vehicles:,} vehicles",
                )
                found.visits[vehicles].append(visited)
                found.complaints += visited.complaints
        progress.print(f"{size.minutes:g} minutes at the page")
        found.samples, complaints = await stay(
            browser, folder / "stay", minutes=size.minutes, every_s=size.every_s
        )
        found.complaints += complaints
        await browser.close()
    return found
