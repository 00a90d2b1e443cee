"""The pictures in README and docs: a whole demo city, and a browser that looks at it.

make screenshots    # or python -m tests.browser.screenshots --help
"""

import argparse
import asyncio
import base64
import itertools
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.async_api import Browser, Error, Page, async_playwright
from playwright.async_api import TimeoutError as TimedOut
from rich.console import Console

from citystream.contracts import city_model
from citystream.contracts.city_model import Position, Road
from demo.api import Api
from demo.city import City, claim
from demo.cli import FAILURES
from demo.plan import Plan
from demo.servers.valkey import Valkey
from demo.session import found, live
from demo.supervision import Say
from demo.up import Show
from simulator.publisher import PublishError
from tests.browser import chromium, yesterday
from tests.browser.conftest import FLAGS
from tests.browser.town import DASHBOARD, in_the_middle
from tests.browser.window import hook, signed_in

OUT = Path("docs/images")
DESK = (1440, 900)
PHONE = (360, 740)
WALL = (3840, 2160)
WALL_SHOWN_PX = 1920

# Of the city, and of the page: a slow machine draws in software. Both are waited for, neither is waited out.
PATIENCE_S = 300.0
PAGE_PATIENCE_S = 120.0
POLL_S = 0.5
# The map fades in what it draws, for a tenth of a second; a frame of a wall takes several in software.
SETTLED_FRAMES = 12
QUALITY = 0.82
MOST_BYTES = 1_500_000

VEHICLES = 1_000
ROADS_LOOKED_AT = 30
NEAR_ZOOM = 14.5
# The two directions of a street are drawn side by side; what drives there may lie above.
BESIDE = ((0, 0), (5, 0), (-5, 0), (0, 5), (0, -5), (4, 4), (-4, -4), (4, -4), (-4, 4))
CARD_S = 5.0
ON_SCENE = 4
"""Steps of an incident that has a course to show."""
# Help stays for 40 s at least.
FRESH_S = 20.0
ATTEMPTS = 5

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


class NoPictureError(RuntimeError):
    """The city or the page did not come to what a picture is to show."""


class Studio:
    """A city, a browser, and what both are waited for."""

    def __init__(self, city: City, api: Api, browser: Browser, say: Say) -> None:
        assert city.settings.model is not None
        self.city = city
        self.api = api
        self.model = city_model.load(city.settings.model)
        self.say = say
        self._browser = browser

    @asynccontextmanager
    async def page(
        self,
        size: tuple[int, int] = DESK,
        *,
        theme: Literal["light", "dark"] = "light",
        phone: bool = False,
        place: str = "",
    ) -> AsyncIterator[Page]:
        """The city's page, signed in, vehicles and roads drawn; `place` is its address from `#` on."""
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
            await page.goto(f"{self.city.url}/{place}")
            await until("roads on the map", lambda: hook(page, "roadLevel('road-001')"), bool)
            await until("vehicles on the map", lambda: drawn(page), bool)
            await settled(page)
            yield page
        finally:
            await context.close()

    async def kept(self, page: Page, width: int | None = None) -> bytes:
        """What a page shows, as WebP; Chromium can write it, so nobody else needs to."""
        await settled(page)
        png = base64.b64encode(await page.screenshot()).decode()
        blank = await self._browser.new_page()
        try:
            return base64.b64decode(await blank.evaluate(AS_WEBP, [png, width, QUALITY]))
        finally:
            await blank.close()


Shot = Callable[[Studio], Awaitable[bytes]]


async def desktop(studio: Studio) -> bytes:
    """The whole city at a desk."""
    async with studio.page() as page:
        return await studio.kept(page)


async def dark(studio: Studio) -> bytes:
    """A district in the dark, and how one of its roads went in the last day."""
    road = await _eventful(studio)
    longitude, latitude = _middle(road)
    async with studio.page(theme="dark", place=f"#{NEAR_ZOOM}/{latitude:.5f}/{longitude:.5f}") as page:
        title = page.get_by_test_id("card-title").filter(has_text=road.name)
        for east_px, south_px in BESIDE:
            await page.mouse.click(DESK[0] / 2 + east_px, DESK[1] / 2 + south_px)
            try:
                await title.wait_for(timeout=CARD_S * 1_000)
            except TimedOut:
                continue
            await page.get_by_test_id("day-chart").wait_for()
            # The pointer off the map, where it would point at something.
            await page.mouse.move(DESK[0] / 2, DESK[1] - 8)
            return await studio.kept(page)
    raise NoPictureError(f"{road.name} could not be clicked on")


async def phone(studio: Studio) -> bytes:
    """The incidents on a phone."""
    async with studio.page(PHONE, phone=True) as page:
        await page.get_by_role("button", name="Open panels").tap()
        await page.get_by_test_id("incident-row").first.wait_for()
        return await studio.kept(page)


async def emergency(studio: Studio) -> bytes:
    """An incident, its unit and its course."""
    async with studio.page() as page:
        for _ in range(ATTEMPTS):
            incident = await _under_way(studio)
            row = page.locator(f"[data-testid=incident-row][data-incident='{incident}']")
            try:
                await row.click(timeout=CARD_S * 1_000)
            except TimedOut:
                continue
            await until("the map goes there", lambda: hook(page, "view()"), lambda now: now["zoom"] >= 14.9)
            picture = await studio.kept(page)
            # It may have ended meanwhile: its card says no more then.
            if await page.get_by_test_id("incident-status").count():
                return picture
    raise NoPictureError("each incident ended while it was looked at")


async def degraded(studio: Studio) -> bytes:
    """The cache hangs: the page says so, and shows what it has."""
    cache = next(one for one in studio.city.backends.servers if isinstance(one, Valkey))
    async with studio.page() as page:
        cache.pause()
        try:
            banner = page.get_by_test_id("banner")
            await until(
                "the banner", banner.all_inner_texts, lambda texts: "Live layer away" in "".join(texts)
            )
            return await studio.kept(page)
        finally:
            cache.resume()


async def wall(studio: Studio) -> bytes:
    """The whole city on a wall of 4K, as seen from farther away."""
    async with studio.page(WALL, theme="dark") as page:
        return await studio.kept(page, WALL_SHOWN_PX)


SHOTS: dict[str, Shot] = {
    "desktop": desktop,
    "dark": dark,
    "phone": phone,
    "emergency": emergency,
    "wall": wall,
    # The last: the city needs a while to be live again.
    "degraded": degraded,
}


async def _eventful(studio: Studio) -> Road:
    """Of roads near the middle, the one whose last day had most levels, in the fewest turns."""

    async def told(road: Road) -> tuple[int, int]:
        levels = [str(one["congestion"]["level"]) for one in await _last_day(studio.api, road.id)]
        return len(set(levels)), -sum(one != other for one, other in itertools.pairwise(levels))

    looked_at = list(itertools.islice(in_the_middle(studio.model), ROADS_LOOKED_AT))
    scores = {road.id: await told(road) for road in looked_at}
    return max(looked_at, key=lambda road: scores[road.id])


async def _under_way(studio: Studio) -> str:
    """Id of the worst incident that help has only just come to: it will not end while one looks at it."""

    async def incidents() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await studio.api.get("/api/emergencies/active"))["emergencies"]
        return [one for one in listed if len(one["history"]) >= ON_SCENE and _since_s(one) < FRESH_S]

    helped = await until("an incident that help has come to", incidents, bool)
    return str(max(helped, key=lambda one: one["severity"])["incident_id"])


def _since_s(incident: dict[str, Any]) -> float:
    """Seconds since its last step."""
    return time.time() - max(map(_epoch, incident["history"].values()))


def _middle(road: Road) -> Position:
    """The place between the two positions in the middle of its line."""
    at = len(road.line) // 2
    (west, south), (east, north) = road.line[at - 1], road.line[at]
    return (west + east) / 2, (south + north) / 2


async def _last_day(api: Api, road_id: str) -> list[dict[str, Any]]:
    now_s = int(time.time())
    answer = await api.get(f"/api/traffic/history/{road_id}", **{"from": now_s - 86_400, "to": now_s})
    windows: list[dict[str, Any]] = answer["windows"]
    return windows


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


async def lively(city: City, api: Api, say: Say) -> None:
    """Back when the city has a past, vehicles, roads and incidents.

    Raises:
        NoPictureError: it has not, in time.
    """
    await city.start_services()
    say("telling the services of the last day")
    readings = await yesterday.tell(city.settings, city.plan.seed)
    say(f"{readings} readings sent; waiting until they are folded")
    assert city.settings.model is not None
    road_id = next(iter(city_model.load(city.settings.model).roads))
    late = time.time() - 900

    async def newest() -> float:
        windows = await _last_day(api, road_id)
        return max((_epoch(one["window_end"]) for one in windows), default=0.0)

    await until("yesterday", newest, lambda end: end > late)
    city.start_simulator()
    await until("vehicles", api.vehicles, lambda vehicles: len(vehicles) >= VEHICLES)
    await until("roads with data", api.roads_with_data, lambda roads: roads >= 100)
    say("waiting until incidents have come, and help to some of them")

    async def incidents() -> list[int]:
        listed = (await api.get("/api/emergencies/active"))["emergencies"]
        return [len(one["history"]) for one in listed]

    await until("incidents", incidents, lambda steps: len(steps) >= 4 and max(steps) >= ON_SCENE)


def _epoch(rfc3339: str) -> float:
    return datetime.fromisoformat(rfc3339).timestamp()


async def take(names: Sequence[str], out: Path, folder: Path, say: Say) -> int:
    """Take the pictures that are named, each whatever becomes of the others; bytes of all of them.

    Raises:
        NoPictureError: some could not be taken.
        ServerError, CityDown, SettingsError, TopicsError, BucketError, PublishError: there is no city.
    """
    sizes: dict[str, int] = {}
    missing = list(names)

    async def work(city: City) -> None:
        async with Api(city) as api, async_playwright() as playwright:
            await lively(city, api, say)
            say("opening Chromium")
            browser = await playwright.chromium.launch(
                executable_path=chromium.found() or chromium.fetch(), args=FLAGS
            )
            studio = Studio(city, api, browser, say)
            try:
                for name in names:
                    say(f"{name}: {(SHOTS[name].__doc__ or '').rstrip('.')}")
                    try:
                        picture = await SHOTS[name](studio)
                    except (NoPictureError, Error) as error:
                        say(f"{name}: {error}")
                        continue
                    file = out / f"{name}.webp"
                    file.write_bytes(picture)
                    sizes[name] = len(picture)
                    missing.remove(name)
                    say(f"{file}: {len(picture) / 1_000:.0f} kB")
            finally:
                await browser.close()

    plan = Plan(folder=folder)
    with claim(plan):
        await live(found(plan, say), work, say)
    if missing:
        raise NoPictureError(f"not taken: {', '.join(missing)}")
    return sum(sizes.values())


def main() -> int:
    """0 if all pictures were taken and are small enough, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.browser.screenshots",
        description="Take the pictures in README and docs anew, of a whole demo city of its own.",
        epilog="Exits 0 if all were taken and are small enough, else 1.",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures [%(default)s]")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(SHOTS),
        metavar="NAME",
        help=f"this one alone, or with others given so: {', '.join(SHOTS)}",
    )
    given = parser.parse_args()
    show = Show(Console(stderr=True))
    if not (DASHBOARD / "index.html").exists():
        show.say("the page is not built: make dashboard")
        return 1
    # What the developer's own shell says of servers is not for this city.
    for name in [name for name in os.environ if name.startswith("CITY_")]:
        del os.environ[name]
    given.out.mkdir(parents=True, exist_ok=True)
    names = [name for name in SHOTS if name in (given.only or SHOTS)]
    try:
        with tempfile.TemporaryDirectory(prefix="city-screenshots-") as folder:
            total = asyncio.run(take(names, given.out, Path(folder), show.say))
    except (*FAILURES, NoPictureError, PublishError, chromium.NoChromiumError, Error) as error:
        show.say(f"Error: {error}")
        return 1
    show.say(f"{len(names)} pictures, {total / 1_000:.0f} kB")
    if total > MOST_BYTES:
        show.say(f"Error: that is more than {MOST_BYTES / 1_000:.0f} kB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
