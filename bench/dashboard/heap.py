"""What page and workers hold: JavaScript, elements and buffers, after a forced collection of each."""

import asyncio
import itertools
import json
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Page

MB = 1e6
ANSWER_S = 60.0
HELD = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
PAGE = "page"
HASH = re.compile(r"-[\w-]{8}\.m?js$")


@dataclass(frozen=True)
class Sample:
    """One moment."""

    minute: float
    mb: Mapping[str, float]
    """By page and workers."""

    @property
    def total_mb(self) -> float:
        return sum(self.mb.values())


def slope_mb_per_min(samples: Sequence[Sample]) -> float:
    """Growth of all of it, by least squares."""
    return statistics.linear_regression(
        [one.minute for one in samples], [one.total_mb for one in samples]
    ).slope


def worker_name(title: str) -> str:
    """The one that it was given, or that of its script without the hash of a build."""
    return f"worker {HASH.sub('', title.rpartition('/')[2])}"


class Heaps:
    """Those of a page: its own and each worker's."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._workers: dict[str, str] = {}
        """Session of each by its name."""
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asks = itertools.count()

    @classmethod
    async def of(cls, page: Page) -> "Heaps":
        """With the workers that run, and those to come."""
        heaps = cls(await page.context.new_cdp_session(page))
        session = heaps._session
        session.on("Target.attachedToTarget", heaps._began)
        session.on("Target.detachedFromTarget", heaps._ended)
        session.on("Target.receivedMessageFromTarget", heaps._heard)
        # A session that is not flat is told of workers' words, and may send them some.
        following = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        await session.send("Target.setAutoAttach", following)
        await session.send("HeapProfiler.enable")
        return heaps

    def _began(self, event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        if target["type"] == "worker":
            self._workers[event["sessionId"]] = worker_name(target["title"])

    def _ended(self, event: dict[str, Any]) -> None:
        self._workers.pop(event["sessionId"], None)

    def _heard(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        answer = self._answers.pop(message.get("id", -1), None)
        if answer is not None:
            answer.set_result(message)

    async def held_mb(self) -> dict[str, float]:
        """After a collection, by page and worker; workers of one name together."""
        await self._session.send("HeapProfiler.collectGarbage")
        held = {PAGE: _mb(await self._session.send("Runtime.getHeapUsage"))}
        for session_id, name in list(self._workers.items()):
            await self._ask(session_id, "HeapProfiler.collectGarbage")
            usage = await self._ask(session_id, "Runtime.getHeapUsage")
            held[name] = held.get(name, 0.0) + _mb(usage)
        return held

    async def _ask(self, session_id: str, method: str) -> dict[str, Any]:
        number = next(self._asks)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = json.dumps({"id": number, "method": method})
        await self._session.send("Target.sendMessageToTarget", {"sessionId": session_id, "message": message})
        async with asyncio.timeout(ANSWER_S):
            said: dict[str, Any] = (await answer)["result"]
        return said


def _mb(usage: dict[str, Any]) -> float:
    return float(sum(usage[name] for name in HELD)) / MB
