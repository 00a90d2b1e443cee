"""A city that has a tile server: its tiles lie under the map, and nothing hangs on them."""

import base64
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import windows
from tests.browser.tile_server import TileServer
from tests.browser.town import Town
from tests.browser.window import Window
from tests.gateway.running import Gateway

pytestmark = pytest.mark.browser

ATTRIBUTION = "© Example contributors"
# Of the light theme, where the city is built up; between the panels.
GROUND = [0xF4, 0xF5, 0xF7]
BETWEEN = {"x": 400, "y": 260, "width": 120, "height": 120}
# Less to draw than at a desk.
SIZE = (1000, 700)
SHARE_OF_COLOUR = """async ([png, colour]) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0))
  const picture = await createImageBitmap(new Blob([bytes]))
  const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
  context.drawImage(picture, 0, 0)
  const { data } = context.getImageData(0, 0, picture.width, picture.height)
  let count = 0
  for (let at = 0; at < data.length; at += 4) count += colour.every((part, of) => part === data[at + of])
  return count / (data.length / 4)
}"""


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    server = TileServer()
    yield server
    server.stop()


@pytest.fixture
async def gateway(town: Town, tiles: TileServer) -> AsyncIterator[Gateway]:
    """Another of the same city, that names the tile server."""
    named = {"CITY_GATEWAY_TILES": tiles.template, "CITY_GATEWAY_TILES_ATTRIBUTION": ATTRIBUTION}
    gateway = Gateway(town.folder, town.gateway_environment | named)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
async def window(gateway: Gateway, browser: Browser) -> AsyncIterator[Window]:
    async with windows(gateway.url, browser, "tiles") as open_one:
        yield await open_one(SIZE)


async def share_of_ground(window: Window) -> float:
    picture = await window.page.screenshot(clip=BETWEEN)  # type: ignore[arg-type]
    share: float = await window.page.evaluate(SHARE_OF_COLOUR, [base64.b64encode(picture).decode(), GROUND])
    return share


async def test_tiles_lie_under_the_map_and_it_does_without_them(window: Window, tiles: TileServer) -> None:
    said: list[str] = []
    window.page.on("console", lambda message: said.append(message.text))
    await expect(window.page.get_by_text(ATTRIBUTION)).to_be_in_viewport()
    await window.shows_the_roads()
    await window.until(lambda: share_of_ground(window), lambda share: share < 0.01)
    assert tiles.asked
    await window.picture("light")
    switch = window.page.get_by_role("switch", name="Street map")
    await switch.uncheck()
    await window.until(lambda: share_of_ground(window), lambda share: share > 0.1)
    await expect(window.page.get_by_text(ATTRIBUTION)).to_have_count(0)
    await switch.check()

    # The browser says so of each; the page once.
    window.tolerate("Failed to load resource", "tiles: ")
    tiles.stop()
    zoom = (await window.hook("view()"))["zoom"]
    await window.page.get_by_role("button", name="Zoom in").click()
    await window.until_hook("view()", lambda view: view["zoom"] > zoom)

    async def complaints() -> list[str]:
        return [one for one in said if one.startswith("tiles: ")]

    await window.until(complaints, bool)
    await window.shows_the_map()
    assert len(await complaints()) == 1
