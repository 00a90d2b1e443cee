"""On a phone's screen."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.town import Town, in_the_middle
from tests.gateway.running import VIEWER

pytestmark = pytest.mark.browser

PHONE = (360, 740)
WIDER_THAN_THE_SCREEN = "() => document.scrollingElement.scrollWidth - innerWidth"


async def test_a_phone_shows_the_map_with_its_panels_as_a_sheet(open_window: OpenWindow, town: Town) -> None:
    window = await open_window(PHONE, phone=True, moves=True, user=None)
    await window.sign_in(VIEWER)
    await window.shows_the_map()
    assert await window.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
    await window.picture("map")
    road = next(in_the_middle(town.model))
    await town.report("phone-1", road.id, kind="accident")
    try:
        await window.page.get_by_role("button", name="Open panels").tap()
        sheet = window.page.get_by_test_id("sheet")
        row = sheet.get_by_test_id("incident-row").filter(has_text="Accident")
        await expect(row).to_be_in_viewport()
        assert await window.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
        await window.picture("sheet")
        await window.page.get_by_role("button", name="Close panels").tap()
        await expect(row).not_to_be_in_viewport()
        await expect(window.page.locator("canvas").first).to_be_in_viewport()
    finally:
        await town.report("phone-1", road.id, kind="accident", status="resolved")
