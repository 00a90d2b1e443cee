"""What the archive has of the last hours: roads' windows, which answer when Redis lacks them, and the newest
states of all things, which answer when it is away.

Folded in the background, never for a request. A part of a window is kept when it has closed in its partition.
"""

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from citystream.children import end_children
from citystream.contracts.state import merged
from citystream.contracts.traffic import WINDOWS, TrafficWindow
from citystream.settings import Settings
from gateway.archive_process import Wanted, begin, look
from gateway.city import City
from gateway.fallback import Fallback
from gateway.layer_states import BatchLayer
from gateway.link import now_ms
from gateway.reader import Reader

if TYPE_CHECKING:
    from citystream.replay.archived_windows import ArchivedWindow, Found

log = logging.getLogger(__name__)

TYPE = "traffic"
LOOK_S = 10.0
# A first look may read hours of a large city.
ANSWER_S = 1_800.0

Parts = dict[int, TrafficWindow]
"""Partition -> its part of a window."""

_decoder = msgspec.msgpack.Decoder(TrafficWindow)


class Batch:
    """What is known of the archive."""

    def __init__(
        self, settings: Settings, hours: int, city: City, fallback: Fallback, layer: BatchLayer
    ) -> None:
        self._settings = settings
        self._hours = hours
        self._fallback = fallback
        self._layer = layer
        # Roads last: hours of them may take long, the others are there at once.
        self._wanted = sorted(
            (_wanted(reader, hours) for reader in city.readers), key=lambda one: one.type_ == TYPE
        )
        self._closing_ms = round((city.traffic.window_s + settings.lateness_s) * 1000)
        """A window has closed when the watermark is so far beyond its start."""
        self._windows: dict[str, dict[int, list[ArchivedWindow]]] = {}
        self._closed_ms = -1
        self.whole_from_ms: int | None = None
        """Event time from which on there is all; None while nothing was read."""
        self.looked_ms: int | None = None
        """When the archive was last read to its end."""

    async def run(self) -> NoReturn:
        """Follow the archive until cancelled."""
        while True:
            with ProcessPoolExecutor(1, get_context("spawn"), begin, (self._settings, self._wanted)) as pool:
                try:
                    await self._follow(pool)
                except BrokenProcessPool as error:
                    log.warning("the process that folds the archive ended, another begins: %s", error)
                    self._windows.clear()
                    self.whole_from_ms = None
                finally:
                    end_children(pool)
            await asyncio.sleep(LOOK_S)

    async def _follow(self, pool: ProcessPoolExecutor) -> NoReturn:
        failing = False
        while True:
            try:
                for wanted in self._wanted:
                    await self._look(pool, wanted.type_)
            except BrokenProcessPool:
                raise
            except Exception as error:  # whatever S3's client raises, the gateway goes on
                if not failing:
                    log.warning("the archive can't be read: %s: %s", type(error).__name__, error)
                failing = True
                self._layer.asked("archive", answered=False)
            else:
                failing = False
                self.looked_ms = now_ms()
                self._layer.asked("archive", answered=True)
            await asyncio.sleep(LOOK_S)

    async def _look(self, pool: ProcessPoolExecutor, type_: str) -> None:
        async with asyncio.timeout(ANSWER_S):
            found = await asyncio.get_running_loop().run_in_executor(pool, look, type_)
        if found:
            self._fallback.keep(type_, found)
            if type_ == TYPE:
                self._take(found)

    def _take(self, found: "Found") -> None:
        for window in found.windows:
            self._windows.setdefault(window.key, {}).setdefault(window.start_s, []).append(window)
        self._closed_ms, self.whole_from_ms = found.closed_ms, found.whole_from_ms
        oldest_s = found.closed_ms // 1000 - self._hours * 3600
        for key, windows in list(self._windows.items()):
            kept = {start_s: parts for start_s, parts in windows.items() if start_s >= oldest_s}
            if kept:
                self._windows[key] = kept
            else:
                del self._windows[key]

    def windows(self, key: str, start_s: int, end_s: int, *, alone: bool) -> dict[int, Parts]:
        """Parts of windows that begin in a range of event time and are whole, by their start.

        `alone`: nobody else has parts, so only windows that have closed in every partition.
        """
        if self.whole_from_ms is None:
            return {}
        return {
            at: self._parts(parts)
            for at, parts in self._windows.get(key, {}).items()
            if start_s <= at < end_s
            and at * 1000 >= self.whole_from_ms
            and (not alone or self.has_closed(at))
        }

    def has_closed(self, start_s: int) -> bool:
        """Whether a window has closed in every partition."""
        return start_s * 1000 + self._closing_ms <= self._closed_ms

    @staticmethod
    def _parts(windows: list["ArchivedWindow"]) -> Parts:
        by_partition: dict[int, list[TrafficWindow]] = {}
        for window in windows:
            by_partition.setdefault(window.log[0], []).append(_decoder.decode(window.state))
        return {partition: merged(states) for partition, states in by_partition.items()}


def _wanted(reader: Reader[Any], hours: int) -> Wanted:
    # An hour has the newest state of whatever is live; incidents are few and last longer.
    if reader.type_ == TYPE:
        return Wanted(TYPE, hours, frozenset({reader.name}), frozenset({WINDOWS}))
    return Wanted(reader.type_, hours if reader.kind == "live" else 1, frozenset({reader.name}))
