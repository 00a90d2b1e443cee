"""What was forecast of each window, before it came."""

from dataclasses import dataclass

import numpy as np

from bench.forecast.speeds import Floats


@dataclass(frozen=True)
class Told:
    """Forecasts of one horizon in the file's unit: steps x sensors, by the window foretold; NaN is none."""

    speed: Floats
    low: Floats
    high: Floats

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> "Told":
        """No forecast of any window."""
        return cls(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
