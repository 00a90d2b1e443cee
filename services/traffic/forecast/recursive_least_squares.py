"""A linear model that learns one reading at a time, and weighs what is near in time more."""

from collections.abc import Mapping
from functools import cache
from math import sqrt
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from river import base

TINY = float(np.finfo(np.float64).tiny)

Floats = npt.NDArray[np.float64]


class RecursiveLeastSquares(base.Regressor):
    """Recursive least squares with forgetting, robust to outliers.

    Each reading costs O(n²) for n features. A target that is further from its prediction than `delta`
    counts less, as in Huber's loss. What is known of a weight is forgotten at most until as little is known
    of it as at the start, so a feature that rests for months (rain) does not make the model explode.

    Parameters
    ----------
    size
        Number of features; `x` has the same ones in the same order each time. They should be of about 1.
    forgetting
        Weight of a reading beside that of the next one, in (0, 1].
    delta
        Distance from the prediction from which a target is an outlier, in its own unit.
    prior
        Variance of a weight at the start; a small one learns slowly.

    Attributes
    ----------
    weights
        One a feature.
    covariance
        `size` x `size`, symmetric to the last bit.

    Examples
    --------
    >>> model = RecursiveLeastSquares(size=2)
    >>> for step in range(200):
    ...     x = {"bias": 1.0, "level": step % 7 - 3.0}
    ...     model.learn_one(x, 5.0 + 2.0 * x["level"])
    >>> round(model.predict_one({"bias": 1.0, "level": 2.0}), 1)
    9.0

    References
    ----------
    [^1]: Haykin, S. (2002). Adaptive Filter Theory, 4th ed., chapter 9.
    [^2]: Huber, P. J. (1964). Robust Estimation of a Location Parameter. Annals of Mathematical Statistics
          35(1).
    [^3]: Zou, Y., Chan, S. C., Ng, T. S. (2000). A recursive least M-estimate (RLM) adaptive filter for
          robust filtering in impulse noise. IEEE Signal Processing Letters 7(11).

    """

    def __init__(self, size: int, forgetting: float = 0.9995, delta: float = 4.0, prior: float = 1.0) -> None:
        self.size = size
        self.forgetting = forgetting
        self.delta = delta
        self.prior = prior
        self.weights: Floats = np.zeros(size)
        self.covariance: Floats = np.eye(size) * prior

    def predict_one(self, x: Mapping[Any, float]) -> float:
        """The target that is expected with the features `x`."""
        return float(self._vector(x) @ self.weights)

    def learn_one(self, x: Mapping[Any, float], y: float, w: float = 1.0) -> None:
        """Learn that the features `x` came with the target `y`, which counts `w` times."""
        vector = self._vector(x)
        error = y - float(vector @ self.weights)
        outlying = max(1.0, abs(error) / self.delta)
        gain = self.covariance @ vector
        scale = self.forgetting * outlying / w + float(vector @ gain)
        self.weights += gain * (error / scale)
        gain /= sqrt(scale)
        self.covariance -= gain[:, None] * gain
        variances = np.maximum(self.covariance.diagonal(), TINY)
        growth = np.sqrt(np.minimum(1 / self.forgetting, self.prior / variances))
        self.covariance *= growth[:, None] * growth

    def state(self) -> tuple[bytes, bytes]:
        """The weights, and the upper triangle of the covariance row by row, as 64-bit floats."""
        return self.weights.tobytes(), self.covariance[_upper(self.size)].tobytes()

    def restore(self, weights: bytes, triangle: bytes) -> Self:
        """Go on from a state.

        Raises:
            ValueError: the state is of another number of features.
        """
        self.weights = np.frombuffer(weights).copy()
        upper = np.frombuffer(triangle)
        if len(self.weights) != self.size or len(upper) != self.size * (self.size + 1) // 2:
            raise ValueError(f"weights: {len(self.weights)} features instead of {self.size}")
        self.covariance = np.zeros((self.size, self.size))
        rows, columns = _upper(self.size)
        self.covariance[rows, columns] = upper
        self.covariance[columns, rows] = upper
        return self

    def _vector(self, x: Mapping[Any, float]) -> Floats:
        return np.fromiter(x.values(), np.float64, self.size)


@cache
def _upper(size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.triu_indices(size)
