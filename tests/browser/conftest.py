"""One Chromium and one city for all; a window has no complaints at its end.

CITY_SCREENSHOTS=/tmp/pictures make test T=tests/browser
keeps a picture of each main state, for people to look at.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser import chromium
from tests.browser.town import DASHBOARD, Town
from tests.browser.window import Window
from tests.gateway.running import VIEWER
from tests.harness.patience import PATIENCE_S

DESK = (1280, 800)
# A map that does not know the city yet shows the world.
CITY_ZOOM = 8

expect.set_options(timeout=PATIENCE_S * 1_000)

OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A city with events that go on."""
    assert (DASHBOARD / "index.html").exists(), "the page is not built: make dashboard"
    town = Town(tmp_path_factory.mktemp("town"))
    try:
        await town.start()
        yield town
    finally:
        await town.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, drawing in software, so that each machine shows the same."""
    path = chromium.found()
    assert path is not None, "no Chromium: make chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def windows(url: str, browser: Browser, name: str) -> AsyncIterator[OpenWindow]:
    """Opens windows; at the end none of them may have complained."""
    opened: list[Window] = []
    folder = os.environ.get("CITY_SCREENSHOTS")

    async def open_one(
        size: tuple[int, int] = DESK,
        *,
        phone: bool = False,
        moves: bool = False,
        user: tuple[str, str] | None = VIEWER,
    ) -> Window:
        window = Window(url, name, Path(folder) if folder else None)
        opened.append(window)
        await window.open(browser, size, phone=phone, moves=moves, user=user)
        return window

    try:
        yield open_one
    finally:
        for window in opened:
            await window.close()
    for window in opened:
        assert not window.complaints, window.complaints


@pytest.fixture
async def open_window(
    town: Town, browser: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[OpenWindow]:
    """Opens windows, each with cookies of its own; size, touch and who is signed in are arguments."""
    async with windows(town.gateway.url, browser, request.node.name.removeprefix("test_")) as open_one:
        yield open_one


@pytest.fixture(scope="session")
async def window_of_the_day(town: Town, browser: Browser) -> AsyncIterator[Window]:
    """One that was opened in the morning, and is looked at all day."""
    async with windows(town.gateway.url, browser, "desk") as open_one:
        window = await open_one()
        await window.shows_the_map()
        yield window


@pytest.fixture(scope="session")
async def whole_city(window_of_the_day: Window) -> dict[str, float]:
    """Where the map looks at first."""
    view: dict[str, float] = await window_of_the_day.until_hook("view()", lambda now: now["zoom"] > CITY_ZOOM)
    return view


@pytest.fixture
async def desk(window_of_the_day: Window, whole_city: dict[str, float]) -> AsyncIterator[Window]:
    """The same window for all, as it was opened; a complaint is of the test in which it comes."""
    await window_of_the_day.look_at(whole_city)
    yield window_of_the_day
    complaints = list(window_of_the_day.complaints)
    window_of_the_day.complaints.clear()
    assert not complaints, complaints
