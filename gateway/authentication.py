"""Basic authentication: argon2 once, then a keyed hash of the credential for some minutes."""

import asyncio
import base64
import binascii
import hmac
import logging
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import metrics, users
from gateway.problems import ProblemError
from gateway.users import Role, User, UsersError

log = logging.getLogger(__name__)

# A changed users file is noticed within a second; this bounds how long a removed hash could matter
# should the file's time not change.
REMEMBERED_S = 300.0
FILE_CHECK_S = 1.0
# One verification takes 64 MiB and four threads for about 50 ms.
VERIFIED_AT_ONCE = 2
# 32 different credentials at 50 ms, two at a time, are served within a second.
WAITING = 32

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
CHALLENGE = {"WWW-Authenticate": 'Basic realm="city", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class _Verified:
    digest: bytes
    user: User
    until: float


class Authenticator:
    """Tells users by their `Authorization` header; remembers one credential a user, so memory is bounded."""

    def __init__(self, users_file: Path) -> None:
        self._file = users_file
        self._users = users.read(users_file)
        self._file_version = self._version()
        self._next_check = 0.0
        self._key = secrets.token_bytes(32)
        self._verified: dict[str, _Verified] = {}
        self._running: dict[bytes, asyncio.Task[bool]] = {}
        self._free = asyncio.Semaphore(VERIFIED_AT_ONCE)
        self._stand_in = users.stand_in()

    async def user(self, authorization: str | None) -> User:
        """The user whose credential this is.

        Raises:
            ProblemError: 401 without a right one, 503 when too many are being verified.
        """
        if authorization is None:
            raise _unauthorized("no credentials")
        name, password = _credential(authorization)
        self._reread()
        digest = hmac.digest(self._key, authorization.encode(), "sha256")
        known = self._verified.get(name)
        if known and hmac.compare_digest(known.digest, digest) and time.monotonic() < known.until:
            return known.user
        user = self._users.get(name)
        if not await self._verify(digest, user or self._stand_in, password) or user is None:
            raise _unauthorized("wrong name or password")
        self._verified[name] = _Verified(digest, user, time.monotonic() + REMEMBERED_S)
        return user

    async def _verify(self, digest: bytes, user: User, password: str) -> bool:
        """Requests that come with the same credential at once share one verification."""
        running = self._running.get(digest)
        if running is None:
            if len(self._running) >= WAITING:
                metrics.SIGN_INS.labels("busy").inc()
                raise ProblemError(
                    503,
                    "too many sign-ins at once",
                    remedy="try again in a second",
                    headers={"Retry-After": "1"},
                )
            running = asyncio.create_task(self._verify_in_thread(user, password))
            self._running[digest] = running
            running.add_done_callback(lambda _: self._running.pop(digest, None))
        # A client that leaves must not cancel the others' answer.
        return await asyncio.shield(running)

    async def _verify_in_thread(self, user: User, password: str) -> bool:
        async with self._free:
            right = await asyncio.to_thread(users.password_is_right, user, password)
        metrics.SIGN_INS.labels("right" if right else "wrong").inc()
        return right

    def _version(self) -> tuple[int, int] | None:
        try:
            about = self._file.stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_ino

    def _reread(self) -> None:
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + FILE_CHECK_S
        version = self._version()
        if version == self._file_version:
            return
        try:
            self._users = users.read(self._file)
        except UsersError as error:
            log.error("the users stay as they were: %s", error)
        else:
            self._verified.clear()
            log.info("users read again: %d", len(self._users))
        self._file_version = version


class Guard:
    """Lets nobody in without a right credential, health and metrics aside; puts the `User` into the scope."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"] not in OPEN_PATHS:
            try:
                scope["user"] = await self._authenticator.user(Headers(scope=scope).get("authorization"))
            except ProblemError as problem:
                await problem.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)


def has_role(connection: HTTPConnection, needed: Role) -> bool:
    """Whether the user who asks has this role or a higher one."""
    user: User = connection.scope["user"]
    return user.role.includes(needed)


def _credential(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _unauthorized("not Basic authentication")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _unauthorized("credentials that can't be read") from error
    name, separator, password = text.partition(":")
    if not separator or len(password) > users.LONGEST_PASSWORD:
        raise _unauthorized("credentials that can't be read")
    return name, password


def _unauthorized(detail: str) -> ProblemError:
    return ProblemError(
        401,
        detail,
        field="Authorization",
        remedy="send Basic authentication; an operator makes users with: city-gateway user add NAME",
        headers=CHALLENGE,
    )
