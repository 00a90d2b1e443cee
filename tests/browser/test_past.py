"""The last day on a slider that moves the map too."""

import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenWindow
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

PHONE = (360, 740)
STEP_S = 300
# Degrees: what is stored is rounded to a millionth.
NEAR = 0.000_01
WIDER_THAN_THE_SCREEN = "() => document.scrollingElement.scrollWidth - innerWidth"


def iso(time_s: int, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime(form)


async def opened(window: Window) -> Locator:
    await window.page.get_by_role("button", name="Last 24 hours").click()
    return window.page.get_by_role("slider", name="Time of the last 24 hours")


async def moved_to(window: Window, slider: Locator, time_s: int) -> None:
    """Key by key; a step that begins meanwhile is one key more."""
    clock = window.page.get_by_test_id("city-clock")
    await slider.focus()
    while (now := await clock.get_attribute("datetime")) != iso(time_s):
        await slider.press("ArrowLeft" if now is None or now > iso(time_s) else "ArrowRight")
        await expect(clock).not_to_have_attribute("datetime", now or "")


def drawn_as(answer: dict[str, Any], drawn: dict[str, dict[str, float]]) -> bool:
    """Whether just the vehicles of an answer are on the map, and there."""
    told = {one["vehicle_id"]: one for one in answer["vehicles"]}
    return drawn.keys() == told.keys() and all(
        abs(drawn[name]["lon"] - one["longitude"]) < NEAR and abs(drawn[name]["lat"] - one["latitude"]) < NEAR
        for name, one in told.items()
    )


async def test_the_slider_moves_map_and_clock(desk: Window, town: Town) -> None:
    road, other = list(in_the_middle(town.model))[7:9]
    at_s = int(time.time()) // STEP_S * STEP_S - 2 * STEP_S
    at_ms = at_s * 1_000
    await town.probe(road.id, timestamp=at_ms + 1_000)
    await town.park(other, "vehicle-00", timestamp=at_ms + 1_000)
    await town.report("past-1", road.id, timestamp=at_ms - 60_000)
    await town.report("past-1", road.id, status="on_scene", timestamp=at_ms - 30_000)
    await town.report("past-1", road.id, status="resolved", timestamp=at_ms + 30_000)
    history = f"/api/emergencies/history?from={at_ms - 1}&to={at_ms}"
    await town.gateway.until(
        history, lambda answer: "resolved" in str([one["history"] for one in answer["emergencies"]])
    )
    vehicles = await town.gateway.until(
        f"/api/vehicles/at?time={at_ms}",
        lambda answer: "vehicle-00" in [one["vehicle_id"] for one in answer["vehicles"]],
    )
    roads = await town.gateway.until(
        f"/api/traffic/at?time={at_ms}",
        lambda answer: "jammed" in [one["congestion"]["level"] for one in answer["roads"]],
    )
    levels = {one["road_id"]: one["congestion"]["level"] for one in roads["roads"]}
    assert levels[road.id] == "jammed"
    now = await desk.until_hook(f"roadLevel('{road.id}')", lambda level: level not in ("jammed", "unknown"))
    marker = desk.page.locator("[data-testid=incident-marker][data-incident=past-1]")
    await expect(marker).to_have_count(0)
    clock = desk.page.get_by_test_id("city-clock")

    slider = await opened(desk)
    await expect(desk.page.get_by_test_id("state-chip")).to_contain_text("Past")
    await expect(desk.page.get_by_test_id("summary")).to_have_count(0)
    await moved_to(desk, slider, at_s)
    zone = ZoneInfo((await town.gateway.until("/api/city", bool))["timezone"])
    await expect(clock).to_contain_text(datetime.fromtimestamp(at_s, zone).strftime("%H:%M"))
    await expect(clock).to_contain_text("Past")
    for name in (road.id, other.id):
        call = f"roadLevel('{name}')"
        await desk.until_hook(call, levels.get(name, "unknown").__eq__)
    await desk.until_hook("vehicles()", lambda drawn: drawn_as(vehicles, drawn))
    await expect(marker).to_be_in_viewport()
    row = desk.page.locator("[data-testid=incident-row][data-incident=past-1]")
    await expect(row).to_contain_text("On scene")
    await expect(row).to_contain_text("1\u00a0min")
    await desk.picture("past")
    await assert_accessible(desk)

    await desk.page.get_by_test_id("back-to-live").click()
    await expect(clock).not_to_contain_text("Past")
    await desk.until_hook(
        f"roadLevel('{road.id}')", lambda level: level == now or level not in ("jammed", "unknown")
    )
    await desk.until_hook("vehicles()", lambda drawn: len(drawn) >= 40)
    await expect(marker).to_have_count(0)
    await expect(desk.page.get_by_test_id("summary")).to_be_visible()

    # Who opens the link sees the same.
    await desk.open_link(f"time={iso(at_s, '%Y-%m-%dT%H:%MZ')}")
    await desk.until_hook("vehicles()", lambda drawn: drawn_as(vehicles, drawn))
    assert await clock.get_attribute("datetime") == iso(at_s)
    # What is pressed is chosen, and stays chosen.
    await slider.click(position={"x": 10, "y": 20})
    await desk.page.mouse.move(0, 0)
    await desk.until(lambda: clock.get_attribute("datetime"), lambda told: told < iso(at_s - 20 * 3_600))
    await desk.page.keyboard.press("Escape")
    await expect(clock).not_to_contain_text("Past")


async def test_the_slider_fits_a_phone(open_window: OpenWindow) -> None:
    window = await open_window(PHONE, phone=True)
    await window.shows_the_map()
    slider = await opened(window)
    await expect(slider).to_be_in_viewport()
    clock = window.page.get_by_test_id("city-clock")
    await expect(clock).to_contain_text("Past")
    opened_at = await clock.get_attribute("datetime")
    await window.page.get_by_role("button", name="5 minutes back").tap()
    await window.until(lambda: clock.get_attribute("datetime"), lambda told: told != opened_at)
    assert await window.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
    await window.picture("past")
    await window.page.get_by_role("button", name="Open panels").tap()
    await expect(slider).to_be_in_viewport()
    await expect(window.page.get_by_test_id("tab-city")).to_have_count(0)
    await window.picture("past-sheet")
    await window.page.get_by_test_id("back-to-live").tap()
    await expect(clock).not_to_contain_text("Past")
