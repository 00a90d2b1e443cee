"""Users over keep-alive connections: each asks, waits for the answer, and asks again, at once or when due.

The client does as little as can be, for the server is what is measured: requests are made once, of an
answer only status and length are read.
"""

import asyncio
import re
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

from bench.gateway.cores import pin

CONNECT_S = 30.0
STUCK_S = 30.0

_length = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE).search


class AnswerError(Exception):
    """A server that did not answer as HTTP has it."""


@dataclass(frozen=True)
class Visit:
    """Users, and how long they ask."""

    port: int
    authorization: str | None
    rounds: Sequence[Sequence[str]]
    """Of each user, the targets asked in turn; users begin at different ones."""
    warm_up_s: float
    """Asked first, and not counted."""
    seconds: float
    cores: frozenset[int]
    per_s: float | None = None
    """So many requests a second, over all users, on a fixed schedule: one that is asked late, because the
    answer before came late, counts from when it was due. None is as many as are answered."""


@dataclass
class Visited:
    """The answers that ended after the warm-up."""

    seconds: float
    cpu_s: float
    """That the clients took in this time."""
    ms: "array[float]" = field(default_factory=lambda: array("d"))
    """From a request's bytes, or from when it was due, to the last byte of its answer."""
    ended_s: "array[float]" = field(default_factory=lambda: array("d"))
    """When each ended, by the monotonic clock."""
    statuses: Counter[int] = field(default_factory=Counter)
    body_bytes: int = 0

    @property
    def per_s(self) -> float:
        return len(self.ms) / self.seconds

    @property
    def errors_5xx(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)


def visit(plan: Visit) -> Visited:
    """Ask, in a process of its own.

    Raises:
        AnswerError: the server ended a connection, answered without a length, or not at all.
        OSError: it can't be reached.
    """
    pin(0, plan.cores)
    return uvloop.run(_visit(plan))


async def _visit(plan: Visit) -> Visited:
    loop = asyncio.get_running_loop()
    failed: asyncio.Future[None] = loop.create_future()
    every_s = len(plan.rounds) / plan.per_s if plan.per_s else 0.0
    users = [_User(_requests(plan, number), failed, every_s) for number in range(len(plan.rounds))]
    async with asyncio.timeout(CONNECT_S):
        for user in users:
            await user.connect(plan.port)
    begin_s = time.monotonic()
    for number, user in enumerate(users):
        user.begin(begin_s + every_s * number / len(users))
    await _unless(failed, plan.warm_up_s)
    found = Visited(0.0, 0.0)
    started, cpu = time.monotonic(), time.process_time()
    for user in users:
        user.found = found
    await _unless(failed, plan.seconds)
    found.seconds, found.cpu_s = time.monotonic() - started, time.process_time() - cpu
    stuck = [user for user in users if user.waits_s > STUCK_S]
    for user in users:
        user.leave()
    if stuck:
        raise AnswerError(f"{len(stuck)} users had no answer for {STUCK_S:.0f} s")
    return found


async def _unless(failed: "asyncio.Future[None]", seconds: float) -> None:
    """Wait, or raise as soon as a user fails."""
    await asyncio.wait((failed,), timeout=seconds)
    if failed.done():
        failed.result()


def _requests(plan: Visit, number: int) -> list[bytes]:
    targets = plan.rounds[number]
    first = number % len(targets)
    authorization = f"Authorization: {plan.authorization}\r\n" if plan.authorization else ""
    return [
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n{authorization}\r\n".encode()
        for target in (*targets[first:], *targets[:first])
    ]


class _User(asyncio.Protocol):
    def __init__(self, requests: Sequence[bytes], failed: "asyncio.Future[None]", every_s: float) -> None:
        self.found: Visited | None = None
        self._every_s = every_s
        self._requests = requests
        self._failed = failed
        self._turn = 0
        self._asked_s = 0.0
        self._head = b""
        self._status = 0
        self._length = 0
        self._left = 0
        """Bytes of the body yet to come; 0 while the head is read."""
        self._leaving = False

    async def connect(self, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own says of itself that it is a mere one.
        self._transport = cast("asyncio.Transport", transport)

    def begin(self, due_s: float) -> None:
        """Ask for the first time, by the monotonic clock."""
        self._asked_s = due_s - self._every_s
        self._ask_next()

    def _ask_next(self) -> None:
        if not self._every_s:
            self._ask(time.monotonic())
            return
        due_s = self._asked_s + self._every_s
        wait_s = due_s - time.monotonic()
        if wait_s <= 0:
            self._ask(due_s)
        else:
            asyncio.get_running_loop().call_later(wait_s, self._ask, due_s)

    def _ask(self, counted_from_s: float) -> None:
        if self._leaving:
            return
        self._asked_s = counted_from_s
        self._transport.write(self._requests[self._turn])
        self._turn = (self._turn + 1) % len(self._requests)

    @property
    def waits_s(self) -> float:
        return time.monotonic() - self._asked_s

    def leave(self) -> None:
        self._leaving = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _length(self._head, 0, end)
            if length is None:
                self._fail(f"an answer without a length: {self._head[:end]!r}")
                return
            self._status, self._length = int(self._head[9:12]), int(length[1])
            self._left = self._length - (len(self._head) - end - 4)
            self._head = b""
        if not self._left:
            self._note()
            self._ask_next()

    def _note(self) -> None:
        if self.found is not None:
            now = time.monotonic()
            self.found.ms.append((now - self._asked_s) * 1000)
            self.found.ended_s.append(now)
            self.found.statuses[self._status] += 1
            self.found.body_bytes += self._length

    def connection_lost(self, error: Exception | None) -> None:
        if not self._leaving:
            self._fail(f"the server ended a connection: {error or 'no reason'}")

    def _fail(self, why: str) -> None:
        if not self._failed.done():
            self._failed.set_exception(AnswerError(why))
