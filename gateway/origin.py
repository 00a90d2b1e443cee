"""From which site a browser asks: another site's page must not act with a user's cookie.

A browser says so in `Origin` (RFC 6454) and, over TLS and on localhost, in `Sec-Fetch-Site`; no page can
change either.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.problems import ProblemError

# The dashboard's own word for a plain HTTP page on a LAN, where no `Sec-Fetch-Site` is sent.
CLIENT_HEADER, DASHBOARD = "city-client", "dashboard"
_PORTS = {"http": 80, "https": 443}
_SAFE = frozenset({"GET", "HEAD"})


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int | None


def is_ours(scope: Scope, origin: str) -> bool:
    """Whether it is where this gateway is, as the client sees it."""
    ours = _read(f"{_SCHEMES[scope['scheme']]}://{Headers(scope=scope).get('host', '')}")
    return ours is not None and _read(origin) == ours


def check_cookie(scope: Scope) -> None:
    """Go on if what came with a cookie may count as the user's own wish.

    Raises:
        ProblemError: 403.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if scope["type"] == "websocket":
        # Any page may begin one, and read it: no rule of browsers forbids it.
        if origin is None or not is_ours(scope, origin):
            raise other_site(origin)
    elif scope["method"] not in _SAFE:
        check_own(scope)
    elif origin is not None and not is_ours(scope, origin):
        raise other_site(origin)


def check_own(scope: Scope) -> None:
    """Go on if the browser says that a page of ours asks.

    Raises:
        ProblemError: 403.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") != "same-origin" and (origin is None or not is_ours(scope, origin)):
        raise other_site(origin)


def shows_sign_in_itself(scope: Scope) -> bool:
    """Whether who asks is better off without the browser's own window for a password."""
    headers = Headers(scope=scope)
    return headers.get("sec-fetch-site") is not None or headers.get(CLIENT_HEADER) == DASHBOARD


def other_site(origin: str | None) -> ProblemError:
    """403: not a page of ours."""
    return ProblemError(
        403,
        "no Origin" if origin is None else "Origin: another site's page",
        field="Origin",
        remedy="ask from a page of this gateway; behind a proxy, name it in CITY_GATEWAY_TRUSTED_PROXIES; "
        "programs use Basic authentication, pages of other sites need CITY_GATEWAY_CORS_ORIGINS too",
    )


_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def _read(origin: str) -> _Origin | None:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path or parts.query or parts.fragment:
        return None
    return _Origin(parts.scheme, parts.hostname, port or _PORTS[parts.scheme])
