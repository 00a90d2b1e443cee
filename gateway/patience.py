"""How long a client may take nothing of what it is sent.

A connection whose client reads nothing would be kept for ever, with all that waits for it.
"""

import abc
import asyncio
from collections.abc import Callable
from typing import cast


class Patience:
    """Gives a connection up that is full and has not moved for so long."""

    def __init__(self, transport: asyncio.Transport, take_s: float, give_up: Callable[[], None]) -> None:
        self._transport = transport
        self._take_s = take_s
        self._give_up = give_up
        self._timer: asyncio.TimerHandle | None = None
        self._left = 0

    def full(self) -> None:
        """No more fits into its buffer."""
        self.end()
        self._watch()

    def end(self) -> None:
        """There is room again, or nobody waits for it any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch(self) -> None:
        self._left = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._take_s, self._look)

    def _look(self) -> None:
        # A slow client that goes on reading is none that stands still.
        if self._transport.get_write_buffer_size() < self._left:
            self._watch()
        else:
            self._timer = None
            self._give_up()


class Patient(asyncio.Protocol, abc.ABC):
    """Put before a protocol of uvicorn's, gives its connection the end that it lacks."""

    take_s: float
    _patience: Patience | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # uvloop's own says of itself that it is a mere one.
        self._patience = Patience(cast("asyncio.Transport", transport), self.take_s, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._patience:
            self._patience.end()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._patience:
            self._patience.full()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._patience:
            self._patience.end()

    @abc.abstractmethod
    def _give_up(self) -> None:
        """End a connection whose client takes nothing."""
