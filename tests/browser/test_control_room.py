"""The control room: what is new announces itself, help is seen on its way, figures say what they mean."""

import re
from typing import Any

import pytest
from playwright.async_api import Response, expect

from citystream.contracts.city_model import Position
from gateway.near import distance_m
from tests.browser.axe import assert_accessible
from tests.browser.town import SPEED_KMH, Town, in_the_middle
from tests.browser.window import Window

pytestmark = pytest.mark.browser

UNIT = "vehicle-03"
# What the panels of a desk leave free.
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 344, 968, 64, 720
# A word of the unit is 5 s old at the page, and drawn until the next; the gateway's may be newer by as much.
BEHIND_M = 15 * SPEED_KMH / 3.6


async def test_a_new_incident_announces_itself_and_its_card_follows_help_to_the_scene(
    desk: Window, town: Town
) -> None:
    road = list(in_the_middle(town.model))[8]
    hospital = next(iter(town.model.hospitals.values()))
    toast, card = desk.page.get_by_test_id("toast"), desk.page.get_by_test_id("card")
    show = toast.get_by_role("button", name="Show")
    scene = await town.report("help-1", road.id, kind="medical")
    try:
        # Another may be there still, of one that has ended.
        await expect(toast).to_contain_text(road.name)
        # Who is at its button keeps it.
        await show.focus()
        await expect(desk.page.get_by_test_id("announcer")).to_have_text(
            f"New incident: Medical, severity 5, {road.name}"
        )
        await desk.picture("toast")
        await expect(desk.page.locator("[data-incident=help-1]").get_by_test_id("row-unit")).to_have_text(
            "No unit yet"
        )
        await desk.page.keyboard.press("Enter")
        await expect(toast).to_have_count(0)
        await expect(card.get_by_test_id("incident-unit")).to_have_text("No unit yet")
        helps = {"kind": "medical", "unit_id": UNIT, "hospital_id": hospital.id}
        for status in ("dispatched", "en_route"):
            await town.report("help-1", road.id, status=status, **helps)
        await expect(card.get_by_test_id("incident-status")).to_have_text("En route")
        states = (
            await card.get_by_test_id("course")
            .get_by_role("listitem")
            .evaluate_all("items => items.map((item) => [item.dataset.status, item.dataset.state])")
        )
        assert states == [
            ["reported", "reached"],
            ["dispatched", "reached"],
            ["en_route", "present"],
            ["on_scene", "ahead"],
            ["transporting", "ahead"],
            ["resolved", "ahead"],
        ]
        away_m = await _unit_to(town, scene)
        await expect(card.get_by_test_id("unit-distance")).to_contain_text("to the scene")
        assert abs(await _told_m(desk, "unit-distance") - away_m) < BEHIND_M
        far_m = distance_m(*scene, *hospital.position)
        assert abs(await _told_m(desk, "incident-hospital") - far_m) < max(1.0, 0.01 * far_m)
        legs = await desk.until_hook("approach()", lambda legs: len(legs["features"]) == 2)
        ends = _ends(legs)
        assert distance_m(*ends["unit"][1], *scene) < 1
        assert distance_m(*ends["transfer"][0], *scene) < 1
        assert distance_m(*ends["transfer"][1], *hospital.position) < 1
        # The line goes along with the unit, from where it is drawn.
        await desk.until(lambda: _gap_m(desk), lambda gap_m: gap_m < 1)
        await desk.until_hook("approach()", lambda now: _ends(now)["unit"][0] != ends["unit"][0])
        await card.get_by_role("button", name="Show on the map").click()
        await desk.until_hook("vehicles()", _is_free)
        await desk.picture("help")
        await assert_accessible(desk)
        await town.report("help-1", road.id, status="transporting", **helps)
        await expect(card.get_by_test_id("unit-distance")).to_contain_text("to the hospital")
        await desk.until_hook(
            "approach()", lambda now: distance_m(*_ends(now)["unit"][1], *hospital.position) < 1
        )
        # The stream tells of it no more; its card does.
        await town.report("help-1", road.id, status="resolved", **helps)
        await expect(card.get_by_test_id("incident-status")).to_have_text("Resolved")
        await expect(card.locator("[data-status=resolved]").last).to_have_attribute("data-state", "present")
    finally:
        await town.report("help-1", road.id, kind="medical", status="resolved")
    await desk.page.get_by_test_id("card-close").click()
    assert await desk.hook("approach()") is None


async def test_the_city_panel_has_the_worst_roads_and_how_each_part_stands(desk: Window, town: Town) -> None:
    panel = desk.page.get_by_test_id("city-panel")
    orders: list[list[str]] = []

    async def hear(response: Response) -> None:
        if response.url.endswith("/api/analytics/traffic-summary") and response.ok:
            orders.append([road["road_id"] for road in (await response.json())["slowest_roads"]])

    desk.page.on("response", hear)
    await panel.get_by_role("button", name="Unfold City").click()
    try:
        status = await town.gateway.get("/api/status")
        wrong = {
            *(name for name, layer in status["layers"].items() if layer["state"] != "up"),
            *(f"{one['process']} {one['role']}" for one in status["services"] if one["state"] != "up"),
        }
        # Nobody archives here: what is not up is named without being asked for.
        assert "gps archive" in wrong
        parts = panel.get_by_test_id("part")

        async def named() -> set[str]:
            return set(await parts.evaluate_all("parts => parts.map((part) => part.dataset.part)"))

        await desk.until(named, lambda names: names == wrong)
        await expect(panel.locator("[data-part='gps archive']")).to_contain_text("Down")
        await panel.get_by_test_id("platform-line").click()
        await expect(panel.locator("[data-part='gps stream']")).to_contain_text("Up")
        await expect(parts.last).to_have_attribute("data-state", "up")
        await desk.picture("city")
        await assert_accessible(desk, "[data-testid=city-panel]")
        await panel.get_by_test_id("platform-line").click()
        rows = panel.get_by_test_id("worst-road")

        async def shown() -> list[str]:
            return list(await rows.evaluate_all("rows => rows.map((row) => row.dataset.road)"))

        await desk.until(shown, lambda order: bool(order) and order in orders)
        await rows.first.focus()
        await rows.first.press("ArrowDown")
        name = await desk.page.evaluate(
            "document.activeElement.querySelector('.worst-road-name').textContent"
        )
        await desk.page.keyboard.press("Enter")
        await expect(desk.page.get_by_test_id("card-title")).to_have_text(name)
    finally:
        desk.page.remove_listener("response", hear)
        await panel.get_by_role("button", name="Fold City").click()


async def test_the_index_tells_by_keyboard_what_it_means(desk: Window) -> None:
    button = desk.page.get_by_role("button", name=re.compile("^Congestion ×"))
    await button.focus()
    await desk.page.keyboard.press("Enter")
    meaning = desk.page.get_by_test_id("figure-congestion-meaning")
    await expect(meaning).to_be_visible()
    told = await meaning.inner_text()
    index = re.search(r"×([\d.]+)", told)
    assert index is not None, told
    assert f"takes {round(abs(float(index[1]) - 1) * 100)}%" in told
    await expect(meaning).to_contain_text("roads report now")
    await desk.picture("index")
    await assert_accessible(desk, "[data-testid=summary]")
    await desk.page.keyboard.press("Escape")
    await expect(meaning).to_be_hidden()
    await expect(button).to_be_focused()


async def _unit_to(town: Town, scene: Position) -> float:
    unit = await town.gateway.get(f"/api/vehicles/{UNIT}")
    return distance_m(unit["longitude"], unit["latitude"], *scene)


async def _gap_m(desk: Window) -> float:
    """From where the unit is drawn to where its line begins."""
    unit = (await desk.hook("vehicles()"))[UNIT]
    start, _ = _ends(await desk.hook("approach()"))["unit"]
    return distance_m(unit["lon"], unit["lat"], *start)


async def _told_m(desk: Window, test_id: str) -> float:
    """The distance that a part of the card tells."""
    text = await desk.page.get_by_test_id(test_id).inner_text()
    found = re.search(r"([\d,.]+)\s(k?m) (?:to|from)", text)
    assert found is not None, text
    return float(found[1].replace(",", "")) * (1_000 if found[2] == "km" else 1)


def _is_free(drawn: dict[str, dict[str, float]]) -> bool:
    """Whether the unit is drawn between the panels."""
    at = drawn[UNIT]
    return LEFT_PX < at["x"] < RIGHT_PX and TOP_PX < at["y"] < BOTTOM_PX


def _ends(legs: dict[str, Any]) -> dict[str, tuple[Position, Position]]:
    """From where to where each line leads."""
    return {one["properties"]["leg"]: _line(*one["geometry"]["coordinates"]) for one in legs["features"]}


def _line(start: list[float], end: list[float]) -> tuple[Position, Position]:
    return (start[0], start[1]), (end[0], end[1])
