"""One road's forecasts of one horizon: told, then scored, then learned from."""

from typing import NamedTuple, Self

import msgspec

from citystream.contracts.forecast import COVERAGE_PCT
from services.traffic.forecast.conformal_interval import MOST_KMH, ConformalInterval, Interval
from services.traffic.forecast.features import NAMES
from services.traffic.forecast.recursive_least_squares import RecursiveLeastSquares

COVERAGE = COVERAGE_PCT / 100
ERROR_RATE = 0.03
"""Share of the newest error in a mean: of about the last 33."""
FIRST_ERROR_KMH = 8.0
LEAST_ERROR_KMH = 0.1
FREE_FLOW_KMH = 100.0
"""A reading of it counts once."""
SLOWNESS = 0.5
"""Power of how often a slower one counts: 0 is once, 1 as if errors were percentages."""
SLOWEST_KMH = 8.0
"""None counts more than one of it."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """A forecast whose window is still to come."""

    x: tuple[float, ...]
    last_kmh: float
    own_kmh: float
    pooled_kmh: float
    forecast: Interval
    unchanged: Interval
    """around the last value"""


class Scored(NamedTuple):
    """A forecast and what was read."""

    told: Told
    speed_kmh: float

    def teach(self, model: RecursiveLeastSquares) -> None:
        """Let a model learn the change that came.

        Slow traffic counts more: a city asks about jams, of which there are few.
        """
        features = dict(zip(NAMES, self.told.x, strict=True))
        weight = (FREE_FLOW_KMH / max(SLOWEST_KMH, self.speed_kmh)) ** SLOWNESS
        model.learn_one(features, self.speed_kmh - self.told.last_kmh, weight)


class LeadState(msgspec.Struct, frozen=True, array_like=True):
    """All but the model."""

    waiting: dict[int, Told]
    interval: list[float]
    unchanged: list[float]
    errors: tuple[float, float]


class Lead:
    """The forecast is the mean of the road's own model and of that of all roads, by how well each did lately.

    Mean absolute errors weigh them inversely (Bates, J. M., Granger, C. W. J. (1969). The Combination of
    Forecasts. Operational Research Quarterly 20): a new road leans on the pooled model, of which its own
    starts as a copy, and a road unlike the others on its own.
    """

    def __init__(self, model: RecursiveLeastSquares) -> None:
        self.model = model
        self._interval = ConformalInterval(COVERAGE)
        self._unchanged = ConformalInterval(COVERAGE)
        self._waiting: dict[int, Told] = {}
        self._own_error = self._pooled_error = FIRST_ERROR_KMH

    @property
    def waits(self) -> bool:
        """Whether a forecast's window is still to come."""
        return bool(self._waiting)

    def tell(self, x: list[float], last_kmh: float, pooled: RecursiveLeastSquares, of_ms: int) -> Interval:
        """Forecast the window that ends at `of_ms`."""
        features = dict(zip(NAMES, x, strict=True))
        own_kmh = _possible(last_kmh + self.model.predict_one(features))
        pooled_kmh = _possible(last_kmh + pooled.predict_one(features))
        share = self._pooled_error / (self._own_error + self._pooled_error)
        forecast = self._interval.around(pooled_kmh + (own_kmh - pooled_kmh) * share)
        self._waiting[of_ms] = Told(
            tuple(x), last_kmh, own_kmh, pooled_kmh, forecast, self._unchanged.around(last_kmh)
        )
        return forecast

    def settle(self, end_ms: int, speed_kmh: float | None) -> Scored | None:
        """Learn from what was read of a window; None where nothing was read or told."""
        told = self._waiting.pop(end_ms, None)
        if told is None or speed_kmh is None:
            return None
        self._interval.learn(told.forecast, speed_kmh)
        self._unchanged.learn(told.unchanged, speed_kmh)
        self._own_error = _mean(self._own_error, abs(speed_kmh - told.own_kmh))
        self._pooled_error = _mean(self._pooled_error, abs(speed_kmh - told.pooled_kmh))
        scored = Scored(told, speed_kmh)
        scored.teach(self.model)
        return scored

    def state(self) -> LeadState:
        """What `restore` goes on from."""
        return LeadState(
            dict(self._waiting),
            self._interval.state(),
            self._unchanged.state(),
            (self._own_error, self._pooled_error),
        )

    def restore(self, state: LeadState) -> Self:
        """Go on from a state."""
        self._waiting = dict(state.waiting)
        self._interval.restore(state.interval)
        self._unchanged.restore(state.unchanged)
        self._own_error, self._pooled_error = state.errors
        return self


def _mean(mean: float, newest: float) -> float:
    return max(LEAST_ERROR_KMH, mean + (newest - mean) * ERROR_RATE)


def _possible(speed_kmh: float) -> float:
    return min(MOST_KMH, max(0.0, speed_kmh))
