"""Nothing keeps anybody from using the page, as far as a machine can tell."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import DESK, OpenWindow
from tests.browser.test_phone import PHONE
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

TABS = ("Incidents", "City", "Layers")


@pytest.fixture
async def road_id(town: Town) -> AsyncIterator[str]:
    """Of a road where something has happened."""
    road = next(in_the_middle(town.model))
    await town.report("axe-1", road.id, kind="accident")
    # It is among the worst.
    await town.jam(road.id)
    yield road.id
    town.clear(road.id)
    await town.report("axe-1", road.id, kind="accident", status="resolved")


async def test_the_page_for_signing_in(open_window: OpenWindow) -> None:
    window = await open_window(user=None)
    await expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await assert_accessible(window)


async def test_a_desk_with_a_roads_card_and_in_the_dark_with_the_settings(desk: Window, road_id: str) -> None:
    page = desk.page
    await desk.open_link(f"select=road:{road_id}")
    await expect(page.get_by_role("slider", name="Mean speed in the last day")).to_be_visible()
    await expect(page.locator("[data-testid=incident-row][data-incident=axe-1]")).to_be_visible()
    await assert_accessible(desk)
    settings = page.get_by_role("button", name="Settings")
    await settings.click()
    await page.get_by_role("radio", name="Dark").check()
    try:
        await desk.picture("settings")
        await assert_accessible(desk)
    finally:
        await page.get_by_role("radio", name="System").check()
    await page.keyboard.press("Escape")
    await expect(settings).to_be_focused()


async def test_a_narrow_window_with_each_tab_of_its_sheet(desk: Window, road_id: str) -> None:
    page = desk.page
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    try:
        await expect(page.get_by_test_id("sheet")).to_be_visible()
        await desk.open_link(f"select=road:{road_id}")
        await expect(page.get_by_role("slider")).to_be_visible()
        await assert_accessible(desk)
        for tab in TABS:
            await page.get_by_role("tab", name=tab).click()
            await expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
            if tab == "City":
                await expect(page.get_by_test_id("worst-road").first).to_be_visible()
            await desk.picture(tab.lower())
            await assert_accessible(desk, ".sheet")
        await page.get_by_role("button", name="Settings").click()
        await expect(page.get_by_role("group", name="Settings")).to_be_in_viewport(ratio=1)
        await page.keyboard.press("Escape")
    finally:
        await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
