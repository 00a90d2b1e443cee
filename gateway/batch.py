"""What the archive has of the last hours: windows of roads, stations and cameras, which answer when Redis
lacks them, and the newest states of all things, which answer when it is away.

Folded in the background, never for a request. A part of a window is kept when it has closed in its partition.
"""

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, NoReturn

from citystream.children import end_children
from citystream.contracts import camera, traffic, weather
from citystream.contracts.camera import CameraWindow
from citystream.contracts.traffic import TrafficWindow
from citystream.contracts.weather import WeatherWindow
from citystream.settings import Settings
from gateway.archive_process import Wanted, begin, look
from gateway.city import City
from gateway.fallback import Fallback
from gateway.folded import Folded
from gateway.layer_states import BatchLayer
from gateway.link import now_ms
from gateway.reader import Reader

log = logging.getLogger(__name__)

WINDOWS = {"traffic": traffic.WINDOWS, "weather": weather.WINDOWS, "camera": camera.WINDOWS}
"""View of each type whose windows are kept; of vehicles there are too many."""
LOOK_S = 10.0
"""Between two looks, unless objects are cut more often."""
# A first look may read hours of a large city.
ANSWER_S = 1_800.0


class Batch:
    """What is known of the archive."""

    def __init__(
        self, settings: Settings, hours: int, city: City, fallback: Fallback, layer: BatchLayer
    ) -> None:
        self._settings = settings
        self._look_s = min(LOOK_S, settings.archive_s)
        self._fallback = fallback
        self._layer = layer
        # Roads last: hours of them may take long, the others are there at once.
        self._wanted = sorted(
            (_wanted(reader, hours) for reader in city.measured), key=lambda one: one.type_ == "traffic"
        )
        weather_s, camera_s = settings.window_s or weather.WINDOW_S, settings.window_s or camera.WINDOW_S
        lateness_s = settings.lateness_s
        self.roads = Folded(TrafficWindow, city.traffic.window_s, lateness_s, hours)
        self.stations = Folded(WeatherWindow, weather_s, lateness_s, hours)
        self.camera_roads = Folded(CameraWindow, camera_s, lateness_s, hours)
        self._folded: dict[str, Folded[Any]] = {
            "traffic": self.roads,
            "weather": self.stations,
            "camera": self.camera_roads,
        }
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
                    for folded in self._folded.values():
                        folded.clear()
                finally:
                    end_children(pool)
            await asyncio.sleep(self._look_s)

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
            await asyncio.sleep(self._look_s)

    async def _look(self, pool: ProcessPoolExecutor, type_: str) -> None:
        async with asyncio.timeout(ANSWER_S):
            found = await asyncio.get_running_loop().run_in_executor(pool, look, type_)
        if found:
            self._fallback.keep(type_, found)
        if type_ in self._folded:
            await self._folded[type_].take(found)


def _wanted(reader: Reader[Any], hours: int) -> Wanted:
    states, windows = frozenset({reader.name}), WINDOWS.get(reader.type_)
    if windows:
        return Wanted(reader.type_, hours, states, frozenset({windows}))
    # An hour has the newest state of whatever is live; incidents are few and last longer.
    return Wanted(reader.type_, hours if reader.kind == "live" else 1, states)
