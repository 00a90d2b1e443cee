"""How many live clients a process has, and how much each may ask for."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway import metrics
from gateway.problems import ProblemError

# A topic of a subscription counts as one.
MOST_OF_A_CLIENT = 50
MOST_OF_A_USER = 10_000
RETRY_AFTER_S = 30


class Quota:
    """What all live clients of this process have together."""

    def __init__(self, most_clients: int) -> None:
        self._most_clients = most_clients
        self._clients = 0
        self._of_user: Counter[str] = Counter()

    @contextmanager
    def client(self, user: str) -> Iterator["Share"]:
        """One more, while this lasts.

        Raises:
            ProblemError: 503, there are too many.
        """
        if self._clients >= self._most_clients:
            metrics.REFUSED.labels("clients").inc()
            raise ProblemError(
                503,
                "too many live clients",
                remedy="try again later",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        share = Share(user, self._of_user)
        self._count(1)
        try:
            yield share
        finally:
            self._count(-1)
            share.set(0)

    def _count(self, more: int) -> None:
        self._clients += more
        metrics.LIVE_CLIENTS.set(self._clients)


class Share:
    """One client's part of it."""

    def __init__(self, user: str, of_user: Counter[str]) -> None:
        self._user = user
        self._of_user = of_user
        self._has = 0

    def set(self, wanted: int) -> None:
        """Have so many topics from now on.

        Raises:
            ProblemError: 429, they are too many; nothing has changed.
        """
        for holder, would_be, most in (
            ("connection", wanted, MOST_OF_A_CLIENT),
            ("user", self._of_user[self._user] - self._has + wanted, MOST_OF_A_USER),
        ):
            if wanted > self._has and would_be > most:
                metrics.REFUSED.labels("subscriptions").inc()
                raise ProblemError(
                    429,
                    f"subscribe: a {holder} has {most} topics at most, over all its subscriptions",
                    field="subscribe",
                    remedy="unsubscribe from others first, or choose more things with one subscription",
                )
        self._of_user[self._user] += wanted - self._has
        self._has = wanted
        if not self._of_user[self._user]:
            del self._of_user[self._user]
