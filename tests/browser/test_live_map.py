"""What is on the map goes with what happens in the city."""

import math

import pytest
from playwright.async_api import expect

from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

# Degrees: a street or two, of a city whose edge is ten times as far from its middle.
NEAR = 0.005


async def test_vehicles_move(desk: Window) -> None:
    before = await desk.until_hook("vehicles()", lambda drawn: len(drawn) >= 40)

    def moved(now: dict[str, dict[str, float]]) -> bool:
        return all(
            _degrees(now[name], place) > 0 and _pixels(now[name], place) > 0
            for name, place in before.items()
            if name.startswith("vehicle-")
        )

    await desk.until_hook("vehicles()", moved)
    await desk.shows_the_roads()
    await desk.until_hook("roadsDrawn()", bool)
    painted: dict[str, float] = await desk.hook("painted()")
    assert painted["vehicles"] >= 40

    def more(now: dict[str, float]) -> bool:
        return all(now[figure] > painted[figure] for figure in ("frames", "ms"))

    await desk.until_hook("painted()", more)
    await desk.picture("map")


async def test_an_incident_appears_in_the_panel_and_on_the_map_and_goes_when_it_ends(
    desk: Window, town: Town
) -> None:
    road = list(in_the_middle(town.model))[-1]
    longitude, latitude = await town.report("fire-1", road.id)
    row = desk.page.locator("[data-testid=incident-row][data-incident=fire-1]")
    marker = desk.page.locator("[data-testid=incident-marker][data-incident=fire-1]")
    await expect(row).to_contain_text("Fire")
    await expect(row).to_contain_text(road.name)
    await expect(marker).to_be_in_viewport()
    await desk.picture("incident")
    await row.click()
    await desk.until_hook(
        "view()", lambda view: abs(view["lon"] - longitude) < NEAR and abs(view["lat"] - latitude) < NEAR
    )
    await expect(marker).to_be_in_viewport()
    await desk.picture("incident-chosen")
    await town.report("fire-1", road.id, status="resolved")
    await expect(marker).to_have_count(0)
    await expect(row).to_have_count(0)


async def test_a_road_takes_the_colour_of_a_jam(desk: Window, town: Town) -> None:
    road = list(in_the_middle(town.model))[3]
    call = f"roadLevel('{road.id}')"
    await desk.page.get_by_role("button", name="Show the whole city").click()
    await desk.until_hook(call, lambda level: level in ("free", "light", "moderate"))
    await town.jam(road.id)
    try:
        await desk.until_hook(call, lambda level: level == "jammed")
        await desk.picture("jammed")
    finally:
        town.clear(road.id)


async def test_while_redis_is_away_the_page_says_so_and_keeps_its_data(desk: Window, town: Town) -> None:
    banner = desk.page.get_by_test_id("banner")
    await expect(banner).to_have_count(0)
    town.redis.pause()
    try:
        await expect(banner).to_contain_text("Live layer away")
        assert await desk.hook("source()") == "last-known"
        assert len(await desk.hook("vehicles()")) >= 40
        await desk.picture("redis-away")
    finally:
        town.redis.resume()
    await desk.until_hook("source()", lambda source: source == "speed")
    await expect(banner).to_have_count(0)


def _degrees(one: dict[str, float], other: dict[str, float]) -> float:
    return math.hypot(one["lon"] - other["lon"], one["lat"] - other["lat"])


def _pixels(one: dict[str, float], other: dict[str, float]) -> float:
    return math.hypot(one["x"] - other["x"], one["y"] - other["y"])
