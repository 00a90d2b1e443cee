"""`/ws/live`: a client says what it wants, and hears of it from then on."""

import math
import time
from collections.abc import Collection
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from citystream.race import race
from gateway import metrics
from gateway.lasting import Lasting, NoLongerError
from gateway.listener import Listener
from gateway.live import Live
from gateway.origin import is_ours, other_site
from gateway.problems import ProblemError
from gateway.rates import Rates

POLICY_VIOLATION = 1008
# So that nobody makes us build snapshots in a loop; a map that is panned asks for less.
MESSAGES_PER_S = 10
MESSAGES_BURST = 100
# Of one connection. A program that goes on in spite of so many is at fault, and is told.
MOST_REFUSED = 1_000


class TooManyMessagesError(Exception):
    """A client goes on sending although it was told to wait."""


class Sockets:
    """All WebSocket clients of this process."""

    def __init__(self, live: Live, lasting: Lasting, allowed_origins: Collection[str]) -> None:
        self._live = live
        self._lasting = lasting
        self._allowed_origins = allowed_origins

    async def serve(self, socket: WebSocket) -> None:
        """One client, from handshake to end."""

        async def send(_: str, message: str, __: str | None) -> None:
            await socket.send_text(message)

        user = socket.scope["user"]
        try:
            self._check_origin(socket)
            with self._live.listener(user, send) as listener:
                async with self._lasting.until_over(user, socket.scope["session"]):
                    await socket.accept()
                    await race(_read(socket, listener), listener.run())
        except ProblemError as problem:
            await socket.send_denial_response(problem.response())
        except NoLongerError as error:
            await _close(socket, str(error))
        except TooManyMessagesError:
            await _close(socket, "too many messages")
        except WebSocketDisconnect:
            return

    def _check_origin(self, socket: WebSocket) -> None:
        origin = socket.headers.get("origin")
        # Browsers send credentials along with a handshake that another site's page began.
        if origin is not None and origin not in self._allowed_origins and not is_ours(socket.scope, origin):
            raise other_site(origin)


async def _close(socket: WebSocket, reason: str) -> None:
    # Its client may have left just then.
    if socket.application_state is not WebSocketState.DISCONNECTED:
        with suppress(WebSocketDisconnect):
            await socket.close(POLICY_VIOLATION, reason)


async def _read(socket: WebSocket, listener: Listener) -> None:
    rates, refused = Rates(MESSAGES_PER_S, MESSAGES_BURST), 0
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        wait_s = rates.take(None, time.monotonic())
        if not wait_s:
            await listener.hear(message.get("text") or "")
            continue
        metrics.REFUSED.labels("messages").inc()
        refused += 1
        if refused == MOST_REFUSED:
            raise TooManyMessagesError
        await listener.hear(_too_many(wait_s))


def _too_many(wait_s: float) -> ProblemError:
    go_on = f"in {math.ceil(wait_s * 10) / 10:g} s"
    return ProblemError(
        429,
        f"message: more than {MESSAGES_PER_S} a second, after {MESSAGES_BURST} at once; go on {go_on}",
        field="message",
        remedy=f"send this one again {go_on}; who has {MOST_REFUSED} refused is disconnected",
    )
