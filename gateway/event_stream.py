"""An answer without an end: Server-Sent Events (HTML Living Standard, 9.2)."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from citystream.race import race
from gateway.lasting import Lasting, NoLongerError
from gateway.live import Live
from gateway.subscription import Subscription

MEDIA_TYPE = "text/event-stream"
# A proxy that collects an answer before it hands it on would never hand this one on.
HEADERS = [(b"content-type", MEDIA_TYPE.encode()), (b"x-accel-buffering", b"no")]


class EventStream(Response):
    """What one client subscribed to, from its snapshot on, until either side ends it."""

    def __init__(self, live: Live, lasting: Lasting, wanted: Subscription) -> None:
        self.status_code, self.background, self.raw_headers = 200, None, HEADERS
        self._live = live
        self._lasting = lasting
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_event(type_: str, message: str, place: str | None) -> None:
            id_ = "" if place is None else f"id: {place}\n"
            event = f"{id_}event: {type_}\ndata: {message}\n\n"
            await send({"type": "http.response.body", "body": event.encode(), "more_body": True})

        with self._live.listener(scope["user"], send_event) as listener:
            listener.take(self._wanted)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            if scope["method"] != "HEAD":
                try:
                    async with self._lasting.until_over(scope["user"], scope["session"]):
                        await race(listener.run(), _left(receive))
                except NoLongerError:
                    # A client that comes back has to sign in again.
                    pass
            await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    """Until the client has gone; a GET's body, which is empty, comes first."""
    while (await receive())["type"] != "http.disconnect":
        pass
