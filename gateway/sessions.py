"""Answers that last: they end when the user they are for is no more, or is another now."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.authentication import Authenticator
from gateway.users import User


class UserChangedError(Exception):
    """The user was removed, or has another password or role: sign in again."""


class Sessions:
    """Those of this process."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._of_user: dict[str, set[asyncio.Timeout]] = {}
        authenticator.on_gone(self._end)

    @asynccontextmanager
    async def of(self, user: User) -> AsyncIterator[None]:
        """What is done in it is cut off when the user changes.

        Raises:
            UserChangedError: then.
        """
        mine = self._of_user.setdefault(user.name, set())
        gone = asyncio.timeout(None)
        mine.add(gone)
        try:
            async with gone:
                yield
        except TimeoutError as error:
            if not gone.expired():
                raise
            raise UserChangedError from error
        finally:
            mine.discard(gone)
            if not mine and self._of_user.get(user.name) is mine:
                del self._of_user[user.name]

    def _end(self, user: User) -> None:
        now = asyncio.get_running_loop().time()
        for gone in self._of_user.pop(user.name, ()):
            gone.reschedule(now)
