"""`/ws/live`: a client says what it wants, and hears of it from then on."""

import asyncio
from collections.abc import Collection

from starlette.websockets import WebSocket, WebSocketDisconnect

from citystream.race import race
from gateway.lasting import Lasting, NoLongerError
from gateway.listener import Listener
from gateway.live import Live
from gateway.origin import is_ours, other_site
from gateway.problems import ProblemError

POLICY_VIOLATION = 1008
# A client's messages are read at most this often, so that nobody makes us build snapshots in a loop.
READ_EVERY_S = 0.2


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
            await socket.close(POLICY_VIOLATION, str(error))
        except WebSocketDisconnect:
            return

    def _check_origin(self, socket: WebSocket) -> None:
        origin = socket.headers.get("origin")
        # Browsers send credentials along with a handshake that another site's page began.
        if origin is not None and origin not in self._allowed_origins and not is_ours(socket.scope, origin):
            raise other_site(origin)


async def _read(socket: WebSocket, listener: Listener) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        await listener.hear(message.get("text") or "")
        await asyncio.sleep(READ_EVERY_S)
