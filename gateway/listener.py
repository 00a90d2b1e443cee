"""One live client, of a WebSocket or an event stream: what it subscribed to, sent at its rates.

Nothing is queued for a client. At each of its ticks it gets what changed since the last one, so a client
that is slow to read is sampled, last value first, and costs no more than one message in its socket.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

import msgspec

from citystream.contracts.event_time import rfc3339
from gateway import metrics, resume
from gateway.answers import freshness
from gateway.city import City
from gateway.link import Origin, now_ms
from gateway.problems import ProblemError
from gateway.quota import Share
from gateway.subscription import Subscription, Unsubscription, parse
from gateway.topic_stream import TopicStream

HEARTBEAT_S = 10.0
# Ticks fall on multiples of this: clients that tick together share their deltas, and no tick has all clients.
SLOT_S = 0.05
# Messages of a client that wait for the one before.
HEARD_AT_ONCE = 16

Send = Callable[[str, str, str | None], Awaitable[None]]
"""Takes a message's type, the whole message, and where the client is when it has it."""

_numbers = itertools.count()


class _Subscribed:
    """A subscription and its places."""

    def __init__(self, wanted: Subscription, city: City) -> None:
        seen = resume.revisions(wanted)
        self.id = wanted.id
        self.choice = wanted.choice
        self.streams = {
            topic: TopicStream(topic, city.views[topic], wanted, seen.get(topic)) for topic in wanted.topics
        }

    @property
    def place(self) -> str:
        revisions = {topic: one.seen for topic, one in self.streams.items() if one.seen is not None}
        return resume.word(self.choice, revisions)


class Listener:
    """Every message has the next `seq`."""

    def __init__(self, city: City, share: Share, send: Send) -> None:
        self._city = city
        self._share = share
        self._send = send
        self._number = next(_numbers)
        self._seq = 0
        self._subscribed: dict[str, _Subscribed] = {}
        self._told: Origin | None = None
        self._spoke_at = 0.0
        # What a client says waits until most of what it said before is done.
        self._heard: asyncio.Queue[str | ProblemError | None] = asyncio.Queue(HEARD_AT_ONCE)

    async def hear(self, said: str | ProblemError) -> None:
        """Take a client's message, or what it is to be told of one, as soon as there is room for it."""
        await self._heard.put(said)

    def look(self) -> None:
        """The source may be another now."""
        with suppress(asyncio.QueueFull):
            self._heard.put_nowait(None)

    def take(self, wanted: Subscription) -> None:
        """Subscribe, before it runs.

        Raises:
            ProblemError: it can't be had.
        """
        subscribed = _Subscribed(wanted, self._city)
        others = sum(len(one.streams) for id_, one in self._subscribed.items() if id_ != wanted.id)
        self._share.set(others + len(subscribed.streams))
        self._subscribed[wanted.id] = subscribed

    async def run(self) -> NoReturn:
        """Send, until sending fails or this is cancelled."""
        while True:
            await self._send_due()
            try:
                async with asyncio.timeout_at(self._next_at()):
                    said = await self._heard.get()
            except TimeoutError:
                continue
            await self._answer(said)
            # Of several that come at once, as while a map is panned, only the last one's snapshot is made.
            while not self._heard.empty():
                await self._answer(self._heard.get_nowait())

    async def _answer(self, said: str | ProblemError | None) -> None:
        if isinstance(said, ProblemError):
            await self._tell(said)
        elif said is not None:
            await self._obey(said)

    async def _obey(self, text: str) -> None:
        try:
            message = parse(text)
            if isinstance(message, Subscription):
                self.take(message)
            else:
                self._drop(message)
        except ProblemError as problem:
            await self._tell(problem)
        else:
            await self._confirm(message.id)

    async def _tell(self, problem: ProblemError) -> None:
        await self._say("problem", f'"problem":{msgspec.json.encode(problem.document()).decode()}')

    def _drop(self, unwanted: Unsubscription) -> None:
        subscribed = self._subscribed.get(unwanted.id)
        if subscribed is None:
            return
        for topic in unwanted.unsubscribe:
            subscribed.streams.pop(topic, None)
        if not subscribed.streams:
            del self._subscribed[unwanted.id]
        self._share.set(sum(len(one.streams) for one in self._subscribed.values()))

    async def _confirm(self, id_: str) -> None:
        subscribed = self._subscribed.get(id_)
        streams = subscribed.streams.values() if subscribed else ()
        told = {
            "id": id_,
            "rates_ms": {stream.topic: round(stream.rate_s * 1000) for stream in streams},
            "resumed": [stream.topic for stream in streams if stream.seen is not None],
        }
        await self._say("subscription", msgspec.json.encode(told).decode()[1:-1])

    async def _send_due(self) -> None:
        loop = asyncio.get_running_loop()
        for subscribed in list(self._subscribed.values()):
            for stream in subscribed.streams.values():
                if stream.due <= loop.time():
                    await self._send_changes(subscribed, stream)
                    stream.due = self._tick(stream.rate_s)
        if self._told != self._city.source or loop.time() - self._spoke_at >= HEARTBEAT_S:
            self._told = self._city.source
            await self._say("heartbeat", f'"time":"{rfc3339(now_ms())}","source":"{self._told}"')

    async def _send_changes(self, subscribed: _Subscribed, stream: TopicStream) -> None:
        message = stream.next()
        if message is not None:
            type_, members = message
            fresh, place = freshness(stream.view).members().decode(), subscribed.place
            id_ = msgspec.json.encode(subscribed.id).decode()
            head = f'"id":{id_},"topic":"{stream.topic}","resume":"{place}",{fresh}'
            await self._say(type_, f"{head},{members}", place)

    async def _say(self, type_: str, members: str, place: str | None = None) -> None:
        self._seq += 1
        await self._send(type_, f'{{"type":"{type_}","seq":{self._seq},{members}}}', place)
        self._spoke_at = asyncio.get_running_loop().time()
        metrics.LIVE_MESSAGES.labels(type_).inc()

    def _next_at(self) -> float:
        due = (stream.due for one in self._subscribed.values() for stream in one.streams.values())
        return min(self._spoke_at + HEARTBEAT_S, min(due, default=float("inf")))

    def _tick(self, rate_s: float) -> float:
        slots = max(1, round(rate_s / SLOT_S))
        phase = (self._number % slots) * SLOT_S
        now = asyncio.get_running_loop().time()
        return ((now - phase) // rate_s + 1) * rate_s + phase
