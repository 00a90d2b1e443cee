"""Signing in and out, for browsers."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import SESSION_S
from gateway import body, query
from gateway.authentication import Authenticator
from gateway.endpoint import JSON, Change, Endpoint
from gateway.origin import check_own
from gateway.rest import things
from gateway.session import cookie
from gateway.session.sessions import Session, Sessions
from gateway.users import LONGEST_NAME, LONGEST_PASSWORD, Role, User

PATH = "/api/session"
EXAMPLE = '{"name": "ada", "password": "..."}'


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants in."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME, pattern="^[^:]+$")]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PASSWORD)]


class SignedIn(msgspec.Struct, frozen=True):
    """Who asks."""

    name: str
    role: Role
    expires: str | None
    """When the session is over, RFC 3339; null of one who asks with Basic authentication."""


def endpoints(authenticator: Authenticator, sessions: Sessions, request_s: float) -> list[Endpoint]:
    """`/api/session`."""

    async def who(request: Request) -> Response:
        query.no_parameters(request.query_params)
        return _told(request.scope["user"], request.scope["session"])

    async def begin(request: Request) -> Response:
        query.no_parameters(request.query_params)
        check_own(request.scope)
        wanted = await body.of_json(request, SignIn, request_s, EXAMPLE)
        address = request.client.host if request.client else ""
        user = await authenticator.signed_in(wanted.name, wanted.password, address)
        token, session = sessions.begin(user)
        answer = _told(user, session)
        cookie.put(request.scope, answer, token, SESSION_S)
        return answer

    async def end(request: Request) -> Response:
        query.no_parameters(request.query_params)
        session: Session | None = request.scope["session"]
        answer = Response(status_code=204)
        if session is not None:
            sessions.end(session)
            cookie.put(request.scope, answer, "", 0)
        return answer

    return [
        Endpoint(
            path=PATH,
            handler=who,
            tag="session",
            summary="Who asks",
            answers={JSON: SignedIn},
            tagged=False,
            changes={
                "POST": Change(
                    begin,
                    "Sign in: sets a cookie that the others take instead of Basic authentication",
                    body=SignIn,
                    answers={JSON: SignedIn},
                    problems=(408, 415),
                ),
                "DELETE": Change(end, "Sign out"),
            },
        )
    ]


def _told(user: User, session: Session | None) -> Response:
    expires = None if session is None else rfc3339(session.expires_s * 1000)
    return things.json(SignedIn(user.name, user.role, expires))
