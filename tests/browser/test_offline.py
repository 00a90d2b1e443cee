"""A gateway that goes away: the last known city opens without it, and is live again by itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import windows
from tests.browser.town import VEHICLES, Town
from tests.browser.window import Window
from tests.gateway.running import Gateway

pytestmark = pytest.mark.browser

# Less to draw than at a desk.
SIZE = (1000, 700)
KEPT = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('city')
  opening.onerror = () => reject(opening.error)
  // A database that nobody made yet must not be made here, or it would lack what the page puts into it.
  opening.onupgradeneeded = () => opening.transaction.abort()
  opening.onsuccess = () => {
    const asking = opening.result.transaction('kept').objectStore('kept').getAll()
    asking.onsuccess = () => resolve(asking.result.map((one) => one.person.name))
    opening.result.close()
  }
}).catch(() => [])"""
"""Whose cities this browser keeps."""
SHOWN = """async (roads) => {
  const drawn = Object.entries(await window.__city?.vehicles() ?? {})
  return {
    vehicles: Object.fromEntries(drawn.map(([id, { lon, lat }]) => [id, [lon, lat]])),
    levels: Object.fromEntries(roads.map((id) => [id, window.__city?.roadLevel(id)])),
  }
}"""


@pytest.fixture(scope="module")
async def gateway(town: Town) -> AsyncIterator[Gateway]:
    """Another of the same city, that can be stopped."""
    gateway = Gateway(town.folder, town.gateway_environment)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture(scope="module")
async def window(gateway: Gateway, browser: Browser) -> AsyncIterator[Window]:
    async with windows(gateway.url, browser, "offline") as open_one:
        window = await open_one(SIZE)
        # What a browser says of each request that nobody answers, and the page of what it then lacks.
        window.tolerate("Failed to load resource: net::ERR_CONNECTION", "WebSocket connection to")
        window.tolerate("summary: Failed to fetch", "congestion: Failed to fetch")
        yield window


async def kept(window: Window) -> Any:
    return await window.page.evaluate(KEPT)


async def shown(window: Window, town: Town) -> Any:
    """Where each vehicle is, and how each road is coloured."""
    return await window.page.evaluate(SHOWN, list(town.model.roads))


async def at_rest(window: Window, town: Town) -> Any:
    """The same, once what was told last is drawn."""
    before, now = None, await shown(window, town)
    while now != before:
        await asyncio.sleep(0.2)
        before, now = now, await shown(window, town)
    return now


async def is_kept(window: Window) -> None:
    """Wait until the page opens without a network, and the city with it."""
    await window.shows_the_map()
    await window.shows_the_roads()
    await window.page.evaluate("async () => { await navigator.serviceWorker.ready }")
    await window.until(lambda: kept(window), bool)


async def test_without_a_gateway_the_last_known_city_is_there_and_is_live_again_by_itself(
    window: Window, gateway: Gateway, town: Town
) -> None:
    page = window.page
    chip, banner = page.get_by_test_id("state-chip"), page.get_by_test_id("banner")
    await is_kept(window)
    await asyncio.to_thread(gateway.process.stop)
    await expect(chip).to_contain_text("Reconnecting")
    seen = await at_rest(window, town)
    assert len(seen["vehicles"]) == VEHICLES

    await page.reload()
    await expect(banner).to_contain_text("No connection: the city as it was at")
    await expect(banner).to_contain_text("ago")
    await expect(chip).to_contain_text("No connection")
    await expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    await window.until(lambda: shown(window, town), lambda now: now == seen)
    await window.picture("away")
    await assert_accessible(window)

    await gateway.start()
    await expect(chip).to_contain_text("Live")
    await expect(banner).to_have_count(0)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await window.until(lambda: shown(window, town), lambda now: now["vehicles"] != seen["vehicles"])


async def test_the_page_can_be_installed(window: Window) -> None:
    devtools = await window.page.context.new_cdp_session(window.page)
    manifest = await devtools.send("Page.getAppManifest")
    assert (manifest["url"], manifest["errors"]) == (f"{window.url}/manifest.webmanifest", [])
    errors = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # Nothing is installed out of a window whose cookies are its own.
    assert {one["errorId"] for one in errors} <= {"in-incognito"}


async def test_a_browser_keeps_nothing_of_who_signs_out(window: Window) -> None:
    await is_kept(window)
    assert await kept(window) == ["ada"]
    await window.page.get_by_role("button", name="Account of").click()
    await window.page.get_by_role("button", name="Sign out").click()
    await expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await window.until(lambda: kept(window), lambda found: found == [])
