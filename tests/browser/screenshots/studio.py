"""Where pictures are taken: a city, a browser, and what both are waited for."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx
from playwright.async_api import Browser, Page

from citystream.contracts import city_model
from demo.api import Api
from demo.city import City
from tests.browser.window import hook, signed_in

VEHICLES = 1_000
# Of the city, and of the page: a slow machine draws in software. Both are waited for, neither is waited out.
PATIENCE_S = 300.0
PAGE_PATIENCE_S = 120.0
POLL_S = 0.5
# The map fades in what it draws, for a tenth of a second; a frame of a wall takes several in software.
SETTLED_FRAMES = 12
QUALITY = 0.82

SETTLED = """(frames) => new Promise((done) => {
    const next = (left) => left === 0 ? done() : requestAnimationFrame(() => next(left - 1))
    void document.fonts.ready.then(() => next(frames))
})"""
AS_WEBP = """async ([png, width, quality]) => {
    const picture = new Image()
    picture.src = `data:image/png;base64,${png}`
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = width ?? picture.naturalWidth
    canvas.height = Math.round(picture.naturalHeight * canvas.width / picture.naturalWidth)
    const context = canvas.getContext('2d')
    context.imageSmoothingQuality = 'high'
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
    return canvas.toDataURL('image/webp', quality).split(',')[1]
}"""

Theme = Literal["light", "dark"]


class NoPictureError(RuntimeError):
    """The city or the page did not come to what a picture is to show."""


class Studio:
    """A lively city, and a browser that opens its page."""

    def __init__(self, city: City, api: Api, browser: Browser) -> None:
        assert city.settings.model is not None
        self.city = city
        self.api = api
        self.model = city_model.load(city.settings.model)
        self._browser = browser

    @asynccontextmanager
    async def page(self, size: tuple[int, int], *, theme: Theme, phone: bool) -> AsyncIterator[Page]:
        """The city's page, signed in, vehicles and roads drawn."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
            color_scheme=theme,
            # Of metric units.
            locale="en-GB",
            reduced_motion="no-preference",
        )
        context.set_default_timeout(PAGE_PATIENCE_S * 1_000)
        try:
            user = self.city.credentials
            await signed_in(context, self.city.url, (user.username, user.password))
            page = await context.new_page()
            await page.goto(self.city.url)
            await until("roads on the map", lambda: hook(page, "roadLevel('road-001')"), bool)
            await until("vehicles on the map", lambda: drawn(page), bool)
            await settled(page)
            yield page
        finally:
            await context.close()

    async def kept(self, page: Page, width: int | None) -> bytes:
        """What a page shows, as WebP; Chromium can write it, so nobody else needs to."""
        await settled(page)
        png = base64.b64encode(await page.screenshot()).decode()
        blank = await self._browser.new_page()
        try:
            return base64.b64decode(await blank.evaluate(AS_WEBP, [png, width, QUALITY]))
        finally:
            await blank.close()


async def until(what: str, ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """The first answer that holds.

    Raises:
        NoPictureError: none did in time.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = await ask()
            if answer is not None and holds(answer):
                return answer
        except httpx.HTTPError as error:
            answer = error
        if time.monotonic() > deadline:
            raise NoPictureError(f"waited {PATIENCE_S:.0f} s in vain for {what}: {answer!r:.300}")
        await asyncio.sleep(POLL_S)


async def drawn(page: Page) -> bool | None:
    """Whether most vehicles are."""
    vehicles = await hook(page, "vehicles()")
    return None if vehicles is None else len(vehicles) > VEHICLES * 0.9


async def settled(page: Page) -> None:
    """Back when what there is to draw has been drawn."""
    await page.evaluate(SETTLED, SETTLED_FRAMES)
