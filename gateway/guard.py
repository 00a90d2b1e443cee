"""Nobody gets past without a right credential, a role that may, and within their rate; on WebSocket too."""

import time

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import audit, metrics
from gateway.authentication import Authenticator, too_many
from gateway.problems import ProblemError
from gateway.rates import Rates
from gateway.users import Role, User


class Guard:
    """Puts the `User` into the scope."""

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
        client = scope["client"]
        try:
            user = await self._authenticator.user(_authorization(scope), client[0] if client else "")
            self._take(user)
        except ProblemError as problem:
            await problem.response()(scope, receive, send)
            return
        scope["user"] = user
        await self._app(scope, receive, send)

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


def require_role(connection: HTTPConnection, needed: Role) -> None:
    """Go on if the user who asks has this role or a higher one.

    Raises:
        ProblemError: 403.
    """
    user: User = connection.scope["user"]
    if not user.role.includes(needed):
        metrics.REFUSED.labels("role").inc()
        audit.note("role-refused", user=user.id, route=connection.scope["route"].path)
        raise ProblemError(
            403,
            f"role {user.role} is not enough",
            field="Authorization",
            remedy=f"ask as a user of role {needed}, or a higher one",
        )
