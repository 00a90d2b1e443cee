"""`/ws/live`: a client says what it wants, and hears of it from then on."""

import asyncio
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from citystream.race import race
from gateway.listener import Listener
from gateway.live import Live
from gateway.problems import ProblemError
from gateway.sessions import Sessions, UserChangedError

POLICY_VIOLATION = 1008
# A client's messages are read at most this often, so that nobody makes us build snapshots in a loop.
READ_EVERY_S = 0.2


class Sockets:
    """All WebSocket clients of this process."""

    def __init__(self, live: Live, sessions: Sessions, allowed_origins: Collection[str]) -> None:
        self._live = live
        self._sessions = sessions
        self._allowed_origins = allowed_origins

    async def serve(self, socket: WebSocket) -> None:
        """One client, from handshake to end."""

        async def send(_: str, message: str, __: str | None) -> None:
            await socket.send_text(message)

        user = socket.scope["user"]
        try:
            self._check_origin(socket)
            with self._live.listener(user, send) as listener:
                async with self._sessions.of(user):
                    await socket.accept()
                    await race(_read(socket, listener), listener.run())
        except ProblemError as problem:
            await socket.send_denial_response(problem.response())
        except UserChangedError:
            await socket.close(POLICY_VIOLATION, "user changed; sign in again")
        except WebSocketDisconnect:
            return

    def _check_origin(self, socket: WebSocket) -> None:
        if not _same_origin(socket) and socket.headers["origin"] not in self._allowed_origins:
            # Browsers send credentials along with a handshake that another site's page began.
            raise ProblemError(
                403,
                "Origin: another site's page",
                field="Origin",
                remedy="an operator allows origins with CITY_GATEWAY_CORS_ORIGINS",
            )


def _same_origin(connection: HTTPConnection) -> bool:
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


async def _read(socket: WebSocket, listener: Listener) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        await listener.hear(message.get("text") or "")
        await asyncio.sleep(READ_EVERY_S)
