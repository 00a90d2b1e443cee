"""WebSocket clients on the whole city: all take every byte, every so many-th reads what it says.

Frames of the others are counted and passed over, as a thousand browsers on a machine of two cores can't be.
"""

import asyncio
import base64
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast, get_args

import msgspec
import uvloop

from bench.gateway.cores import pin
from citystream.contracts.event_time import event_time_ms
from gateway.listener import SLOT_S
from gateway.subscription import DEFAULT_MS, MOVING_MS, Topic

Sightings = dict[str, list[tuple[int, float]]]
"""Of each vehicle, the event times seen, epoch ms, each with the wall clock when it was."""

AT_ONCE = 50
CONNECT_S = 120.0
# What was published at the end of the time may be seen this much later than it should.
PATIENCE_S = 2.0
# Of so many clients one observes.
OBSERVES = 20

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL, MASKED = 0x80, 0x80


class SocketError(Exception):
    """The gateway refused a client, or did not take it in time."""


@dataclass(frozen=True)
class Watch:
    """Clients, and how long they watch."""

    port: int
    authorization: str
    clients: int
    rate_ms: int | None
    """None is each topic's own."""
    settle_s: float
    """From the last subscription to the start of the time."""
    seconds: float
    cores: frozenset[int]

    @property
    def tick_s(self) -> float:
        """Between two ticks at which a message of any topic may be due; other topics' are some of these."""
        return min(self._rates_ms) / 1000

    @property
    def slowest_s(self) -> float:
        """Between two messages of what moves."""
        return (self.rate_ms or MOVING_MS) / 1000

    @property
    def _rates_ms(self) -> Iterable[int]:
        return DEFAULT_MS.values() if self.rate_ms is None else (self.rate_ms,)


@dataclass
class Watched:
    """What came after all had settled."""

    from_ms: float = 0.0
    to_ms: float = 0.0
    end_ms: float = 0.0
    """The clients stayed until then."""
    cpu_s: float = 0.0
    """That the clients took from the start of the time to its end."""
    messages: int = 0
    message_bytes: int = 0
    lost: int = 0
    """Clients whose connection the gateway ended."""
    observed: list[Sightings] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    """Of observers' messages: from the tick at which each was due to its last byte."""


def watch(plan: Watch) -> Watched:
    """Watch, in a process of its own.

    Raises:
        SocketError: the gateway did not take a client.
        OSError: it can't be reached.
    """
    pin(0, plan.cores)
    return uvloop.run(_watch(plan))


async def _watch(plan: Watch) -> Watched:
    clients = [_Client(plan, observes=number % OBSERVES == 0) for number in range(plan.clients)]
    free = asyncio.Semaphore(AT_ONCE)
    try:
        async with asyncio.timeout(CONNECT_S):
            await asyncio.gather(*(client.connect(plan.port, free) for client in clients))
    except TimeoutError as error:
        raise SocketError(f"{plan.clients} clients were not connected within {CONNECT_S:.0f} s") from error
    await asyncio.sleep(plan.settle_s + plan.slowest_s)
    found, from_s = Watched(from_ms=time.time() * 1000), time.monotonic()
    cpu_s, messages, size = time.process_time(), _messages(clients), _size(clients)
    await asyncio.sleep(plan.seconds)
    found.to_ms = time.time() * 1000
    found.cpu_s = time.process_time() - cpu_s
    found.messages, found.message_bytes = _messages(clients) - messages, _size(clients) - size
    await asyncio.sleep(PATIENCE_S + plan.slowest_s)
    found.end_ms = time.time() * 1000
    found.lost = sum(client.lost for client in clients)
    observers = [client for client in clients if client.observes]
    found.observed = [client.sightings() for client in observers]
    found.delays_ms = [
        delay for client in observers for delay in since_ticks(client.deltas_s, plan.tick_s, from_s)
    ]
    for client in clients:
        client.leave()
    return found


def since_ticks(at_s: Sequence[float], tick_s: float, from_s: float) -> list[float]:
    """How long after its tick each message came, ms, of those that came from a moment on.

    A client's ticks lie on a grid of the monotonic clock, whose phase is a multiple of the gateway's slots
    and known to the gateway alone: the one that leaves the messages the least behind their ticks.

    Args:
        at_s: when messages came, by the monotonic clock.
    """
    if not at_s:
        return []
    phases = [number * SLOT_S for number in range(max(1, round(tick_s / SLOT_S)))]
    phase = min(phases, key=lambda one: sum((at - one) % tick_s for at in at_s))
    return [(at - phase) % tick_s * 1000 for at in at_s if at >= from_s]


def _messages(clients: list["_Client"]) -> int:
    return sum(client.messages for client in clients)


def _size(clients: list["_Client"]) -> int:
    return sum(client.size for client in clients)


class _Vehicle(msgspec.Struct):
    vehicle_id: str = ""
    timestamp: str | None = None


class _Message(msgspec.Struct):
    type: str = ""
    topic: str = ""
    items: list[_Vehicle] = []
    changed: list[_Vehicle] = []


_decode = msgspec.json.Decoder(_Message).decode


class Frame(NamedTuple):
    """Where a frame's payload lies."""

    opcode: int
    start: int
    end: int


def frame_at(data: bytes, position: int) -> Frame | None:
    """The frame of a server (without a mask) that begins there; None before its head is there."""
    have = len(data) - position
    if have < 2:
        return None
    opcode, size = data[position] & 0x0F, data[position + 1]
    wide = {126: 2, 127: 8}.get(size, 0)
    start = position + 2 + wide
    if have < 2 + wide:
        return None
    length = int.from_bytes(data[position + 2 : start]) if wide else size
    return Frame(opcode, start, start + length)


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A frame of a client; shorter than 64 KiB. Its mask is of zeros, which leaves the payload as it is."""
    length = len(payload)
    size = bytes([MASKED | length]) if length < 126 else bytes([MASKED | 126]) + length.to_bytes(2)
    return bytes([FINAL | opcode]) + size + bytes(4) + payload


class _Client(asyncio.Protocol):
    def __init__(self, plan: Watch, *, observes: bool) -> None:
        self.observes = observes
        self.messages = 0
        self.size = 0
        self.lost = False
        key = base64.b64encode(bytes(16)).decode()
        self._handshake = (
            f"GET /ws/live HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nAuthorization: {plan.authorization}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        wanted = {"subscribe": get_args(Topic)} | ({"rate_ms": plan.rate_ms} if plan.rate_ms else {})
        self._subscription = client_frame(TEXT, msgspec.json.encode(wanted))
        self._opened = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._skip = 0
        """Bytes of a message yet to come that nobody reads."""
        self._seen: list[tuple[str, str, float]] = []
        self.deltas_s: list[float] = []
        """When each came, by the monotonic clock."""
        self._leaving = False

    async def connect(self, port: int, free: asyncio.Semaphore) -> None:
        async with free:
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
            await self._opened
            self._transport.write(self._subscription)

    def leave(self) -> None:
        self._leaving = True
        self._transport.abort()

    def sightings(self) -> Sightings:
        """What it saw."""
        found: Sightings = {}
        for vehicle, timestamp, at_ms in self._seen:
            time_ms = event_time_ms(datetime.fromisoformat(timestamp))
            found.setdefault(vehicle, []).append((time_ms, at_ms))
        return found

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own says of itself that it is a mere one.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        if not self._opened.done():
            data = self._open(data)
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        data = self._rest + data[self._skip :]
        self._skip = position = 0
        while (frame := frame_at(data, position)) is not None:
            if frame.opcode == TEXT and not self.observes:
                self._count(frame)
                position = min(frame.end, len(data))
                self._skip = frame.end - position
            elif frame.end <= len(data):
                self._take(frame, data[frame.start : frame.end])
                position = frame.end
            else:
                break
        self._rest = data[position:]

    def _open(self, data: bytes) -> bytes:
        head, separator, rest = (self._rest + data).partition(b"\r\n\r\n")
        if not separator:
            self._rest = head
            return b""
        self._rest = b""
        if head.startswith(b"HTTP/1.1 101 "):
            self._opened.set_result(None)
        else:
            self._opened.set_exception(SocketError(f"a client was refused: {head.decode('latin-1')}"))
        return rest

    def _count(self, frame: Frame) -> None:
        self.messages += 1
        self.size += frame.end - frame.start

    def _take(self, frame: Frame, payload: bytes) -> None:
        if frame.opcode == PING:
            self._transport.write(client_frame(PONG, payload))
        elif frame.opcode == TEXT:
            at_ms = time.time() * 1000
            self._count(frame)
            at_s = time.monotonic()
            message = _decode(payload)
            if message.type == "delta":
                self.deltas_s.append(at_s)
            if message.topic == "vehicles":
                for vehicle in (*message.items, *message.changed):
                    if vehicle.timestamp is not None:
                        self._seen.append((vehicle.vehicle_id, vehicle.timestamp, at_ms))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = not self._leaving
        if not self._opened.done():
            self._opened.set_exception(SocketError(f"a client was refused: {error or 'no reason'}"))
