"""`/ws/live`: a snapshot, then deltas, at the client's rate.

Nothing is queued for a client. At each of its ticks it gets what changed since the last one, so a client
that is slow to read is sampled, last value first, and costs no more than one message in its socket.
"""

import asyncio
import itertools
from collections.abc import Collection
from urllib.parse import urlsplit

import msgspec
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from citystream.contracts.views import rfc3339
from gateway import metrics
from gateway.answers import freshness
from gateway.city import City
from gateway.link import Origin, now_ms
from gateway.problems import ProblemError
from gateway.subscription import DEFAULT_MS, Subscription, TopicStream, parse

HEARTBEAT_S = 10.0
# A client that takes no byte for this long is gone or hopeless; a phone in a tunnel comes back sooner.
STUCK_S = 20.0
# A client's messages are read at most this often, so that nobody makes us build snapshots in a loop.
READ_EVERY_S = 0.2
# Ticks fall on multiples of this: clients that tick together share their deltas, and no tick has all clients.
SLOT_S = 0.05
# At about 60 kB each, kernel buffers aside.
MOST_CLIENTS = 5_000

_numbers = itertools.count()


class Sockets:
    """All WebSocket clients of this process."""

    def __init__(self, city: City, allowed_origins: Collection[str]) -> None:
        self._city = city
        self._allowed_origins = allowed_origins
        self._clients = 0

    async def serve(self, socket: WebSocket) -> None:
        """One client, from handshake to end."""
        refusal = self._refusal(socket)
        if refusal is not None:
            await socket.send_denial_response(refusal.response())
            return
        await socket.accept()
        self._clients += 1
        metrics.WEBSOCKET_CLIENTS.set(self._clients)
        try:
            await _Client(socket, self._city).run()
        finally:
            self._clients -= 1
            metrics.WEBSOCKET_CLIENTS.set(self._clients)

    def _refusal(self, socket: WebSocket) -> ProblemError | None:
        if not _same_origin(socket) and socket.headers["origin"] not in self._allowed_origins:
            # Browsers send credentials along with a handshake that another site's page began.
            return ProblemError(
                403,
                "Origin: another site's page",
                field="Origin",
                remedy="an operator allows origins with CITY_GATEWAY_CORS_ORIGINS",
            )
        if self._clients >= MOST_CLIENTS:
            return ProblemError(
                503, "too many WebSocket clients", remedy="try again later", headers={"Retry-After": "30"}
            )
        return None


def _same_origin(connection: HTTPConnection) -> bool:
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


class _Client:
    """One connection: reads subscriptions, sends what they ask for. Every message has the next `seq`."""

    def __init__(self, socket: WebSocket, city: City) -> None:
        self._socket = socket
        self._city = city
        self._number = next(_numbers)
        self._seq = 0
        self._rate_s = DEFAULT_MS / 1000
        self._streams: list[TopicStream] = []
        self._told: Origin | None = None
        self._spoke_at = 0.0
        self._resubscribed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Until either side ends it."""
        reading = asyncio.create_task(self._read())
        sending = asyncio.create_task(self._send_at_ticks())
        try:
            done, _ = await asyncio.wait((reading, sending), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except WebSocketDisconnect:
            return
        except TimeoutError:
            metrics.WEBSOCKET_DROPPED.inc()
        finally:
            reading.cancel()
            sending.cancel()
            await asyncio.gather(reading, sending, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                self._subscribe(parse(message.get("text") or ""))
            except ProblemError as problem:
                await self._send("problem", f'"problem":{msgspec.json.encode(problem.document()).decode()}')
            await asyncio.sleep(READ_EVERY_S)

    def _subscribe(self, subscription: Subscription) -> None:
        topics = dict.fromkeys(subscription.subscribe)
        self._streams = [TopicStream(self._city.views[topic], subscription.bounds) for topic in topics]
        self._rate_s = subscription.rate_ms / 1000
        self._resubscribed.set()

    async def _send_at_ticks(self) -> None:
        while True:
            await self._send_changes()
            self._resubscribed.clear()
            try:
                async with asyncio.timeout_at(self._next_tick()):
                    await self._resubscribed.wait()
            except TimeoutError:
                continue

    def _next_tick(self) -> float:
        slots = max(1, round(self._rate_s / SLOT_S))
        phase = (self._number % slots) * SLOT_S
        now = asyncio.get_running_loop().time()
        return ((now - phase) // self._rate_s + 1) * self._rate_s + phase

    async def _send_changes(self) -> None:
        for stream in self._streams:
            message = stream.next()
            if message is not None:
                type_, members = message
                fresh = freshness(self._city.link, stream.view.newest_ms).decode()
                await self._send(type_, f'"topic":"{stream.view.topic}",{fresh}{members}')
        now = asyncio.get_running_loop().time()
        if self._told != self._city.link.source or now - self._spoke_at >= HEARTBEAT_S:
            self._told = self._city.link.source
            await self._send("heartbeat", f'"time":"{rfc3339(now_ms())}","source":"{self._told}"')

    async def _send(self, type_: str, members: str) -> None:
        async with self._turn, asyncio.timeout(STUCK_S):
            self._seq += 1
            await self._socket.send_text(f'{{"type":"{type_}","seq":{self._seq},{members}}}')
        self._spoke_at = asyncio.get_running_loop().time()
        metrics.WEBSOCKET_MESSAGES.labels(type_).inc()
