"""What every request passes on its way in, and every answer on its way out.

A layer costs about as much as making an answer does, so there are two; who may come in from other origins is
decided between them.
"""

import time
from functools import lru_cache
from time import perf_counter

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import audit, metrics
from gateway.authentication import Authenticator, too_many, unauthorized
from gateway.headers import Headers, completed
from gateway.limits import problem_of
from gateway.problems import ProblemError, failed
from gateway.rates import Rates
from gateway.users import User

# The second is of a WebSocket handshake that was refused.
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


class Answered:
    """Outermost: counts and times every HTTP answer, and gives each the headers that its handler did not.

    A fault of our own becomes a problem document, and then the server's to log.
    """

    def __init__(self, app: ASGIApp, defaults: Headers) -> None:
        self._app = app
        self._defaults = defaults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started, status, defaults = perf_counter(), 0, self._defaults

        async def send_with(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS:
                status = message["status"]
                message["headers"] = completed(message["headers"], defaults)
            await send(message)

        try:
            await self._app(scope, receive, send_with)
        except Exception:
            if not status:
                await failed().response()(scope, receive, send_with)
            raise
        finally:
            if scope["type"] == "http":
                matched = scope.get("route")
                answered, took = _meters(matched.path if matched else "none", scope["method"], status or 500)
                answered.inc()
                took.observe(perf_counter() - started)


class Door:
    """Nobody gets past with what no route takes, without a right credential, or beyond their rate; by
    WebSocket neither. Puts the `User` into the scope.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator, rate_per_s: float, burst: int) -> None:
        self._app = app
        self._authenticator = authenticator
        self._rates = Rates(rate_per_s, burst) if rate_per_s else None
        self._policy = (
            {"RateLimit-Policy": f'"user";q={burst};w={burst / rate_per_s:.0f}'} if rate_per_s else {}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            problem = problem_of(scope)
            if problem:
                raise problem
            credential, client = _authorization(scope), scope["client"]
            address = client[0] if client else ""
            if credential is None:
                raise unauthorized("no credentials")
            user = self._authenticator.remembered(credential, address)
            if user is None:
                user = await self._authenticator.user(credential, address)
            self._take(user)
            scope["user"] = user
            await self._app(scope, receive, send)
        except ProblemError as problem:
            await problem.response()(scope, receive, send)

    def _take(self, user: User) -> None:
        if self._rates is None:
            return
        wait_s = self._rates.take(user.name, time.monotonic())
        if wait_s > 0:
            metrics.REFUSED.labels("rate").inc()
            audit.note("rate-limited", user=user.id)
            raise too_many(
                "too many requests of this user",
                wait_s,
                {**self._policy, "RateLimit": f'"user";r=0;t={wait_s:.0f}'},
            )


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            credential: str = value.decode("latin-1")
            return credential
    return None


# Looking a child up costs more than counting does.
@lru_cache(maxsize=1_024)
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.REQUESTS.labels(route, method, str(status)), metrics.REQUEST_SECONDS.labels(route)
