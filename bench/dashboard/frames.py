"""Frames: how far apart the page has them, what blocks it, and how often its worker draws vehicles."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bench.latency import Latencies
from tests.browser.window import Window

# What a scene before left to draw is drawn by then, and a map that was let go lies still.
SETTLE_S = 2.0
RECORD = """async (ms) => {
    const city = window.__city
    const longTasks = []
    const hear = (entries) => longTasks.push(...entries.map(({ duration }) => duration))
    const observer = new PerformanceObserver((list) => hear(list.getEntries()))
    observer.observe({ type: 'longtask' })
    const before = await city.painted()
    const times = await new Promise((done) => {
        const times = []
        const note = (now) => {
            times.push(now)
            if (now - times[0] < ms) requestAnimationFrame(note)
            else done(times)
        }
        requestAnimationFrame(note)
    })
    const after = await city.painted()
    hear(observer.takeRecords())
    observer.disconnect()
    return { times, longTasks, paintings: after.frames - before.frames, paintingMs: after.ms - before.ms }
}"""


@dataclass(frozen=True)
class Frames:
    """What one scene had."""

    intervals_ms: tuple[float, ...]
    """From one frame to the next."""
    long_tasks_ms: tuple[float, ...]
    """What kept the main thread for more than 50 ms."""
    paintings: int
    """How often the worker drew the vehicles."""
    painting_ms: float
    """That it took for all of them."""

    @property
    def seconds(self) -> float:
        return sum(self.intervals_ms) / 1_000

    def percentile_ms(self, percent: float) -> float:
        """The shortest interval that this share of them did not exceed."""
        return Latencies(self.intervals_ms, 0).percentile(percent)


def together(parts: Iterable[Frames]) -> Frames:
    """Several rounds of one scene as one."""
    all_ = list(parts)
    return Frames(
        tuple(ms for one in all_ for ms in one.intervals_ms),
        tuple(ms for one in all_ for ms in one.long_tasks_ms),
        sum(one.paintings for one in all_),
        sum(one.painting_ms for one in all_),
    )


def figures(frames: Frames) -> dict[str, Any]:
    """Of a scene, as `--json` has them."""
    seconds = frames.seconds
    return {
        "median_ms": round(frames.percentile_ms(50), 1),
        "p95_ms": round(frames.percentile_ms(95), 1),
        "worst_ms": round(frames.percentile_ms(100), 1),
        "per_s": round(len(frames.intervals_ms) / seconds, 1),
        "long_tasks_per_min": round(len(frames.long_tasks_ms) * 60 / seconds, 1),
        "long_tasks_share": round(sum(frames.long_tasks_ms) / 1_000 / seconds, 3),
        "paintings_per_s": round(frames.paintings / seconds, 1),
        "ms_a_painting": round(frames.painting_ms / max(1, frames.paintings), 2),
    }


async def record(
    window: Window, seconds: float, meanwhile: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> Frames:
    """The frames of so many seconds, in which something may be done."""
    await asyncio.sleep(SETTLE_S)
    found, _ = await asyncio.gather(window.page.evaluate(RECORD, seconds * 1_000), meanwhile(seconds))
    times: list[float] = found["times"]
    return Frames(
        tuple(after - before for before, after in pairwise(times)),
        tuple(found["longTasks"]),
        found["paintings"],
        found["paintingMs"],
    )
