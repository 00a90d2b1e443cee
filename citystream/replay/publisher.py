"""Writes a replay's results: upserts, since each sink keeps the one of the higher offset."""

import asyncio
from collections.abc import Sequence

from citystream.fold.fold import Slot
from citystream.fold.updates import Origin
from citystream.replay.ranges import ReplayError
from citystream.settings import Settings
from citystream.sinks.buffered import BufferedSink
from citystream.sinks.elasticsearch import ElasticsearchSink
from citystream.sinks.redis import RedisSink

# Far below the sinks' bounds: nothing is dropped.
WAITING = 5_000
# A sink that restarts is back within this.
PATIENCE_S = 30.0
PAUSE_S = 0.5


class Publisher:
    """The sinks of one service; none of a dry run."""

    def __init__(
        self, settings: Settings, service: str, *, write: bool, index: bool, patience_s: float = PATIENCE_S
    ) -> None:
        self.written = 0
        self._patience_s = patience_s
        self._sinks: list[BufferedSink] = []
        if write:
            self._sinks.append(RedisSink(settings, service))
        if write and index:
            self._sinks.append(ElasticsearchSink(settings, service))

    async def write(self, slots: Sequence[Slot], origin: Origin) -> None:
        """Take states; they are written at the latest by the next `flush`.

        Raises:
            ReplayError: a sink does not take them.
        """
        for start in range(0, len(slots), WAITING):
            some = slots[start : start + WAITING]
            for sink in self._sinks:
                sink.offer(some, origin)
            if self._sinks:
                self.written += len(some)
            if any(sink.waiting >= WAITING for sink in self._sinks):
                await self.flush()

    async def flush(self) -> None:
        """Have everything written.

        Raises:
            ReplayError: a sink does not take it.
        """
        for sink in self._sinks:
            try:
                async with asyncio.timeout(self._patience_s):
                    while not await sink.flush():  # noqa: ASYNC110 - its breaker says when to ask again
                        await asyncio.sleep(PAUSE_S)
            except TimeoutError as error:
                hint = "" if sink.name == "redis" else ", or leave it out with --no-index"
                raise ReplayError(
                    f"{sink.name} does not take the results: {sink.breaker.error}. "
                    f"When it is back run the same command again, it goes on where it was{hint}"
                ) from error

    async def aclose(self) -> None:
        for sink in self._sinks:
            await sink.close()
