"""What every sink shares: the newest value per identity, a bound, a circuit breaker.

A sink that is away never stops the worker: its values wait here, newest per key, and are sent when it
returns. `returned` then asks the stream to publish all live states again, since the server may have
come back empty.
"""

import abc
import asyncio
import logging
from collections.abc import Iterable

from citystream.breaker import Breaker
from citystream.connections import load
from citystream.contracts.status import SinkStatus
from citystream.updates import Identity, Update

log = logging.getLogger(__name__)


class BufferedSink(abc.ABC):
    """One server that states are written to."""

    name: str
    batch = 2_000
    library: str | None = None
    """Slow to import, so only when there is something to write, and that is no time-out of the server's."""

    def __init__(self, pending: int, timeout_s: float) -> None:
        self._bound = pending
        self._timeout_s = timeout_s
        self._pending: dict[Identity, Update] = {}
        self._writing: frozenset[Identity] = frozenset()
        self._flushing = asyncio.Lock()
        self.breaker = Breaker()
        self.dropped = 0
        self.written = 0
        self.returned = False
        self._loaded = False

    @abc.abstractmethod
    async def write(self, updates: list[Update]) -> None:
        """Write, comparing versions; raises when the server did not take all of it."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Let go of connections."""

    def offer(self, updates: Iterable[Update]) -> None:
        """Take states to be written; a newer one replaces an older that still waits."""
        pending = self._pending
        for update in updates:
            identity = update.identity
            pending.pop(identity, None)
            pending[identity] = update
        self._trim()

    def crowded_by(self, coming: int) -> bool:
        """Up, but so far behind that what is coming may be dropped. One that is away is never waited for."""
        return self.breaker.closed and len(self._pending) + coming > self._bound // 2

    def holds(self, identity: Identity) -> bool:
        """Whether a state is not written yet."""
        return identity in self._pending or identity in self._writing

    @property
    def waiting(self) -> int:
        """Values that wait to be written."""
        return len(self._pending)

    def _trim(self) -> None:
        excess = len(self._pending) - self._bound
        if excess > 0:
            for identity in list(self._pending)[:excess]:
                del self._pending[identity]
            self.dropped += excess

    async def flush(self) -> bool:
        """Write what waits; False while the server is away. Never raises for the server's sake."""
        async with self._flushing:
            while self._pending and self.breaker.allows():
                if self.library and not self._loaded:
                    await load(self.library)
                    self._loaded = True
                identities = list(self._pending)[: self.batch]
                batch = [self._pending.pop(identity) for identity in identities]
                self._writing = frozenset(identities)
                try:
                    async with asyncio.timeout(self._timeout_s):
                        await self.write(batch)
                except asyncio.CancelledError:
                    self._put_back(batch)
                    raise
                except Exception as error:  # whatever a client raises, the worker goes on
                    self._put_back(batch)
                    if self.breaker.failed(error):
                        log.warning("%s is away: %s", self.name, self.breaker.error)
                    return False
                finally:
                    self._writing = frozenset()
                self.written += len(batch)
                if self.breaker.succeeded():
                    log.warning("%s is back", self.name)
                    self.returned = True
            return self.breaker.closed

    def _put_back(self, batch: list[Update]) -> None:
        newer = self._pending
        self._pending = {update.identity: update for update in batch}
        self._pending.update(newer)
        self._trim()

    def take_returned(self) -> bool:
        """Whether the server came back since this was last asked."""
        returned, self.returned = self.returned, False
        return returned

    def status(self) -> SinkStatus:
        """For health and status."""
        return SinkStatus(
            state="up" if self.breaker.closed else "down",
            pending=len(self._pending),
            dropped=self.dropped,
            error=self.breaker.error,
        )
