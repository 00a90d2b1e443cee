"""Who may see the map, from the first form to the sign-out."""

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import OpenWindow
from tests.browser.town import Town
from tests.gateway.browser import SESSION, Browser
from tests.gateway.running import VIEWER

pytestmark = pytest.mark.browser


async def test_a_wrong_password_is_told_and_the_right_one_opens_the_map(open_window: OpenWindow) -> None:
    window = await open_window(user=None)
    await expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await window.picture("asked")
    await window.sign_in((VIEWER[0], "another password"))
    await expect(window.page.get_by_role("alert")).to_contain_text("wrong")
    assert await window.hook("view()") is None
    await window.picture("wrong")
    await window.sign_in(VIEWER)
    await window.shows_the_map()
    await expect(window.page.get_by_role("heading", name="Sign in")).to_have_count(0)
    await window.shows_the_roads()
    await window.picture("map")


async def test_a_session_that_ends_asks_again_and_keeps_the_view(open_window: OpenWindow, town: Town) -> None:
    window = await open_window()
    await window.shows_the_map()
    first = await window.hook("view()")
    await window.page.get_by_role("button", name="Zoom in").click()
    before = await window.until_hook("view()", lambda view: view["zoom"] >= first["zoom"] + 0.9)
    elsewhere = Browser(town.gateway)
    elsewhere.use(await window.cookie())
    window.tolerate("WebSocket connection to")
    assert (await elsewhere.http.delete(SESSION)).status_code == 204
    await elsewhere.http.aclose()
    again = window.page.get_by_role("dialog", name="Sign in again")
    await expect(again).to_be_visible()
    await window.picture("ended")
    await assert_accessible(window)
    await window.sign_in(VIEWER)
    await expect(again).to_have_count(0)
    await expect(window.page.get_by_test_id("state-chip")).to_contain_text("Live")
    after = await window.hook("view()")
    assert after == pytest.approx(before, abs=1e-6)


async def test_who_signs_out_sees_no_more_and_the_session_is_over(
    open_window: OpenWindow, town: Town
) -> None:
    window = await open_window()
    await window.shows_the_map()
    cookie = await window.cookie()
    await window.page.get_by_role("button", name="Account of").click()
    await window.page.get_by_role("button", name="Sign out").click()
    await expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(window.page.locator("canvas")).to_have_count(0)
    await window.picture("out")
    elsewhere = Browser(town.gateway)
    elsewhere.use(cookie)
    assert await elsewhere.status() == 401
    await elsewhere.http.aclose()
