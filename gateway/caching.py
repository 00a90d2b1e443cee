"""What caches may keep."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_STORE = (b"cache-control", b"no-store")


class NotStored:
    """Tells caches to keep no answer, unless its handler told them something else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if b"cache-control" not in [name for name, _ in headers]:
                    message["headers"] = [*headers, NO_STORE]
            await send(message)

        await self._app(scope, receive, send_marked if scope["type"] == "http" else send)
