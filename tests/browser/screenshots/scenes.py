"""What the pictures show; each function brings its window there."""

import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Page
from playwright.async_api import TimeoutError as TimedOut

from citystream.contracts.city_model import Position, Road
from demo.servers.valkey import Valkey
from tests.browser.screenshots.lively import ON_SCENE, epoch_s, incidents, last_day
from tests.browser.screenshots.shot import DESK, PassedError, shot
from tests.browser.screenshots.studio import VEHICLES, NoPictureError, Studio, settled, until
from tests.browser.town import in_the_middle
from tests.browser.window import hook

PHONE = (360, 740)
WALL = (3840, 2160)
WALL_SHOWN_PX = 1920

ROADS_LOOKED_AT = 30
NEAR_ZOOM = 14.5
CARD_ZOOM = 15
"""Where the map flies to, for who chooses from a list."""
# The two directions of a street are drawn side by side; what drives there may lie above.
BESIDE = ((0, 0), (5, 0), (-5, 0), (0, 5), (0, -5), (4, 4), (-4, -4), (4, -4), (-4, 4))
CARD_S = 5.0
# So long ago there were vehicles already, when this picture is taken.
PAST_S = 120.0
# Help stays for 40 s at least.
FRESH_S = 20.0


@shot()
async def desktop(studio: Studio, page: Page) -> AsyncIterator[None]:
    """The whole city at a desk."""
    yield


@shot(theme="dark")
async def dark(studio: Studio, page: Page) -> AsyncIterator[None]:
    """A district in the dark, and how one of its roads went in the last day."""
    road = await _eventful(studio)
    longitude, latitude = _middle(road)
    await _open(page, f"map={NEAR_ZOOM}/{latitude:.5f}/{longitude:.5f}")
    await _near(page, NEAR_ZOOM)
    await settled(page)
    title = page.get_by_test_id("card-title").filter(has_text=road.name)
    for east_px, south_px in BESIDE:
        await page.mouse.click(DESK[0] / 2 + east_px, DESK[1] / 2 + south_px)
        try:
            await title.wait_for(timeout=CARD_S * 1_000)
        except TimedOut:
            continue
        break
    else:
        raise NoPictureError(f"{road.name} could not be clicked on")
    await page.get_by_test_id("day-chart").wait_for()
    # The pointer off the map, where it would point at something.
    await page.mouse.move(DESK[0] / 2, DESK[1] - 8)
    yield


@shot(size=PHONE, phone=True)
async def phone(studio: Studio, page: Page) -> AsyncIterator[None]:
    """The incidents on a phone."""
    await page.get_by_role("button", name="Open panels").tap()
    await page.get_by_test_id("incident-row").first.wait_for()
    yield


@shot()
async def emergency(studio: Studio, page: Page) -> AsyncIterator[None]:
    """An incident, its unit and its course, and the hospital."""
    incident = await _under_way(studio)
    row = page.locator(f"[data-testid=incident-row][data-incident='{incident}']")
    try:
        await row.click(timeout=CARD_S * 1_000)
    except TimedOut as error:
        raise PassedError from error
    await _near(page, CARD_ZOOM)
    await page.get_by_test_id("card").get_by_role("button", name="Show on the map").click()
    await _at_rest(page)
    yield
    # It may have ended meanwhile: its card says no more then.
    if not await page.get_by_test_id("incident-status").count():
        raise PassedError


@shot(size=WALL, theme="dark", shown_px=WALL_SHOWN_PX)
async def wall(studio: Studio, page: Page) -> AsyncIterator[None]:
    """The whole city on a wall of 4K, as seen from farther away."""
    yield


@shot()
async def trends(studio: Studio, page: Page) -> AsyncIterator[None]:
    """Two roads compared over the last day."""
    one = await _eventful(studio)
    other = next(
        road for road in in_the_middle(studio.model) if road.name.split(",")[0] != one.name.split(",")[0]
    )
    await _open(page, f"trends={one.id},{other.id}")
    slider = page.get_by_role("slider", name="Speed and volume over time")
    await slider.focus()
    for key in ("PageUp",) * 6:
        await slider.press(key)
    yield


@shot(theme="dark")
async def past(studio: Studio, page: Page) -> AsyncIterator[None]:
    """Some minutes ago, on the slider of the last day."""
    at_s = int(time.time() - PAST_S) // 60 * 60

    async def vehicles() -> int:
        return len((await studio.api.get("/api/vehicles/at", time=at_s * 1_000))["vehicles"])

    await until("vehicles of some minutes ago", vehicles, lambda count: count >= VEHICLES)
    await _open(page, f"time={time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime(at_s))}")
    await page.locator("[data-testid=city][data-past=known]").wait_for()
    yield


@shot()
async def degraded(studio: Studio, page: Page) -> AsyncIterator[None]:
    """The cache hangs: the page says so, and shows what it has."""
    cache = next(one for one in studio.city.backends.servers if isinstance(one, Valkey))
    cache.pause()
    try:
        banner = page.get_by_test_id("banner")
        await until("the banner", banner.all_inner_texts, lambda texts: "Live layer away" in "".join(texts))
        yield
    finally:
        cache.resume()


SHOTS = {
    one.name: one
    # After the last of them the city needs a while to be live again.
    for one in (desktop, dark, phone, emergency, trends, wall, past, degraded)
}


async def _open(page: Page, link: str) -> None:
    await page.evaluate("link => { location.hash = link }", link)


async def _at_rest(page: Page) -> None:
    """Back when the map has gone where it was sent."""
    before: Any = None

    async def rests() -> bool:
        nonlocal before
        last, before = before, await hook(page, "view()")
        return bool(last == before)

    await until("the map to rest", rests, bool)


async def _near(page: Page, zoom: float) -> None:
    """Back when the map is as near."""
    await until("the map goes there", lambda: hook(page, "view()"), lambda now: now["zoom"] >= zoom - 0.1)


async def _eventful(studio: Studio) -> Road:
    """Of roads near the middle, the one whose last day had most levels, in the fewest turns."""

    async def told(road: Road) -> tuple[int, int]:
        levels = [str(one["congestion"]["level"]) for one in await last_day(studio.api, road.id)]
        return len(set(levels)), -sum(one != other for one, other in itertools.pairwise(levels))

    looked_at = list(itertools.islice(in_the_middle(studio.model), ROADS_LOOKED_AT))
    scores = {road.id: await told(road) for road in looked_at}
    return max(looked_at, key=lambda road: scores[road.id])


async def _under_way(studio: Studio) -> str:
    """Id of the worst incident that help has only just come to: it will not end while one looks at it."""

    async def fresh() -> list[dict[str, Any]]:
        listed = await incidents(studio.api)
        return [one for one in listed if len(one["history"]) >= ON_SCENE and _since_s(one) < FRESH_S]

    helped = await until("an incident that help has come to", fresh, bool)
    return str(max(helped, key=lambda one: one["severity"])["incident_id"])


def _since_s(incident: dict[str, Any]) -> float:
    """Seconds since its last step."""
    return time.time() - max(map(epoch_s, incident["history"].values()))


def _middle(road: Road) -> Position:
    """The place between the two positions in the middle of its line."""
    at = len(road.line) // 2
    (west, south), (east, north) = road.line[at - 1], road.line[at]
    return (west + east) / 2, (south + north) / 2
