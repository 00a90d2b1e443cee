"""Answers that last: they end with the session or the user that they are for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

from gateway.session.sessions import Session
from gateway.users import User


class NoLongerError(Exception):
    """Who asked may no longer listen; the message says why."""


class _Answer:
    """One that goes on."""

    def __init__(self, user: User, session: Session | None) -> None:
        self.user = user
        self.session = session
        left_s = None if session is None else session.expires_s - time()
        loop = asyncio.get_running_loop()
        self.timeout = asyncio.timeout_at(None if left_s is None else loop.time() + left_s)
        self.why = "the session is over"

    def end(self, why: str) -> None:
        # One that has expired meanwhile ends anyway.
        if not self.timeout.expired():
            self.why = why
            self.timeout.reschedule(asyncio.get_running_loop().time())


class Lasting:
    """Those of this process."""

    def __init__(self) -> None:
        self._answers: set[_Answer] = set()

    @asynccontextmanager
    async def until_over(self, user: User, session: Session | None) -> AsyncIterator[None]:
        """What is done in it is cut off when the user changes, or the session is over.

        Raises:
            NoLongerError: then.
        """
        answer = _Answer(user, session)
        self._answers.add(answer)
        try:
            async with answer.timeout:
                yield
        except TimeoutError as error:
            if not answer.timeout.expired():
                raise
            raise NoLongerError(f"{answer.why}; sign in again") from error
        finally:
            self._answers.discard(answer)

    def end_of_user(self, user: User) -> None:
        """The user was removed, or has another password or role."""
        for answer in list(self._answers):
            if answer.user.name == user.name:
                answer.end("user changed")

    def end_of_session(self, session_id: str) -> None:
        """The session was ended."""
        for answer in list(self._answers):
            if answer.session is not None and answer.session.id == session_id:
                answer.end("the session is over")
