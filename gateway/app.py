"""The gateway as ASGI applications."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Router, WebSocketRoute
from starlette.types import ASGIApp

from citystream.contracts import city_model
from citystream.contracts.manifest import Manifest
from citystream.garbage import collect_seldom
from citystream.servers.connections import redis_client
from citystream.settings import Settings
from gateway import audit, headers, operations, rest
from gateway.authentication import Authenticator
from gateway.batch import Batch
from gateway.batch_metrics import NEWEST_DAY
from gateway.budget import Budget
from gateway.city import City
from gateway.closed_days import ClosedDays
from gateway.dashboard import BUILT, Dashboard
from gateway.days_reader import DaysReader
from gateway.fallback import Fallback
from gateway.feed import Feed
from gateway.front import Answered, Door
from gateway.lasting import Lasting
from gateway.layer_states import LayerStates
from gateway.live import Live
from gateway.lockout import Lockout
from gateway.newest_day import NewestDay
from gateway.processes import Processes
from gateway.records import Records
from gateway.routing import Endpoints
from gateway.session import keys
from gateway.session.ended import EndedSessions
from gateway.session.sessions import Sessions
from gateway.settings import GatewaySettings
from gateway.websocket import Sockets
from gateway.window_pages import IF_NOBODY_KNOWS_S

LIVE_PATH = "/ws/live"
# The first load takes well under a second; a Redis that is away must not keep the gateway from starting.
FIRST_LOAD_S = 2.0
# Redis answers within a millisecond; a gateway that got no CPU for a while must not take it for lost.
REDIS_S = 1.0


class Applications(NamedTuple):
    """What is served on the two ports, and what it is made of; all live in the public one's lifespan."""

    public: ASGIApp
    operations: Starlette
    paths: Sequence[str]
    """Of the public one, as documents name them."""
    city: City
    authenticator: Authenticator


def build(
    settings: Settings,
    own: GatewaySettings,
    operations_port: int,
    *,
    tells_of_users: bool = True,
    told: Callable[[Manifest | None], None] = NEWEST_DAY.told,
) -> Applications:
    """The applications; `operations_port` is where health will be asked for, for the status.

    `tells_of_users`: changes of the users file come into the audit log; of several processes one tells.
    `told` is what hears of the newest closed day that is published.

    Raises:
        CityModelError: the city model can't be used.
        UsersError: the users file can't be read.
        SessionKeyError: the session key can't be read.
    """
    model = city_model.load(settings.model) if settings.model else None
    city = City(model, settings.window_s, own.stale_after)
    # One client for data, one for statuses: a slow scan must not delay a fresh position.
    client, status_client = redis_client(settings, REDIS_S), redis_client(settings, REDIS_S)
    feed = Feed(client, settings.namespace, city)
    layers = LayerStates(city.link)
    processes = Processes(status_client, settings.namespace, city, layers, operations_port)
    fallback = Fallback(city)
    batch = Batch(settings, own.batch_hours, city, fallback, layers.batch) if own.batch_hours else None
    # And one for what is asked of the past, which may take longer.
    records_client = redis_client(settings, IF_NOBODY_KNOWS_S)
    zone = city_model.zone_of(model, settings.timezone)
    closed = ClosedDays(DaysReader(settings, layers.batch), settings.shared, zone)
    newest = NewestDay(closed, settings.shared, own.batch_look_s, told) if own.batch_look_s else None
    records = Records(records_client, settings.namespace, city, batch, closed, settings.window_s)

    lockout = Lockout(own.lockout_tries, own.lockout_s, own.lockout_longest_s)
    authenticator = Authenticator(own.users_file, lockout, tells_of_users)
    ended = EndedSessions(status_client, settings.namespace)
    sessions = Sessions(keys.of(own.session_key, own.users_file), authenticator.user_named, ended)
    lasting = Lasting()
    authenticator.on_gone(lasting.end_of_user)
    ended.on_end(lasting.end_of_session)
    live = Live(city, own.clients)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(part.run()) for part in (feed, live, ended)]
        tasks.append(asyncio.create_task(authenticator.watch()))
        if own.session_key is None:
            key_file = keys.file_beside(own.users_file)
            tasks.append(asyncio.create_task(keys.watch(key_file, sessions.use)))
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOAD_S):
                await feed.first_load.wait()
        # The city is loaded; what answers are made of goes with them.
        collect_seldom()
        # Its first word is then that of a gateway that is up.
        tasks.append(asyncio.create_task(processes.run()))
        if batch:
            tasks += [asyncio.create_task(part.run()) for part in (batch, fallback)]
        if newest:
            tasks.append(asyncio.create_task(newest.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.aclose()
            await status_client.aclose()
            await records_client.aclose()
            closed.close()
            audit.tell_all()

    endpoints = rest.endpoints(
        city,
        layers,
        processes,
        records,
        live,
        lasting,
        authenticator,
        sessions,
        own,
        settings.namespace,
        zone,
    )
    sockets = WebSocketRoute(LIVE_PATH, Sockets(live, lasting, own.cors_origins).serve)
    dashboard = Dashboard(own.dashboard or BUILT, own.tile_server)
    routed = Endpoints(endpoints, dashboard.answer, Router([sockets], lifespan=lifespan))
    public: ASGIApp = Door(
        routed,
        authenticator,
        sessions,
        Budget("address", own.address_rate_per_s, own.address_rate_burst),
        Budget("user", own.rate_per_s, own.rate_burst),
    )
    if own.cors_origins:
        # Before the door: a browser asks without a credential whether it may ask.
        public = CORSMiddleware(
            public,
            allow_origins=own.cors_origins,
            allow_methods=["GET"],
            allow_headers=["Authorization"],
            expose_headers=["City-Age-Ms", "City-Incomplete", "Content-Disposition", "ETag", "X-Request-Id"],
        )
    return Applications(
        Answered(public, headers.defaults(tls=own.tls_certificate is not None)),
        operations.application(city),
        [*(one.path for one in endpoints), LIVE_PATH],
        city,
        authenticator,
    )
