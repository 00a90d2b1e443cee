"""Circuit breaker: a server that fails is left alone, then probed, at growing intervals."""

from collections.abc import Callable
from time import monotonic

FIRST_WAIT_S = 0.5
# A server that is back is noticed within this.
LONGEST_WAIT_S = 5.0


class Breaker:
    """Closed (calls pass), open (they don't), half-open (one probe passes)."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wait_s = FIRST_WAIT_S
        self._retry_at = 0.0
        self.error: str | None = None
        """Why it is open; None while closed."""

    @property
    def closed(self) -> bool:
        return self.error is None

    @property
    def retry_in_s(self) -> float:
        """How long until a call may be made; 0 where it may be made now."""
        return 0.0 if self.closed else max(0.0, self._retry_at - self._clock())

    def allows(self) -> bool:
        """Whether a call may be made now."""
        return self.closed or self._clock() >= self._retry_at

    def succeeded(self) -> bool:
        """Note a success; True when it ended an outage."""
        returned = not self.closed
        self.error, self._wait_s = None, FIRST_WAIT_S
        return returned

    def failed(self, error: BaseException) -> bool:
        """Note a failure; True when it began an outage."""
        began = self.closed
        self.error = f"{type(error).__name__}: {error}"[:200]
        self._retry_at = self._clock() + self._wait_s
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        return began
