"""Names and passwords: argon2 once; of Basic authentication then a keyed hash for some minutes."""

import asyncio
import base64
import binascii
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NoReturn

from gateway import audit, metrics, users
from gateway.file_version import WatchedFiles
from gateway.lockout import Lockout
from gateway.problems import ProblemError, too_many
from gateway.users import User, Users, UsersError

log = logging.getLogger(__name__)

# A changed users file is noticed at once; this bounds how long a removed hash could matter should the
# file's time not change.
REMEMBERED_S = 300.0
FILE_CHECK_S = 0.1
# One verification takes 64 MiB and four threads for about 50 ms.
VERIFIED_AT_ONCE = 2
# 32 different credentials at 50 ms, two at a time, are served within a second.
WAITING = 32

CHALLENGE = {"WWW-Authenticate": 'Basic realm="city", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class _Verified:
    user: User
    until: float


class Authenticator:
    """Tells users by name and password; remembers one credential a user, so memory is bounded."""

    def __init__(self, users_file: Path, lockout: Lockout, tells_of_users: bool) -> None:
        self._file = users_file
        self._tells_of_users = tells_of_users
        self._watched = WatchedFiles(users_file)
        self._users = users.read(users_file)
        self._key = secrets.token_bytes(32)
        self._verified: dict[bytes, _Verified] = {}
        """By the keyed hash of the credential."""
        self._digests: dict[str, bytes] = {}
        """Of each user, the credential that is remembered."""
        self._running: dict[bytes, asyncio.Task[bool]] = {}
        self._free = asyncio.Semaphore(VERIFIED_AT_ONCE)
        self._stand_in = users.stand_in()
        self._lockout = lockout
        self._on_gone: list[Callable[[User], None]] = []

    def on_gone(self, call: Callable[[User], None]) -> None:
        """Call this with each user who is removed, or has another password or role."""
        self._on_gone.append(call)

    def user_named(self, name: str) -> User | None:
        """Who has this name now."""
        return self._users.get(name)

    def remembered(self, authorization: str, address: str) -> User | None:
        """The user whose credential this is, if it was verified lately; `address` is where it came from.

        Raises:
            ProblemError: 429 after too many wrong ones.
        """
        # A keyed hash: how long it takes to find it, or not, says nothing of what was sent.
        known = self._verified.get(self._digest(authorization))
        now = time.monotonic()
        if known is None or now >= known.until:
            return None
        # Who is locked out learns nothing from any password, a right one included.
        self._refuse(self._lockout.wait_s(known.user.name, address, now), known.user.name)
        return known.user

    def _digest(self, secret: str) -> bytes:
        return blake2b(secret.encode(), key=self._key).digest()

    def _remember(self, digest: bytes, user: User, until: float) -> None:
        before = self._digests.get(user.name)
        if before is not None:
            self._verified.pop(before, None)
        self._digests[user.name] = digest
        self._verified[digest] = _Verified(user, until)

    async def user(self, authorization: str, address: str) -> User:
        """The user whose credential this is, of one that is not remembered; it is from then on.

        Raises:
            ProblemError: 401 without a right one, 429 after too many wrong ones, or while too many are
                being verified.
        """
        name, password = _credential(authorization)
        now = time.monotonic()
        user = await self.signed_in(name, password, address)
        self._remember(self._digest(authorization), user, now + REMEMBERED_S)
        return user

    async def signed_in(self, name: str, password: str, address: str) -> User:
        """The user who has this name and password.

        Raises:
            ProblemError: as above.
        """
        # A name has no colon.
        now, digest = time.monotonic(), self._digest(f"{name}:{password}")
        # Before anything is compared: who is locked out learns nothing from any password.
        self._refuse(self._lockout.wait_s(name, address, now), name)
        # Those that come with the same credential at once share one verification, and its try.
        first = digest not in self._running
        if first:
            self._refuse(self._lockout.begin(name, address, now), name)
        user = self._users.get(name)
        if not await self._verify(digest, user or self._stand_in, password) or user is None:
            audit.note("sign-in", "wrong", user)
            raise unauthorized("wrong name or password")
        if self._users.get(name) != user:
            # Changed while it was verified.
            raise unauthorized("wrong name or password")
        if first:
            self._lockout.right(name, address)
            audit.note("sign-in", "right", user)
        return user

    def _refuse(self, wait_s: float, name: str) -> None:
        if wait_s > 0:
            metrics.SIGN_INS.labels("locked").inc()
            audit.note("sign-in", "locked", self._users.get(name))
            raise too_many("too many wrong passwords", wait_s)

    async def _verify(self, digest: bytes, user: User, password: str) -> bool:
        running = self._running.get(digest)
        if running is None:
            if len(self._running) >= WAITING:
                metrics.SIGN_INS.labels("busy").inc()
                raise too_many("too many sign-ins at once", 1)
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

    async def watch(self) -> NoReturn:
        """Take changes of the users file as they come, until cancelled."""
        while True:
            await self._watched.change(FILE_CHECK_S)
            self._reread()

    def _reread(self) -> None:
        try:
            now = users.read(self._file)
        except UsersError as error:
            log.error("the users stay as they were: %s", error)
            return
        before, self._users = self._users, now
        self._verified.clear()
        self._digests.clear()
        if self._tells_of_users:
            _note_changes(before, now)
        for name, user in before.items():
            if now.get(name) != user:
                for call in self._on_gone:
                    call(user)


def _note_changes(before: Users, now: Users) -> None:
    for name in before.keys() | now.keys():
        old, new = before.get(name), now.get(name)
        if old is None and new is not None:
            audit.note("user", "added", new)
        elif old is not None and new is None:
            audit.note("user", "removed", old)
        elif old is not None and new is not None and old != new:
            audit.note("user", "changed", new)


def _credential(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise unauthorized("not Basic authentication")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise unauthorized("credentials that can't be read") from error
    name, separator, password = text.partition(":")
    if not separator or len(name) > users.LONGEST_NAME or len(password) > users.LONGEST_PASSWORD:
        raise unauthorized("credentials that can't be read")
    return name, password


def unauthorized(detail: str) -> ProblemError:
    """401, and how to sign in."""
    return ProblemError(
        401,
        detail,
        field="Authorization",
        remedy="sign in, or send Basic authentication; an operator makes users: city-gateway user add NAME",
        headers=CHALLENGE,
    )
