"""What a browser does that a program does not: it keeps a cookie, and says whose page asks."""

from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from gateway.session import keys, token
from gateway.session.token import Claims
from tests.gateway.running import VIEWER, Gateway
from tests.harness.patience import PATIENCE_S

SESSION = "/api/session"
COOKIE = "city-session"


class Browser:
    """A page of the gateway's own, in plain HTTP."""

    def __init__(self, gateway: Gateway, port: int | None = None, address: str = "127.0.0.1") -> None:
        self.port = port or gateway.port
        self.origin = f"http://127.0.0.1:{self.port}"
        self.http = httpx.AsyncClient(
            base_url=self.origin,
            headers={"Origin": self.origin},
            timeout=PATIENCE_S,
            # A connection for each request: of several processes any may get it.
            transport=httpx.AsyncHTTPTransport(
                local_address=address, limits=httpx.Limits(max_keepalive_connections=0)
            ),
        )

    async def sign_in(self, user: tuple[str, str] = VIEWER, **headers: str) -> httpx.Response:
        """Send the form; a cookie that comes back is kept."""
        body = {"name": user[0], "password": user[1]}
        return await self.http.post(SESSION, json=body, headers=headers)

    async def status(self, path: str = SESSION) -> int:
        """That of an answer."""
        return (await self.http.get(path)).status_code

    @property
    def token(self) -> str:
        return self.http.cookies[COOKIE]

    def use(self, value: str) -> None:
        """Another cookie in the place of what there was."""
        self.http.cookies.clear()
        self.http.cookies.set(COOKIE, value)

    def live(self, origin: str | None = "") -> connect:
        """A WebSocket with the cookie; of our own origin unless another is given, or none."""
        headers: dict[str, Any] = {"Cookie": f"{COOKIE}={self.token}"}
        if origin is not None:
            headers["Origin"] = origin or self.origin
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/live", additional_headers=headers, proxy=None, max_size=None
        )


def token_like(of: str, users_file: Path, **other: Any) -> str:
    """A token as this one, but for some claims; signed with the gateway's own key."""
    signing = keys.read(keys.file_beside(users_file))
    claims = token.read(signing, of)
    assert claims is not None
    told = {name: getattr(claims, name) for name in Claims.__struct_fields__}
    return token.sign(signing, Claims(**(told | other)))


async def signed_in(gateway: Gateway, user: tuple[str, str] = VIEWER) -> Browser:
    """One that has a session."""
    browser = Browser(gateway)
    assert (await browser.sign_in(user)).status_code == 200
    return browser


def with_token(gateway: Gateway, value: str) -> Browser:
    """One that has this cookie."""
    browser = Browser(gateway)
    browser.use(value)
    return browser
