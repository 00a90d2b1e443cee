"""Somebody stays at the page: things move, cards open and close, and what it holds is noted."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser
from rich.progress import Progress

from bench.dashboard.city import City, city
from bench.dashboard.heap import Heaps, Sample
from bench.dashboard.viewer import Viewer
from bench.dashboard.visit import viewer_of
from bench.report import progress

VEHICLES = 1_000
DRAG_S = 2.0


async def stay(
    browser: Browser, folder: Path, *, minutes: float, every_s: float
) -> tuple[list[Sample], Sequence[str]]:
    """The samples, one each `every_s` from the start, and what the page complained of.

    Raises:
        ServerError: the city did not start.
        AssertionError, TimeoutError, Error: the page did not come to what it should show.
    """
    samples: list[Sample] = []
    async with city(folder, VEHICLES) as shown, viewer_of(browser, shown) as viewer:
        heaps = await Heaps.of(viewer.window.page)
        began = time.monotonic()
        with Progress(console=progress, transient=True) as bar:
            task = bar.add_task(f"{minutes:g} minutes at the page", total=minutes)
            while not samples or samples[-1].minute < minutes:
                due_s = began + len(samples) * every_s
                await _be_busy(viewer, shown, len(samples), until_s=due_s)
                await viewer.whole_city()
                samples.append(Sample((time.monotonic() - began) / 60, await heaps.held_mb()))
                bar.update(task, completed=samples[-1].minute)
        return samples, viewer.window.complaints


async def _be_busy(viewer: Viewer, shown: City, turn: int, *, until_s: float) -> None:
    """Do one thing after the other until then, by the monotonic clock."""
    road = shown.roads[turn % len(shown.roads)]
    vehicle = f"vehicle-{turn % shown.vehicles + 1:04}"
    for do in (
        viewer.open_incident,
        lambda: viewer.open_thing("vehicle", vehicle),
        lambda: viewer.open_thing("road", road),
        lambda: viewer.drag(DRAG_S),
    ):
        if time.monotonic() < until_s:
            await do()
    await asyncio.sleep(max(0.0, until_s - time.monotonic()))
