"""What is usual on a road: on its card, behind its day, in its trends."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

BAND = r"42\skm/h \(35–48\)"


async def test_a_road_is_held_against_what_is_usual_there(desk: Window, town: Town) -> None:
    # Its free flow is slower than that.
    road = town.usual_road
    asked: list[str] = []
    desk.page.on("request", lambda one: asked.append(one.url) if "/analytics/usual/" in one.url else None)
    await desk.open_link(f"select=road:{road.id}")
    usual = desk.page.get_by_test_id("road-usual")
    await expect(usual).to_have_text(re.compile(rf"Usual for this time: {BAND}\s*Slower than usual"))
    day = desk.page.get_by_test_id("last-day")
    await expect(day.locator("path.usual-band")).to_have_count(1)
    chart = day.get_by_role("slider", name="Mean speed in the last day")
    await chart.press("End")
    await expect(chart).to_have_attribute("aria-valuetext", re.compile(r"usual 42\skm/h"))
    await desk.picture("card")
    await assert_accessible(desk, "[data-testid=card]")

    await desk.page.get_by_test_id("card").get_by_role("button", name="Trends").click()
    trends = desk.page.get_by_test_id("trends")
    await expect(trends.locator(".usual-band")).to_have_count(1)
    await expect(trends.locator(".usual-line")).to_have_count(2)
    await expect(trends).to_contain_text(re.compile(rf"Usual {BAND}"))
    slider = trends.get_by_role("slider", name="Speed and volume over time")
    await slider.press("End")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile(r"usual 42\skm/h, 60 vehicles$"))
    await expect(trends.get_by_role("rowheader", name="Usual")).to_have_count(1)
    await desk.picture("trends")
    await assert_accessible(desk, "[data-testid=trends]")
    # Whatever ticks came meanwhile.
    assert [url.rpartition("/")[2] for url in asked] == [road.id]


async def test_a_road_of_which_nobody_knows_has_none(desk: Window, town: Town) -> None:
    road = list(in_the_middle(town.model))[15]
    async with desk.page.expect_response("**/api/analytics/usual/*") as asked:
        await desk.open_link(f"select=road:{road.id}")
    answer = await (await asked.value).json()
    assert answer["hours"] == []
    await expect(desk.page.get_by_test_id("card-title")).to_have_text(road.name)
    await expect(desk.page.get_by_test_id("last-day").get_by_role("slider")).to_have_count(1)
    await expect(desk.page.get_by_test_id("road-usual")).to_have_count(0)
