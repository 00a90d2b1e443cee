"""The next hour: on the slider's future side, and after a road's last day."""

import re
import time
from typing import Any

import pytest
from playwright.async_api import expect

from citystream.contracts.forecast import OUTAGE_MS, RoadForecast
from tests.browser.axe import assert_accessible
from tests.browser.town import NAMESPACE, Town, in_the_middle
from tests.browser.window import Window
from tests.gateway.forecasts import ahead, publish, report

pytestmark = pytest.mark.browser

STEP_MS = 300_000
PREDICTIONS = "/api/traffic/predictions"
# Of any road, whatever its free flow.
STANDSTILL_KMH = 4.0


async def levels(town: Town, minutes: int) -> dict[str, str]:
    """What the gateway expects of each road."""
    answer: dict[str, Any] = await town.gateway.until(PREDICTIONS, lambda now: now["as_of"] is not None)
    return {
        road["road_id"]: next(
            (one["congestion"]["level"] for one in road["forecasts"] if one["minutes"] == minutes), "unknown"
        )
        for road in answer["roads"]
    }


async def test_the_slider_leads_into_the_next_hour_where_roads_have_forecasts(
    desk: Window, town: Town
) -> None:
    road, silent = list(in_the_middle(town.model))[16:18]
    page = desk.page
    timeline, clock = page.get_by_test_id("timeline"), page.get_by_test_id("city-clock")
    await page.get_by_role("button", name="Last 24 hours").click()
    slider = page.get_by_role("slider", name="Time of the last 24 hours")
    await expect(timeline).to_contain_text("No road has a forecast")
    await slider.press("End")
    await expect(clock).to_contain_text("Past")

    as_of_ms = time.time_ns() // 1_000_000 // STEP_MS * STEP_MS
    made = RoadForecast(road.id, as_of_ms, 40.0, as_of_ms, ahead(40.0, 30.0, 20.0, STANDSTILL_KMH))
    read_ms = as_of_ms - OUTAGE_MS - STEP_MS
    none = RoadForecast(silent.id, as_of_ms, 40.0, read_ms, reason="outage")
    await publish(town.redis.address, NAMESPACE, made, none, reports=[report("rls", as_of_ms)])
    await town.gateway.until(f"{PREDICTIONS}/{road.id}", lambda answer: bool(answer["forecasts"]))
    # Who opens it anew need not wait for the next word of the stream.
    await page.get_by_test_id("back-to-live").click()
    await page.get_by_role("button", name="Last 24 hours").click()
    await expect(timeline).to_have_attribute("data-outlook", "there")
    await slider.press("End")
    await expect(timeline).to_contain_text("+60 min, forecast")
    await expect(clock).to_contain_text("Forecast")
    await expect(page.get_by_test_id("legend")).to_contain_text("as forecast for")
    expected = await levels(town, 60)
    assert (expected[road.id], expected[silent.id]) == ("jammed", "unknown")
    for name in (road.id, silent.id):
        await desk.until_hook(f"roadLevel('{name}')", expected[name].__eq__)
    await desk.picture("ahead")

    await slider.press("ArrowLeft")
    await expect(timeline).to_contain_text("+30 min, forecast")
    await page.get_by_test_id("back-to-live").click()
    await expect(clock).not_to_contain_text("Forecast")
    await desk.until_hook(f"roadLevel('{silent.id}')", lambda level: level != "unknown")

    # Who opens the link sees as far ahead.
    await desk.open_link(f"ahead=60&select=road:{road.id}")
    await desk.until_hook(f"roadLevel('{road.id}')", "jammed".__eq__)
    card = page.get_by_test_id("card")
    await expect(card.get_by_test_id("ahead-mark")).to_contain_text("Forecast for")
    await expect(card.get_by_test_id("road-level")).to_have_text("Jammed")
    await expect(card.get_by_test_id("road-ahead")).to_contain_text(
        re.compile(r"In 15\smin: 30\skm/h \(26–34\)")
    )
    await expect(card.get_by_test_id("typical-error")).to_contain_text(re.compile(r"off by 5\.0\skm/h"))
    chart = card.get_by_role("slider", name="Mean speed in the last day")
    await expect(chart.locator(".ahead-band")).to_have_count(1)
    await chart.press("End")
    await expect(chart).to_have_attribute(
        "aria-valuetext", re.compile(r"forecast 4\skm/h, 4 of 5 times, 0–8\skm/h$")
    )
    await desk.picture("card")
    await assert_accessible(desk)
    await desk.open_link(f"select=road:{silent.id}")
    await expect(card.get_by_test_id("road-ahead")).to_contain_text("No forecast: no speed read since")
    await page.get_by_test_id("back-to-live").click()
    await expect(clock).not_to_contain_text("Forecast")
