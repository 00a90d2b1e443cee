"""What every request passes on its way in, and every answer on its way out.

A layer costs about as much as making an answer does, so there are two; who may come in from other origins is
decided between them.
"""

import logging
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import audit, metrics, request_id
from gateway.authentication import Authenticator, unauthorized
from gateway.budget import Budget
from gateway.headers import Headers, completed
from gateway.limits import problem_of
from gateway.lockout import network
from gateway.origin import check_cookie, shows_sign_in_itself
from gateway.problems import ProblemError, failed
from gateway.rest.session import PATH as SESSION_PATH
from gateway.session import cookie
from gateway.session.sessions import CHALLENGE, Session, Sessions

log = logging.getLogger(__name__)

CLOSED = ("/api", "/ws")
"""What stands below these is for users alone."""

# The second is of a WebSocket handshake that was refused.
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


class Answered:
    """Outermost: counts and times every HTTP answer, and gives each the headers that its handler did not.

    Each, and each WebSocket handshake, has its request's id. A fault of our own becomes a problem document,
    and then the server's to log.
    """

    def __init__(self, app: ASGIApp, defaults: Headers) -> None:
        self._app = app
        self._defaults = defaults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started, status, defaults = perf_counter(), 0, self._defaults
        own = (request_id.HEADER, request_id.begin(scope["headers"]).encode())

        async def send_with(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS:
                status = message["status"]
                message["headers"] = [*completed(message["headers"], defaults), own]
            elif message["type"] == "websocket.accept":
                message["headers"] = [*message.get("headers", ()), own]
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
                asked = (matched.path if matched else "none", scope["method"], status or 500)
                answered, took = _meters(*asked)
                spent_s = perf_counter() - started
                answered.inc()
                took.observe(spent_s)
                if log.isEnabledFor(logging.DEBUG):
                    _tell(*asked, spent_s)


class Door:
    """Nobody gets past with what no route takes, without a right credential, or beyond a rate; by WebSocket
    neither. Puts `user` into the scope, and the `session` if it came by one.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        sessions: Sessions,
        of_address: Budget,
        of_user: Budget,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._sessions = sessions
        self._of_address = of_address
        self._of_user = of_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            problem = problem_of(scope)
            if problem:
                raise problem
            client = scope["client"]
            address = client[0] if client else ""
            self._of_address.spend(network(address), None)
            if not _is_open(scope):
                await self._let_in(scope, address)
            await self._app(scope, receive, send)
        except ProblemError as problem:
            if problem.status == HTTPStatus.UNAUTHORIZED and shows_sign_in_itself(scope):
                problem.headers |= CHALLENGE
            await problem.response()(scope, receive, send)

    async def _let_in(self, scope: Scope, address: str) -> None:
        credential = _header(scope, b"authorization")
        if credential is None:
            session = self._session(scope)
            user = session.user
        else:
            session = None
            text = credential.decode("latin-1")
            known = self._authenticator.remembered(text, address)
            user = known or await self._authenticator.user(text, address)
        self._of_user.spend(user.name, user)
        scope["user"], scope["session"] = user, session

    def _session(self, scope: Scope) -> Session:
        cookies = _header(scope, b"cookie")
        token = cookie.token_of(scope, cookies) if cookies else None
        if token is None:
            raise unauthorized("no credentials")
        session = self._sessions.of(token)
        try:
            check_cookie(scope)
        except ProblemError:
            metrics.REFUSED.labels("origin").inc()
            audit.note("origin", "refused", session.user)
            raise
        return session


def _is_open(scope: Scope) -> bool:
    """Whether it asks for no data: the page that signs people in and what it is made of, and signing in."""
    if scope["type"] != "http":
        return False
    path: str = scope["path"]
    return not path.startswith(CLOSED) or (path == SESSION_PATH and scope["method"] == "POST")


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return None


def _tell(route: str, method: str, status: int, spent_s: float) -> None:
    """A line of access: no query, no id in a path, no address."""
    ms = round(spent_s * 1000, 1)
    about = {"method": method, "route": route, "status": status, "ms": ms}
    log.debug("%s %s: %d in %.1f ms", method, route, status, ms, extra=about)


# Looking a child up costs more than counting does.
@lru_cache(maxsize=1_024)
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.REQUESTS.labels(route, method, str(status)), metrics.REQUEST_SECONDS.labels(route)
