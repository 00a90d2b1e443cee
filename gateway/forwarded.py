"""What trusted proxies say of whom they ask for: address, scheme and host."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class Forwarded(ProxyHeadersMiddleware):
    """Uvicorn's own, which knows address and scheme, with the host that the client asked."""

    def __init__(self, app: ASGIApp, proxies: tuple[str, ...]) -> None:
        inner: Any = app
        super().__init__(inner, list(proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        if scope["type"] != "lifespan":
            client = scope["client"]
            # The peer itself: the class above puts the client's address in its place.
            if (client[0] if client else None) in self.trusted_hosts:
                self._take_host(scope)
        asked: Any = (scope, receive, send)
        await super().__call__(*asked)

    def _take_host(self, scope: Scope) -> None:
        said = next((value for name, value in scope["headers"] if name == b"x-forwarded-host"), None)
        if said:
            host = said.partition(b",")[0].strip()
            scope["headers"] = [
                *(pair for pair in scope["headers"] if pair[0] != b"host"),
                (b"host", host),
            ]
