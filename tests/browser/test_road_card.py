"""A road's card, and its last day."""

import math
import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from citystream.contracts.city_model import Road
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

HISTORY = "**/api/traffic/history/**"


def speed(window: dict[str, Any]) -> int:
    """As it is written: halves are rounded up."""
    return math.floor(float(window["mean_speed_kmh"]) + 0.5)


async def open_card(desk: Window, town: Town, road: Road) -> Locator:
    """By way of an incident on the road; its last day."""
    await town.report(f"at-{road.id}", road.id)
    await desk.page.locator(f"[data-testid=incident-row][data-incident='at-{road.id}']").click()
    await desk.page.get_by_test_id("card").get_by_role("button", name=road.name).click()
    await expect(desk.page.get_by_test_id("card-title")).to_have_text(road.name)
    await town.report(f"at-{road.id}", road.id, status="resolved")
    return desk.page.get_by_test_id("last-day")


async def test_a_roads_card_shows_its_last_day_and_keys_read_its_windows(desk: Window, town: Town) -> None:
    road = list(in_the_middle(town.model))[5]
    async with desk.page.expect_response(HISTORY) as asked:
        day = await open_card(desk, town, road)
    response = await asked.value
    windows: list[dict[str, Any]] = (await response.json())["windows"]
    chart = day.get_by_role("slider", name="Mean speed in the last day")
    await expect(chart).to_have_attribute("data-windows", str(len(windows)))
    await desk.picture("day")
    await chart.focus()
    for key, window in (("Home", windows[0]), ("ArrowRight", windows[min(1, len(windows) - 1)])):
        await chart.press(key)
        says = rf"^\d\d:\d\d–\d\d:\d\d, {speed(window)}\skm/h, .*, {window['vehicles']:,} vehicles$"
        await expect(chart).to_have_attribute("aria-valuetext", re.compile(says))
        await expect(day.get_by_test_id("day-figures")).to_contain_text(f"{window['vehicles']:,} vehicles")
    await desk.picture("window-read")
    # Who asks the gateway now finds the same windows, and what was measured since.
    path, _, parameters = response.url.removeprefix(town.gateway.url).partition("?")
    now = (await town.gateway.http.get(path, params=parameters)).json()
    assert now["road_id"] == road.id
    assert now["step_s"] == 300
    assert [one["window_start"] for one in now["windows"]][: len(windows)] == [
        one["window_start"] for one in windows
    ]
    assert all(
        later["vehicles"] >= one["vehicles"] for one, later in zip(windows, now["windows"], strict=False)
    )


async def test_a_day_that_can_not_be_had_says_why_and_is_asked_for_again(desk: Window, town: Town) -> None:
    desk.tolerate("Failed to load resource: net::ERR_FAILED")
    await desk.page.route(HISTORY, lambda route: route.abort())
    day = await open_card(desk, town, list(in_the_middle(town.model))[6])
    await expect(day.get_by_role("status")).to_contain_text("The gateway does not answer.")
    await desk.picture("day-failed")
    await desk.page.unroute(HISTORY)
    await day.get_by_role("button", name="Try again").click()
    await expect(day.get_by_role("slider")).to_be_visible()
