"""The gateway as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citystream.connections import redis_client
from citystream.contracts import city_model
from citystream.settings import Settings
from gateway import metrics, problems
from gateway.authentication import Authenticator, Guard
from gateway.city import City
from gateway.feed import Feed
from gateway.processes import Processes
from gateway.routes import Api
from gateway.settings import GatewaySettings
from gateway.websocket import Sockets

# The first load takes well under a second; a Redis that is away must not keep the gateway from starting.
FIRST_LOAD_S = 2.0

SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
]
"""On every answer; the server adds them, so that no handler can forget."""


def build(settings: Settings, own: GatewaySettings, port: int) -> Starlette:
    """The application; `port` is where it will listen, for its status.

    Raises:
        CityModelError: the city model can't be used.
        UsersError: the users file can't be read.
    """
    city = City(city_model.load(settings.model) if settings.model else None, settings.window_s)
    # One client for data, one for statuses: a slow scan must not delay a fresh position.
    client, status_client = redis_client(settings), redis_client(settings)
    feed = Feed(client, settings.namespace, city)
    processes = Processes(status_client, settings.namespace, city, port)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(feed.run())]
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOAD_S):
                await feed.first_load.wait()
        # Its first word is then that of a gateway that is up.
        tasks.append(asyncio.create_task(processes.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.aclose()
            await status_client.aclose()

    middleware = [Middleware(Measured)]
    if own.cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=own.cors_origins,
                allow_methods=["GET"],
                allow_headers=["Authorization"],
            )
        )
    middleware.append(Middleware(Guard, authenticator=Authenticator(own.users_file)))
    return Starlette(
        routes=[
            *Api(city, processes).routes(),
            WebSocketRoute("/ws/live", Sockets(city, own.cors_origins).serve),
        ],
        middleware=middleware,
        exception_handlers={
            problems.ProblemError: problems.on_problem,
            HTTPException: problems.on_http_exception,
            Exception: problems.on_error,
        },
        lifespan=lifespan,
    )


class Measured:
    """Counts and times every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            matched = scope.get("route")
            route = matched.path if matched is not None else "none"
            metrics.REQUESTS.labels(route, scope["method"], str(status)).inc()
            metrics.REQUEST_SECONDS.labels(route).observe(perf_counter() - started)
