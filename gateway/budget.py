"""How many requests each may make: a token bucket a user, or an address."""

import time
from typing import Literal

from gateway import audit, metrics
from gateway.problems import too_many
from gateway.rates import Rates
from gateway.users import User


class Budget:
    """One rate for all of a kind."""

    def __init__(self, of: Literal["user", "address"], per_s: float, burst: int) -> None:
        """`per_s` 0 is any number."""
        self._of = of
        self._rates = Rates(per_s, burst) if per_s else None
        self._policy = f'"{of}";q={burst};w={burst / per_s:.0f}' if per_s else ""

    def spend(self, key: str, user: User | None) -> None:
        """Take one.

        Raises:
            ProblemError: 429, there is none left.
        """
        if self._rates is None:
            return
        wait_s = self._rates.take(key, time.monotonic())
        if wait_s > 0:
            metrics.REFUSED.labels("rate" if self._of == "user" else "address").inc()
            audit.note("rate", "refused", user, of=self._of)
            headers = {"RateLimit-Policy": self._policy, "RateLimit": f'"{self._of}";r=0;t={wait_s:.0f}'}
            raise too_many(f"too many requests of this {self._of}", wait_s, headers)
