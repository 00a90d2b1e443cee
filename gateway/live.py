"""All live clients of this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from gateway.city import City
from gateway.listener import Listener, Send
from gateway.quota import Quota
from gateway.users import User

# A client hears of another source within this, whatever its rates.
LOOK_S = 0.5


class Live:
    """Who listens."""

    def __init__(self, city: City, most_clients: int) -> None:
        self._city = city
        self._quota = Quota(most_clients)
        self._listeners: set[Listener] = set()

    async def run(self) -> NoReturn:
        """Tell listeners of another source, until cancelled."""
        told = self._city.source
        while True:
            await asyncio.sleep(LOOK_S)
            if self._city.source != told:
                told = self._city.source
                for listener in self._listeners:
                    listener.look()

    @contextmanager
    def listener(self, user: User, send: Send) -> Iterator[Listener]:
        """One more, while this lasts.

        Raises:
            ProblemError: 503, there are too many.
        """
        with self._quota.client(user.name) as share:
            listener = Listener(self._city, share, send)
            self._listeners.add(listener)
            try:
                yield listener
            finally:
                self._listeners.discard(listener)
