"""Beginning, knowing and ending the sessions of browsers."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

from citystream.contracts.redis_keys import SESSION_S
from gateway import audit, metrics
from gateway.problems import ProblemError
from gateway.session import token as tokens
from gateway.session.ended import EndedSessions
from gateway.session.keys import Keys
from gateway.session.token import Claims
from gateway.users import User

# Checking a signature takes longer than most answers do.
REMEMBERED = 10_000

# A 401 has to name a scheme (RFC 9110); of one that it does not know, a browser asks nobody for a password.
CHALLENGE = {"WWW-Authenticate": 'Session realm="city"'}


@dataclass(frozen=True, slots=True)
class Session:
    """One that was begun and goes on."""

    id: str
    user: User
    """As the users file has them now."""
    expires_s: int
    """Epoch, s."""


class Sessions:
    """Of all users; nothing is kept of one that goes on, so each process knows each."""

    def __init__(self, keys: Keys, user_named: Callable[[str], User | None], ended: EndedSessions) -> None:
        self._keys = keys
        self._user_named = user_named
        self._ended = ended
        self._read: LRUCache[str, Claims] = LRUCache(REMEMBERED)

    def use(self, keys: Keys) -> None:
        """Other keys from now on: what none of them signed is over."""
        self._keys = keys
        self._read.clear()

    def begin(self, user: User) -> tuple[str, Session]:
        """The token for the cookie, and what it stands for.

        Raises:
            ProblemError: 503, there is no key.
        """
        if not self._keys:
            raise ProblemError(
                503,
                "no session key",
                remedy="an operator makes one: city-gateway session-key rotate; Basic authentication works",
            )
        session = Session(secrets.token_urlsafe(16), user, int(time.time()) + SESSION_S)
        claims = Claims(session.id, user.name, user.id, tokens.password_of(user), session.expires_s)
        self._note("begun", user)
        return tokens.sign(self._keys, claims), session

    def of(self, token: str) -> Session:
        """The session of a token that came.

        Raises:
            ProblemError: 401, it is none or is over.
        """
        claims = self._read.get(token)
        if claims is None:
            claims = tokens.read(self._keys, token) if self._keys else None
            if claims is None:
                raise self._refused("forged", None)
            self._read[token] = claims
        user = self._user_named(claims.name)
        if user is None or user.id != claims.user_id or tokens.password_of(user) != claims.password:
            raise self._refused("user-changed", user)
        if claims.expires_s <= time.time():
            raise self._refused("expired", user)
        if claims.id in self._ended:
            raise self._refused("ended", user)
        return Session(claims.id, user, claims.expires_s)

    def end(self, session: Session) -> None:
        """It is over before its time."""
        self._ended.end(session.id)
        self._note("end", session.user)

    def _refused(self, why: str, user: User | None) -> ProblemError:
        self._note(why, user)
        return ProblemError(
            401,
            "the session is over",
            field="Cookie",
            remedy="sign in again with POST /api/session",
            headers=CHALLENGE,
        )

    def _note(self, result: str, user: User | None) -> None:
        metrics.SESSIONS.labels(result).inc()
        audit.note("session", result, user)
