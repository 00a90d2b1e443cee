"""What every sink shares: what waits to be written, a bound, a circuit breaker.

States wait as they are in the fold and are encoded when they are written: one that changes ten times before
its turn is written once. A sink that is away never stops the worker: states wait, and are sent when it
returns. `returned` then asks the stream to publish all live states again, since the server may have come
back empty. What waits costs nothing while the fold has it anyway; the bound is on states that the fold has
let go. What readers watch live goes before what is history.
"""

import abc
import asyncio
import logging
import time
from collections.abc import Iterable
from itertools import islice
from math import inf

from citystream.contracts.status import SinkStatus
from citystream.fold.fold import Slot
from citystream.fold.updates import Origin, Update, updates
from citystream.servers.breaker import Breaker
from citystream.servers.connections import load
from citystream.service import Windows

log = logging.getLogger(__name__)

# Of a flush that is spread; fewer states than this cost about what one does.
SMALLEST_BATCH = 50
PIECES = 40


class BufferedSink(abc.ABC):
    """One server that states are written to."""

    name: str
    batch = 2_000
    library: str | None = None
    """Slow to import, so only when there is something to write, and that is no time-out of the server's."""
    ask_every_s: float

    def __init__(self, pending: int, timeout_s: float) -> None:
        self._bound = pending
        self._timeout_s = timeout_s
        self._pending: dict[Slot, Origin] = {}
        self._writing: dict[Slot, Origin] = {}
        self._expired: dict[Slot, None] = {}
        """Of those two, what the fold no longer has; oldest first."""
        self._flushing = asyncio.Lock()
        self.breaker = Breaker()
        self.dropped = 0
        self.written = 0
        self.returned = False
        self._loaded = False
        self._spent_s = 0.0
        # A client is a large part of a worker's start: it is asked when that is over.
        self._asked_at = time.monotonic() if self.library else -inf

    @abc.abstractmethod
    async def write(self, updates: list[Update]) -> None:
        """Write, comparing versions; raises when the server did not take all of it."""

    @abc.abstractmethod
    async def ask(self) -> None:
        """Have any answer of the server; raises without one."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Let go of connections."""

    def offer(self, slots: Iterable[Slot], origin: Origin) -> None:
        """Take states to be written."""
        self._pending.update(dict.fromkeys(slots, origin))

    def expire(self, slots: Iterable[Slot]) -> None:
        """The fold has let these go: beyond the bound the oldest are dropped."""
        self._expired.update((slot, None) for slot in slots if self.holds(slot))
        excess = len(self._expired) - self._bound
        if excess > 0:
            for slot in [slot for slot in self._expired if slot in self._pending][:excess]:
                del self._pending[slot], self._expired[slot]
                self.dropped += 1

    def forget(self) -> None:
        """The partitions are another worker's, which writes all of their states."""
        self._pending.clear()
        self._expired.clear()

    @property
    def crowded(self) -> bool:
        """Up, but so far behind that states may be dropped. One that is away is never waited for."""
        return self.breaker.closed and len(self._expired) > self._bound // 2

    def holds(self, slot: Slot) -> bool:
        """Whether a state is not written yet."""
        return slot in self._pending or slot in self._writing

    @property
    def waiting(self) -> int:
        """States that wait to be written."""
        return len(self._pending)

    async def check_alive(self) -> None:
        """Ask the server from time to time: nothing else tells that it is away while nothing is written."""
        now = time.monotonic()
        if now - self._asked_at < self.ask_every_s or not self.breaker.allows():
            return
        self._asked_at = now
        await self._import()
        try:
            async with asyncio.timeout(self._timeout_s):
                await self.ask()
        except Exception as error:  # whatever a client raises, the worker goes on
            self._failed(error)
        else:
            self._succeeded()

    async def flush(self, *, live_only: bool = False, over_s: float = 0.0) -> bool:
        """Write what waits, or of it what readers watch live; False while the server is away.

        `over_s`: what is not urgent is spread over so long, or everything else would wait for it at once.
        Never raises for the server's sake. What comes meanwhile waits for the next flush, or a slow server
        would be written to without end. Flushes take turns batch by batch: history holds up what is live
        for one batch, and no longer.
        """
        due = self._in_order(live_only)
        size = max(SMALLEST_BATCH, len(due) // PIECES) if over_s else self.batch
        pause_s = over_s * size / max(1, len(due))
        left = iter(due)
        while self.breaker.allows():
            async with self._flushing:
                slots = list(islice((slot for slot in left if slot in self._pending), min(size, self.batch)))
                # Another flush may have found the server away, or have written the rest.
                if not slots or not self.breaker.allows():
                    break
                await self._import()
                if not await self._write(slots):
                    return False
            if over_s and not self.crowded:
                await asyncio.sleep(pause_s)
        return self.breaker.closed

    async def _import(self) -> None:
        if self.library and not self._loaded:
            await load(self.library)
            self._loaded = True

    def _in_order(self, live_only: bool) -> list[Slot]:
        live: list[Slot] = []
        history: list[Slot] = []
        for slot in self._pending:
            view = slot.view
            (live if not isinstance(view, Windows) or view.live else history).append(slot)
        return live if live_only else live + history

    async def _write(self, slots: list[Slot]) -> bool:
        self._writing = {slot: self._pending.pop(slot) for slot in slots}
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                await self.write(updates(self._writing.items()))
        except asyncio.CancelledError:
            self._put_back()
            raise
        except Exception as error:  # whatever a client raises, the worker goes on
            self._put_back()
            self._failed(error)
            return False
        finally:
            spent_s = time.perf_counter() - started
            self._spent_s += spent_s
        self._writing = {}
        self._forget_expired(slots)
        self.written += len(slots)
        self._succeeded()
        if log.isEnabledFor(logging.DEBUG):
            about = {"sink": self.name, "states": len(slots)}
            log.debug("%s has %d states more, in %.1f ms", self.name, len(slots), spent_s * 1000, extra=about)
        return True

    def _failed(self, error: Exception) -> None:
        if self.breaker.failed(error):
            log.warning("%s is away: %s", self.name, self.breaker.error)

    def _succeeded(self) -> None:
        if self.breaker.succeeded():
            log.warning("%s is back", self.name)
            self.returned = True

    def _forget_expired(self, slots: list[Slot]) -> None:
        for slot in slots if self._expired else ():
            if slot not in self._pending:
                self._expired.pop(slot, None)

    def _put_back(self) -> None:
        self._pending = self._writing | self._pending
        self._writing = {}

    def take_returned(self) -> bool:
        """Whether the server came back since this was last asked."""
        returned, self.returned = self.returned, False
        return returned

    def take_spent(self) -> float:
        """Seconds of writing since this was last asked."""
        spent, self._spent_s = self._spent_s, 0.0
        return spent

    def status(self) -> SinkStatus:
        """For health and status."""
        return SinkStatus(
            state="up" if self.breaker.closed else "down",
            pending=self.waiting,
            dropped=self.dropped,
            error=self.breaker.error,
        )
