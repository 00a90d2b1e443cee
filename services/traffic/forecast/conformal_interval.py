"""Intervals that hold the share of readings that they promise, whatever the model's errors are like."""

from bisect import bisect_right
from typing import NamedTuple, Self

BOUNDS_KMH = (20, 40, 60, 80, 100)
"""Errors are of a size in each range of forecast speeds: what flows freely is easier than what is jammed."""
MOST_KMH = 200.0
"""Nothing is expected to be faster."""
FIRST_SIZE_KMH = 8.0
"""Mean error where none was seen; it counts as `FIRST_READINGS`."""
FIRST_READINGS = 3
MOST_READINGS = 50
"""A mean error is of about so many newest ones."""
FIRST_REACH = 1.6
"""Ends in mean errors: 80 % of what is spread as a Laplace distribution lies within ln 5."""
LEAST_REACH = 0.1
LEAST_SIZE_KMH = 1.0
RATE = 0.02
"""Step of an end, in mean errors: its long-run coverage is off by less than reach / (rate x readings)."""


class Interval(NamedTuple):
    """A forecast and its interval, km/h."""

    speed: float
    low: float
    high: float

    def winkler(self, speed: float, coverage: float) -> float:
        """Its width, and what a reading outside costs (Winkler, 1972)."""
        outside = max(self.low - speed, speed - self.high, 0.0)
        return self.high - self.low + 2 / (1 - coverage) * outside


class ConformalInterval:
    """An interval around forecasts of one road and horizon, learned from what was outside.

    Each end tracks its quantile of the errors, in units of their mean absolute size at such a speed: it moves
    out when a reading lies beyond it and in when none does, so that each tail gets its share in the long run
    without any assumption about the errors.

    Parameters
    ----------
    coverage
        Share of readings within, in (0, 1).

    Examples
    --------
    >>> interval = ConformalInterval(coverage=0.8)
    >>> for step in range(5_000):
    ...     interval.learn(interval.around(50.0), step * 37 % 101)
    >>> _, low, high = interval.around(50.0)
    >>> 5 < low < 15 and 85 < high < 95
    True

    References
    ----------
    [^1]: Gibbs, I., Candès, E. (2021). Adaptive Conformal Inference Under Distribution Shift. NeurIPS 34.
    [^2]: Angelopoulos, A. N., Candès, E., Tibshirani, R. J. (2023). Conformal PID Control for Time Series
          Prediction. NeurIPS 36. (quantile tracking)

    """

    def __init__(self, coverage: float) -> None:
        self._tail = (1 - coverage) / 2
        self._below = self._above = FIRST_REACH
        self._sizes = [FIRST_SIZE_KMH] * (len(BOUNDS_KMH) + 1)
        self._counts = [FIRST_READINGS] * (len(BOUNDS_KMH) + 1)

    def around(self, speed: float) -> Interval:
        """The interval around a forecast."""
        size = max(LEAST_SIZE_KMH, self._sizes[bisect_right(BOUNDS_KMH, speed)])
        low, high = speed - self._below * size, speed + self._above * size
        return Interval(speed, max(0.0, low), min(MOST_KMH, high))

    def learn(self, told: Interval, speed: float) -> None:
        """Learn what was read where an interval had been told."""
        self._below = self._moved(self._below, speed < told.low)
        self._above = self._moved(self._above, speed > told.high)
        at = bisect_right(BOUNDS_KMH, told.speed)
        count = min(self._counts[at] + 1, MOST_READINGS)
        self._counts[at] = count
        self._sizes[at] += (abs(speed - told.speed) - self._sizes[at]) / count

    def state(self) -> list[float]:
        """Reach below and above, and for each range of speeds the mean error and its count."""
        return [self._below, self._above, *self._sizes, *self._counts]

    def restore(self, state: list[float]) -> Self:
        """Go on from a state."""
        self._below, self._above, *rest = state
        ranges = len(BOUNDS_KMH) + 1
        self._sizes, self._counts = rest[:ranges], [int(count) for count in rest[ranges:]]
        return self

    def _moved(self, reach: float, outside: bool) -> float:
        return max(LEAST_REACH, reach + RATE * (outside - self._tail))
