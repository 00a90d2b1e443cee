"""One WebSocket connection: what becomes of a client that takes nothing, or does not take its leave.

Uvicorn lets both wait for ever: it closes when all that was sent has been taken.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway import metrics
from gateway.patience import Patient

TRY_AGAIN_LATER = 1013
# For what is on its way, and for the client's own word.
LEAVE_S = 5.0


class WebSocketConnection(Patient, WebSocketsSansIOProtocol):
    """Uvicorn's own, with an end to its patience."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.close_timeout = LEAVE_S
        self._end: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end:
            self._end.cancel()
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._end_soon()

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close" and self.handshake_complete:
            # Its last word waits for nobody: it goes behind what the client has not taken yet.
            self.writable.set()
            self._end_soon()
        await super().send(message)

    def _give_up(self) -> None:
        """Say why, should it ever read it, and go."""
        metrics.LIVE_DROPPED.inc()
        self.conn.send_close(TRY_AGAIN_LATER, f"took nothing for {self.take_s:g} s; come back and resume")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TRY_AGAIN_LATER})
        self._end_soon()

    def _end_soon(self) -> None:
        if self._end is None:
            self._end = self.loop.call_later(LEAVE_S, self.transport.abort)


def with_patience(take_s: float) -> type[WebSocketConnection]:
    """The protocol class for a server."""

    class Limited(WebSocketConnection):
        pass

    Limited.take_s = take_s
    return Limited
