"""What somebody does at the page: looks from afar and from near, drags the map, opens and closes cards."""

import asyncio
import math
import time

from playwright.async_api import Locator, expect

from tests.browser.window import Window

DESK = (1280, 800)
NEAR_ZOOM = 15.0
# Of the circle that the map is dragged in; a hand takes as long for a round.
RADIUS_PX = 120.0
ROUND_S = 2.0
MOUSE_HZ = 60.0
LOOKED_AT_S = 2.0
FREE = """([middle, centre]) => {
    for (let px = 0; px < 300; px += 20) {
        const at = [middle + px, centre]
        if (document.elementFromPoint(...at) instanceof HTMLCanvasElement) return at
    }
    throw new Error('nothing of the map is free')
}"""
"""Where the map itself can be taken: a sign of an incident that is dragged moves nothing."""


class Viewer:
    """One, at a window in which the whole city is shown."""

    def __init__(self, window: Window, whole: dict[str, float]) -> None:
        self.window = window
        self._whole = whole

    async def whole_city(self) -> None:
        """Look at all of it, no card open."""
        await self.window.look_at(self._whole)

    async def near(self) -> None:
        """Look at its middle from near."""
        await self.window.look_at({**self._whole, "zoom": NEAR_ZOOM})

    async def drag(self, seconds: float) -> None:
        """Drag the map in circles for so long, and let it lie.

        Raises:
            AssertionError: it did not move.
        """
        mouse = self.window.page.mouse
        x, y = await self.window.page.evaluate(FREE, [DESK[0] / 2, DESK[1] / 2])
        before = await self.window.hook("view()")
        await mouse.move(x, y)
        await mouse.down()
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            angle = 2 * math.pi * passed / ROUND_S
            await mouse.move(x + RADIUS_PX * math.sin(angle), y + RADIUS_PX * (1 - math.cos(angle)))
            await asyncio.sleep(1 / MOUSE_HZ)
        # Half a round away from where it was.
        await mouse.move(x, y + 2 * RADIUS_PX)
        await self.window.until_hook("view()", lambda now: now["lat"] > before["lat"])
        await mouse.up()

    async def open_incident(self) -> None:
        """The first of the list, if there is one, and close it again."""
        row = self.window.page.get_by_test_id("incident-row").first
        if await row.count():
            await row.click()
            await self._look_at_card()

    async def open_thing(self, kind: str, id_: str) -> None:
        """Its card, by a link, and close it again."""
        view = "/".join(f"{self._whole[name]:.5f}" for name in ("zoom", "lat", "lon"))
        await self.window.open_link(f"map={view}&select={kind}:{id_}")
        await self._look_at_card()

    async def _look_at_card(self) -> None:
        card: Locator = self.window.page.get_by_test_id("card")
        await expect(card).to_be_visible()
        await asyncio.sleep(LOOKED_AT_S)
        await self.window.page.keyboard.press("Escape")
        await expect(card).to_have_count(0)
