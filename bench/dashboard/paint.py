"""First useful paint with a cold cache: a fresh context, somebody who is signed in already, and a clock.

Useful is the first frame after one in which all vehicles are drawn, and roads, at least one in the colour of
its traffic. The clock is the page's own: it runs from where the navigation begins.
"""

import asyncio
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from playwright.async_api import Browser, WebSocket

from bench.dashboard.city import City
from bench.dashboard.viewer import DESK
from tests.browser.window import signed_in
from tests.harness.patience import PATIENCE_S

# A vehicle more or less may be told of later.
MOST = 0.95
KB = 1_000
CITY = "/*city*/"
WATCH = """
window.__useful = new Promise((done) => {
    const { roads, vehicles } = /*city*/
    const hasLevel = (road) => ![null, 'unknown'].includes(window.__city.roadLevel(road))
    const hasVehicles = async () => (await window.__city.painted()).vehicles >= vehicles
    const hasRoads = () => window.__city.roadsDrawn() > 0 && roads.some(hasLevel)
    const isUseful = async () => window.__city !== undefined && hasRoads() && (await hasVehicles())
    const look = async () => {
        if (await isUseful()) requestAnimationFrame(done)
        else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
})
"""
TOLD = """async () => ({
    usefulMs: await window.__useful,
    contentfulMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
})"""


@dataclass(frozen=True)
class Line:
    """What the page comes over and to."""

    name: str
    cpu: float = 1.0
    """So many times slower than this machine's, on the main thread."""
    network: dict[str, float] | None = None
    """As Chromium's tools call it."""


PLAIN = Line("this machine")
# The tools' own "Fast 4G": 9 Mbit/s down and 1.5 up, a tenth off, and what a round trip takes.
FAST_4G = {"latency": 165.0, "downloadThroughput": 9e6 / 8 * 0.9, "uploadThroughput": 1.5e6 / 8 * 0.9}
SLOW = Line("a quarter of its CPU, fast 4G", 4.0, FAST_4G)
LINES = (PLAIN, SLOW)


@dataclass(frozen=True)
class Paint:
    """One visit; its bytes are those up to the useful paint."""

    useful_ms: float
    contentful_ms: float
    http_kb: float
    """As they came over the wire, packed."""
    live_kb: float
    """Of the stream's messages, unpacked."""


async def paint(browser: Browser, city: City, line: Line) -> Paint:
    """Open the page for the first time.

    Raises:
        TimeoutError: it was not useful in time.
    """
    context = await browser.new_context(
        viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="no-preference"
    )
    context.set_default_timeout(PATIENCE_S * 1_000)
    try:
        await signed_in(context, city.url, city.user)
        wanted = json.dumps({"roads": city.roads, "vehicles": city.vehicles * MOST})
        await context.add_init_script(WATCH.replace(CITY, wanted))
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        if line.network is not None:
            await session.send("Network.emulateNetworkConditions", {"offline": False, **line.network})
        await session.send("Emulation.setCPUThrottlingRate", {"rate": line.cpu})
        http: list[float] = []
        live: list[int] = []

        def follow(socket: WebSocket) -> None:
            socket.on("framereceived", lambda payload: live.append(len(payload)))

        session.on("Network.loadingFinished", lambda event: http.append(event["encodedDataLength"]))
        page.on("websocket", follow)
        await page.goto(city.url)
        async with asyncio.timeout(PATIENCE_S):
            told = await page.evaluate(TOLD)
        return Paint(told["usefulMs"], told["contentfulMs"], sum(http) / KB, sum(live) / KB)
    finally:
        await context.close()


def figures(paints: Sequence[Paint]) -> dict[str, Any]:
    """The median of each, as `--json` has them."""
    return {name: round(statistics.median(asdict(one)[name] for one in paints)) for name in asdict(paints[0])}
