"""On a phone's screen."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.town import Town, in_the_middle
from tests.gateway.running import VIEWER

pytestmark = pytest.mark.browser

PHONE = (360, 740)
WIDER_THAN_THE_SCREEN = "() => document.scrollingElement.scrollWidth - innerWidth"


async def test_a_phone_has_its_panels_in_a_sheet_and_searches_across_its_top(
    open_window: OpenWindow, town: Town
) -> None:
    window = await open_window(PHONE, phone=True, moves=True, user=None)
    await window.sign_in(VIEWER)
    await window.shows_the_map()
    assert await window.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
    await window.picture("map")
    road = next(in_the_middle(town.model))
    await town.report("phone-1", road.id, kind="accident")
    try:
        closed = await window.hook("view()")
        await window.page.get_by_role("button", name="Open panels").tap()
        # All of the city goes into what the sheet leaves.
        await window.until_hook("view()", lambda view: view["zoom"] < closed["zoom"] - 0.1)
        sheet = window.page.get_by_test_id("sheet")
        row = sheet.get_by_test_id("incident-row").filter(has_text="Accident")
        await expect(row).to_be_in_viewport()
        assert await window.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
        await window.picture("sheet")
        await window.page.get_by_role("button", name="Close panels").tap()
        await expect(row).not_to_be_in_viewport()
        await window.until_hook("view()", lambda view: abs(view["zoom"] - closed["zoom"]) < 0.01)
        await expect(window.page.locator("canvas").first).to_be_in_viewport()
    finally:
        await town.report("phone-1", road.id, kind="accident", status="resolved")
    await expect(window.page.get_by_test_id("city-name")).to_have_text("Simulated city")
    await window.page.get_by_role("button", name="Search the city").tap()
    field = window.page.get_by_role("combobox", name="Search the city")
    await field.fill("ambulance")
    options = window.page.get_by_role("group", name="Vehicles").get_by_role("option")
    await expect(options).to_have_count(8)
    await window.picture("found")
    await options.first.tap()
    await expect(sheet.get_by_test_id("card")).to_contain_text("Ambulance")
    await expect(field).to_be_hidden()
