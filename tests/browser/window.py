"""A window of the page: what a person does in it, what it shows, and what it complains of."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page

from tests.harness.patience import PATIENCE_S

# What a browser says of itself, wherever the page asks whether somebody is signed in and nobody is.
UNSIGNED = "Failed to load resource: the server responded with a status of 401"
TELL_OF_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`))
"""


async def signed_in(context: BrowserContext, url: str, user: tuple[str, str]) -> None:
    """What is opened in it from now on has the session of a user, a name and a password."""
    await context.request.post(
        f"{url}/api/session",
        data={"name": user[0], "password": user[1]},
        headers={"Origin": url},
        fail_on_status_code=True,
    )


async def hook(page: Page, call: str) -> Any:
    """What a page tells of itself: `window.__city`; None while it is not there."""
    return await page.evaluate(f"() => window.__city?.{call} ?? null")


class Window:
    """Everything is waited for, nothing is waited out."""

    def __init__(self, url: str, name: str, pictures: Path | None) -> None:
        self.url = url
        self.complaints: list[str] = []
        """Of the console, and of the page's policy."""
        self.page: Page
        self._name = name
        self._pictures = pictures
        self._context: BrowserContext
        self._links = 0
        self._tolerated: tuple[str, ...] = (UNSIGNED,)

    async def open(
        self,
        browser: Browser,
        size: tuple[int, int],
        *,
        phone: bool,
        moves: bool,
        user: tuple[str, str] | None,
    ) -> None:
        """The page, for a user who has signed in if one is given; if it `moves`, things glide."""
        self._context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            is_mobile=phone,
            has_touch=phone,
            # Of metric units.
            locale="en-GB",
            reduced_motion="no-preference" if moves else "reduce",
        )
        self._context.set_default_timeout(PATIENCE_S * 1_000)
        await self._context.add_init_script(TELL_OF_VIOLATIONS)
        if user is not None:
            await signed_in(self._context, self.url, user)
        self.page = await self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._failed)
        await self.page.goto(self.url)

    async def close(self) -> None:
        await self._context.close()

    def tolerate(self, *beginnings: str) -> None:
        """What the console may say from now on, for the test makes it so."""
        self._tolerated += beginnings

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert") and not message.text.startswith(self._tolerated):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")

    async def sign_in(self, user: tuple[str, str]) -> None:
        """Fill the form and send it."""
        await self.page.get_by_role("textbox", name="Name", exact=True).fill(user[0])
        await self.page.get_by_label("Password", exact=True).fill(user[1])
        await self.page.get_by_role("button", name="Sign in").click()

    async def open_link(self, link: str) -> None:
        """What a link tells behind `#`; it is obeyed also when it is the one before."""
        self._links += 1
        await self.page.evaluate("link => { location.hash = link }", f"{link}&n={self._links}")

    async def look_at(self, view: dict[str, float]) -> None:
        """As a link to that place has it: nothing chosen, the layers as they are at first."""
        await self.open_link(f"map={view['zoom']:.4f}/{view['lat']:.6f}/{view['lon']:.6f}")
        await self.until_hook("view()", lambda now: all(abs(now[name] - view[name]) < 0.001 for name in view))
        await self.until(self.page.get_by_test_id("card").count, lambda count: count == 0)

    async def shows_the_map(self) -> None:
        """Wait until vehicles are drawn on it."""
        await self.until_hook("vehicles()", bool)

    async def shows_the_roads(self) -> None:
        """Wait until they are drawn too, by their levels."""
        await self.until_hook("roadLevel('road-001')", bool)

    async def hook(self, call: str) -> Any:
        """What the page tells tests of itself: `window.__city`; None while it is not there."""
        return await hook(self.page, call)

    async def until_hook(self, call: str, holds: Callable[[Any], bool]) -> Any:
        """The first answer of a hook that holds."""
        return await self.until(lambda: self.hook(call), holds)

    async def until(self, ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
        """The first answer that holds; one while the page has not come so far does not."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = await ask()
            if found is not None and holds(found):
                return found
            assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE_S} s; {self.complaints}"
            # To draw is what the machine has its cores for.
            await asyncio.sleep(0.1)

    async def cookie(self) -> str:
        """The session's."""
        found = [one for one in await self._context.cookies() if one.get("name") == "city-session"]
        return str(found[0].get("value"))

    async def picture(self, state: str) -> None:
        """For people to look at, where CITY_SCREENSHOTS names a folder."""
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=self._pictures / f"{self._name}-{state}.png")
