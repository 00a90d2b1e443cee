"""Speed and volume of roads and of the whole city, over time."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from citystream.contracts.city_model import Road
from tests.browser.axe import assert_accessible
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

CITY = "**/api/analytics/history?*"


@pytest.fixture
def roads(town: Town) -> Iterator[tuple[Road, Road]]:
    """Two that no other test looks at."""
    one, other = list(in_the_middle(town.model))[11:13]
    yield one, other
    for road in (one, other):
        town.clear(road.id)


async def last_day(town: Town, path: str) -> list[dict[str, Any]]:
    """In the page's windows; so much of it that it is one answer, and the city is younger."""
    now = datetime.now(UTC)
    asked = {"from": (now - timedelta(hours=23)).isoformat(), "to": now.isoformat(), "step": 300}
    windows: list[dict[str, Any]] = (await town.gateway.get(path, **asked))["windows"]
    return windows


def speed(window: dict[str, Any]) -> int:
    """As it is written: halves are rounded up."""
    return math.floor(float(window["mean_speed_kmh"]) + 0.5)


def said(name: str, window: dict[str, Any]) -> str:
    """As a pattern, for spaces may be of those that do not break."""
    return rf"{re.escape(name)}: {speed(window)}\skm/h, {window['vehicles']:,} vehicles"


def signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "0"


def slider(trends: Locator) -> Locator:
    return trends.get_by_role("slider", name="Speed and volume over time")


async def test_two_roads_compared_show_the_numbers_of_the_api(
    desk: Window, town: Town, roads: tuple[Road, Road]
) -> None:
    one, other = roads
    # So that what is of one is not taken for the other's.
    await town.probe(other.id)
    for road in roads:
        await town.hush(road.id)
    await desk.open_link(f"select=road:{one.id}")
    await desk.page.get_by_test_id("card").get_by_role("button", name="Trends").click()
    trends = desk.page.get_by_role("region", name="Trends")
    await expect(trends).to_be_focused()
    await expect(slider(trends)).to_have_attribute("aria-valuetext", re.compile(re.escape(one.name)))
    await desk.picture("one")

    field = trends.get_by_role("combobox", name="Compare with a road")
    await field.focus()
    await desk.page.keyboard.type(other.name)
    await expect(trends.get_by_role("option", selected=True)).to_contain_text(other.name)
    await desk.page.keyboard.press("Enter")
    await expect(trends.get_by_role("list", name="Shown").get_by_role("listitem")).to_have_text(
        [one.name, other.name]
    )
    await expect(slider(trends)).to_have_attribute("aria-valuetext", re.compile("Difference"))

    both = [await last_day(town, f"/api/traffic/history/{road.id}") for road in roads]
    await slider(trends).focus()
    for key, at in (("Home", 0), ("End", -1)):
        first, second = (windows[at] for windows in both)
        assert first["window_start"] == second["window_start"]
        await slider(trends).press(key)
        more = (
            rf"Difference: {re.escape(signed(speed(second) - speed(first)))}\skm/h, "
            rf"{re.escape(signed(second['vehicles'] - first['vehicles']))} vehicles"
        )
        says = f"; {said(one.name, first)}; {said(other.name, second)}; {more}$"
        await expect(slider(trends)).to_have_attribute("aria-valuetext", re.compile(says))
        await expect(trends).to_contain_text(f"Difference {signed(speed(second) - speed(first))}")
    busiest = [max(window["vehicles"] for window in windows) for windows in both]
    row = trends.get_by_role("row", name="Busiest").get_by_role("cell")
    await expect(row).to_contain_text([f"{count:,} vehicles" for count in busiest])
    await desk.picture("two")
    await assert_accessible(desk, "[data-testid=trends]")
    assert f"trends={one.id},{other.id}" in await desk.page.evaluate("() => location.href")

    # What was opened last closes first.
    await desk.page.keyboard.press("Escape")
    await expect(trends).to_have_count(0)
    await expect(desk.page.get_by_test_id("card-title")).to_have_text(one.name)
    await expect(desk.page.get_by_test_id("card").get_by_role("button", name="Trends")).to_be_focused()


async def test_trends_of_the_whole_city_are_those_of_the_api(desk: Window, town: Town) -> None:
    before = await last_day(town, "/api/analytics/history")
    async with desk.page.expect_response(CITY) as asked:
        await desk.page.get_by_role("group", name="Map controls").get_by_role("button", name="Trends").click()
    windows = (await (await asked.value).json())["windows"]
    trends = desk.page.get_by_role("region", name="Trends")
    await slider(trends).press("Home")
    says = f"; {said('Whole city', windows[0])}$"
    await expect(slider(trends)).to_have_attribute("aria-valuetext", re.compile(says))
    after = await last_day(town, "/api/analytics/history")
    # It is measured all the time.
    assert before[0]["window_start"] == windows[0]["window_start"] == after[0]["window_start"]
    assert before[0]["vehicles"] <= windows[0]["vehicles"] <= after[0]["vehicles"]
    await desk.picture("city")
    await trends.get_by_role("button", name="Close trends").click()
    await expect(trends).to_have_count(0)
