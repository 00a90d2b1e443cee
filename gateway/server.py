"""How ports are served: the public one, and one for health and metrics beside it."""

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from citystream.http_server import HttpServer
from gateway.connection import SPARE, ConnectionLimits, with_limits
from gateway.forwarded import Forwarded
from gateway.tls import Certificate
from gateway.websocket_connection import with_patience

# Subscriptions are the only thing a client sends; the longest is far shorter.
LONGEST_CLIENT_MESSAGE = 16_384
# A proxy in between closes what is silent, most after a minute; a client that does not answer is gone.
PING_S, PONG_S = 20.0, 20.0
BACKLOG = 2_048
# Listeners, Redis, S3, logs and what the interpreter opens.
OWN_FILES = 128
# Clients get their last answers within the first; what else a process has open ends within the second.
GRACEFUL_S = 5
LONGEST_END_S = GRACEFUL_S + 3.0


class ListenError(OSError):
    """An address can't be listened on; the message gives the reason."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that queues who connects.

    Raises:
        ListenError: the port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # A number below 0 is of a name that could not be resolved.
        number = error.errno or 0
        raise ListenError(
            f"{host}:{port}: {os.strerror(number) if number > 0 else error.strerror}"
        ) from error


@dataclass(frozen=True, slots=True)
class Port:
    """An application, and how it is reached."""

    app: ASGIApp
    listener: socket.socket
    limits: ConnectionLimits
    tls: Certificate | None = None
    proxies: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.listener.getsockname()[:2]
        scheme = "https" if self.tls else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    @property
    def in_clear(self) -> bool:
        """Whether passwords come in clear over a network."""
        return self.tls is None and not ip_address(self.listener.getsockname()[0]).is_loopback


def room_for(connections: int) -> int:
    """So many of these as the system lets this process have, after asking it for as many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE + OWN_FILES
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(connections, soft - SPARE - OWN_FILES))


def run(public: Port, operations: Port) -> None:
    """Serve both until SIGINT or SIGTERM, then end in order."""
    in_loop(public, _both(public, operations))


async def _both(public: Port, operations: Port) -> None:
    async with beside(operations):
        await until_asked(public, signal.SIGINT, signal.SIGTERM)


def in_loop(port: Port, main: Coroutine[Any, Any, None]) -> None:
    """Run this in a loop of the kind that ports are served in."""
    with asyncio.Runner(loop_factory=_config(port).get_loop_factory()) as runner:
        runner.run(main)


async def until_asked(port: Port, *signals: signal.Signals) -> None:
    """Serve it until one of these signals, then end in order; a renewed certificate is taken meanwhile."""
    one, loop = HttpServer(_config(port)), asyncio.get_running_loop()
    for number in signals:
        loop.add_signal_handler(number, one.handle_exit, number, None)
    watching = asyncio.create_task(port.tls.watch()) if port.tls else None
    try:
        await one.serve([port.listener])
    finally:
        if watching:
            watching.cancel()


@asynccontextmanager
async def beside(port: Port) -> AsyncIterator[None]:
    """Serve it from before something else runs until that has ended, as health and metrics are."""
    one = HttpServer(_config(port))
    served = asyncio.create_task(one.serve([port.listener]))
    try:
        yield
    finally:
        one.should_exit = True
        await served


def _config(port: Port) -> uvicorn.Config:
    tls = port.tls
    return uvicorn.Config(
        Forwarded(port.app, port.proxies) if port.proxies else port.app,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=with_limits(port.limits),
        ws=with_patience(port.limits.take_s),
        ws_max_size=LONGEST_CLIENT_MESSAGE,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PONG_S,
        # A compressor per client would cost more than everything else that a delta needs.
        ws_per_message_deflate=False,
        log_config=None,
        # Warnings are of what clients do, so they would write our log; access would tell who asked for what.
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_context_factory=(lambda *_: tls.context) if tls else None,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
