"""Something is found by its name, and what is looked at is shown to somebody else."""

import math
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenWindow
from tests.browser.town import Town, in_the_middle
from tests.browser.window import Window
from tests.gateway.running import VIEWER

pytestmark = pytest.mark.browser

# Degrees: a street or two, of a city whose edge is ten times as far from its middle.
NEAR = 0.005


def _field(window: Window) -> Locator:
    return window.page.get_by_role("combobox", name="Search the city")


def _is_near(view: dict[str, float], place: tuple[float, float]) -> bool:
    return math.dist((view["lon"], view["lat"]), place) < NEAR


async def test_a_road_is_found_by_the_keyboard(desk: Window, town: Town) -> None:
    road = list(in_the_middle(town.model))[-1]
    await desk.page.keyboard.press("/")
    await expect(_field(desk)).to_be_focused()
    await desk.page.keyboard.type(road.name.upper())
    option = desk.page.get_by_role("option", selected=True)
    await expect(option).to_contain_text(road.name)
    await desk.picture("found")
    await assert_accessible(desk)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_test_id("card-title")).to_have_text(road.name)
    west, south = (min(place[axis] for place in road.line) for axis in (0, 1))
    east, north = (max(place[axis] for place in road.line) for axis in (0, 1))
    middle = ((west + east) / 2, (south + north) / 2)
    await desk.until_hook("view()", lambda view: _is_near(view, middle) and view["zoom"] > 12)
    await expect(_field(desk)).not_to_be_focused()
    await desk.picture("road")


async def test_a_hospital_is_found_while_its_layer_is_off(desk: Window, town: Town) -> None:
    hospital = next(iter(town.model.hospitals.values()))
    layer = desk.page.get_by_role("switch", name="Hospitals")
    await layer.uncheck()
    await desk.page.keyboard.press("Control+k")
    await desk.page.keyboard.type(hospital.name)
    await desk.page.get_by_role("option", name=hospital.name, exact=True).click()
    await expect(desk.page.get_by_test_id("card-title")).to_have_text(hospital.name)
    # The card has taken the room of the layers.
    await desk.page.get_by_role("button", name="Unfold Layers").click()
    await expect(layer).to_be_checked()
    await desk.until_hook("view()", lambda view: _is_near(view, hospital.position))


async def test_what_is_not_there_is_not_found_and_escape_leaves(desk: Window) -> None:
    await _field(desk).fill("no such thing")
    await expect(desk.page.get_by_role("search")).to_contain_text("Nothing found")
    await desk.picture("nothing")
    await desk.page.keyboard.press("Escape")
    await expect(_field(desk)).to_have_value("")
    await expect(_field(desk)).not_to_be_focused()


async def test_a_link_shows_another_person_the_same(
    desk: Window, open_window: OpenWindow, town: Town
) -> None:
    camera = next(iter(town.model.cameras.values()))
    longitude, latitude = camera.position
    where = f"map=14.50/{latitude:.5f}/{longitude:.5f}/20"
    shown = "layers=vehicles,incidents,congestion,cameras"
    # Pasted into a window that shows another place.
    await desk.open_link(f"{where}&select=camera:{quote(camera.id)}&{shown}&hide=taxi,car")
    await desk.until_hook("view()", lambda view: _is_as_told(view, camera.position))
    await desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.page.get_by_role("button", name="Copy link").click()
    await expect(desk.page.get_by_text("Link copied")).to_be_visible()
    await desk.picture("copied")
    link = await desk.page.evaluate("() => navigator.clipboard.readText()")

    other = await open_window(user=None)
    await other.page.goto(link)
    await other.sign_in(VIEWER)
    await other.until_hook("view()", lambda view: _is_as_told(view, camera.position))
    await expect(other.page.get_by_test_id("card-title")).to_have_text(camera.id)
    await other.page.get_by_role("button", name="Unfold Layers").click()
    await expect(other.page.get_by_role("switch", name="Cameras")).to_be_checked()
    await expect(other.page.get_by_role("switch", name="Hospitals")).not_to_be_checked()
    assert await other.page.evaluate("() => location.href") == link
    assert link.endswith("&hide=car,taxi")
    await other.picture("link")


def _is_as_told(view: dict[str, Any], position: tuple[float, float]) -> bool:
    is_there = math.dist((view["lon"], view["lat"]), position) < NEAR / 100
    return is_there and abs(view["zoom"] - 14.5) < 0.01 and abs(view["bearingDeg"] - 20) < 0.1
