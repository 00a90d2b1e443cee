"""A visit to a city of so many vehicles: first useful paints, frames of each scene, what the page holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser

from bench.dashboard.city import City, city
from bench.dashboard.frames import Frames, record
from bench.dashboard.heap import Heaps
from bench.dashboard.paint import LINES, Paint, paint
from bench.dashboard.viewer import DESK, Viewer
from bench.report import progress
from tests.browser.window import Window

# A map that does not know the city yet shows the world.
CITY_ZOOM = 8
OVERVIEW, OVERVIEW_DRAGGED = "overview", "overview, dragged"
NEAR, NEAR_DRAGGED = "zoom 15", "zoom 15, dragged"


@dataclass
class Visited:
    """What one visit found."""

    frames: dict[str, Frames] = field(default_factory=dict)
    """By scene."""
    heap_mb: dict[str, float] = field(default_factory=dict)
    """By page and workers."""
    paints: dict[str, list[Paint]] = field(default_factory=dict)
    """By line."""
    complaints: list[str] = field(default_factory=list)
    """Of the page, in its console."""


@asynccontextmanager
async def viewer_of(browser: Browser, shown: City) -> AsyncIterator[Viewer]:
    """Somebody at the city's page, once it shows its vehicles and roads."""
    window = Window(shown.url, "bench", None)
    await window.open(browser, DESK, phone=False, moves=True, user=shown.user)
    try:
        await window.until_hook("painted()", lambda now: now["vehicles"] >= shown.vehicles * 0.9)
        await window.until_hook("roadsDrawn()", bool)
        whole = await window.until_hook("view()", lambda now: now["zoom"] > CITY_ZOOM)
        yield Viewer(window, whole)
    finally:
        await window.close()


async def visit(
    browser: Browser, folder: Path, vehicles: int, *, seconds: float, paints: int, what: str
) -> Visited:
    """Make one; `seconds` of each scene, so many first paints over each line.

    Raises:
        ServerError: the city did not start.
        AssertionError, TimeoutError, Error: the page did not come to what it should show.
    """
    found = Visited()
    async with city(folder, vehicles) as shown:
        for line in LINES if paints else ():
            progress.print(f"{what}: first useful paint, {line.name}")
            found.paints[line.name] = [await paint(browser, shown, line) for _ in range(paints)]
        async with viewer_of(browser, shown) as viewer:
            heaps = await Heaps.of(viewer.window.page)
            for scene, dragged, look in (
                (OVERVIEW, OVERVIEW_DRAGGED, viewer.whole_city),
                (NEAR, NEAR_DRAGGED, viewer.near),
            ):
                await look()
                progress.print(f"{what}: frames, {scene}")
                found.frames[scene] = await record(viewer.window, seconds)
                found.frames[dragged] = await record(viewer.window, seconds, viewer.drag)
            await viewer.whole_city()
            found.heap_mb = await heaps.held_mb()
            found.complaints = viewer.window.complaints
    return found
