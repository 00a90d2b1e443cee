"""The cookie that a session's token travels in."""

from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

# Of a secure cookie the browser then warrants that no other host, and nobody in clear, has set it.
_SECURE_NAME = "__Host-city-session"
_NAME = "city-session"


def token_of(scope: Scope, header: bytes) -> str | None:
    """The token in a `Cookie` header."""
    return cookie_parser(header.decode("latin-1")).get(_name(scope))


def put(scope: Scope, response: Response, token: str, lasts_s: int) -> None:
    """Have the browser keep it, or with 0 s drop it."""
    secure = _is_secure(scope)
    response.set_cookie(
        _name(scope), token, max_age=lasts_s, path="/", secure=secure, httponly=True, samesite="strict"
    )


def _name(scope: Scope) -> str:
    return _SECURE_NAME if _is_secure(scope) else _NAME


def _is_secure(scope: Scope) -> bool:
    return scope["scheme"] in ("https", "wss")
