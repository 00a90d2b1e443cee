"""What every answer carries unless its handler says otherwise: kept by nobody, and closed to tricks."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")
SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
TLS: Headers = [(b"strict-transport-security", b"max-age=31536000")]


class WithHeaders:
    """Around an application; a header that its handler set is the handler's."""

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        self._defaults = [NO_STORE, *SECURITY, *(TLS if tls else ())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            # The second is of a WebSocket handshake that was refused.
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = message["headers"]
                own = {name for name, _ in headers}
                message["headers"] = [*headers, *(one for one in self._defaults if one[0] not in own)]
            await send(message)

        await self._app(scope, receive, send if scope["type"] == "lifespan" else send_with)
