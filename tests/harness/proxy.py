"""A TCP proxy before a server, which can be told to misbehave as a network does."""

import asyncio
from contextlib import suppress
from enum import Enum
from types import TracebackType
from typing import Self

LATENCY_S = 2.0
CHUNK = 65_536
WAITING = 1_024
"""Chunks on their way in a slow connection."""


class Mode(Enum):
    """What becomes of connections."""

    PASS = "pass"
    SLOW = "slow"
    """Answers come `LATENCY_S` later."""
    REFUSE = "refuse"
    """Nobody listens, and open connections are cut."""
    HANG = "hang"
    """Connections are taken and stay open; not a byte moves."""


class Proxy:
    """Listens on a port of its own for one server on 127.0.0.1; there too, or on another address."""

    def __init__(self, server_port: int, port: int = 0, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = port
        self.taken = 0
        """Connections since the mode was set."""
        self._server_port = server_port
        self._mode = Mode.PASS
        self._moving = asyncio.Event()
        self._moving.set()
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()
        self._moving.set()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def be(self, mode: Mode) -> None:
        """Behave like this from now on."""
        before, self._mode, self.taken = self._mode, mode, 0
        if mode is Mode.HANG:
            self._moving.clear()
        else:
            self._moving.set()
        if mode is Mode.REFUSE:
            await self._close()
        elif before is Mode.REFUSE:
            await self._listen()

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._take, self.host, self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
        for writer in self._writers:
            writer.transport.abort()
        if self._listener:
            await self._listener.wait_closed()
        self._listener = None

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._connect(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        self._writers.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            await self._moving.wait()
            answers, there = await asyncio.open_connection("127.0.0.1", self._server_port)
            self._writers.add(there)
            pumps = {
                asyncio.create_task(self._pump(reader, there, late=False)),
                asyncio.create_task(self._pump(answers, writer, late=True)),
            }
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            pass
        finally:
            for one in (writer, there):
                if one:
                    self._writers.discard(one)
                    one.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, late: bool) -> None:
        """Move bytes in order, each chunk at its time."""
        clock = asyncio.get_running_loop().time
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING)

        async def read() -> None:
            data = b"?"
            while data:
                try:
                    data = await source.read(CHUNK)
                except OSError:
                    data = b""
                delay = LATENCY_S if late and self._mode is Mode.SLOW else 0.0
                await on_the_way.put((clock() + delay, data))

        reading = asyncio.create_task(read())
        try:
            with suppress(OSError):
                while True:
                    due, data = await on_the_way.get()
                    await asyncio.sleep(max(0.0, due - clock()))
                    await self._moving.wait()
                    if not data:
                        return
                    target.write(data)
                    await target.drain()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
