"""How far forecasts were from what was read, in the file's unit."""

from itertools import pairwise
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from bench.forecast.speeds import Floats
from bench.forecast.told import Told
from citystream.contracts.forecast import COVERAGE_PCT

Which = npt.NDArray[np.bool_]


class Errors(TypedDict):
    """Of one forecaster."""

    mae: float
    rmse: float
    mape_pct: float


def errors(told: Floats, read: Floats) -> Errors:
    """Of forecasts of readings; none is 0."""
    off = told - read
    return Errors(
        mae=_rounded(np.abs(off).mean()),
        rmse=_rounded(np.sqrt((off**2).mean())),
        mape_pct=_rounded(100 * (np.abs(off) / read).mean()),
    )


def coverage(told: Told, read: Floats, which: Which) -> tuple[float, float]:
    """Percentage of readings that lay in their interval: of all, and of the sensor that has the least."""
    inside = which & (told.low <= read) & (read <= told.high)
    counts = which.sum(axis=0)
    of_sensors = inside.sum(axis=0)[counts > 0] / counts[counts > 0]
    return _rounded(100 * inside.sum() / which.sum()), _rounded(100 * of_sensors.min())


def winkler(told: Told, read: Floats, which: Which) -> float:
    """Mean width of intervals, and what readings outside cost (Winkler, 1972)."""
    low, high, speed = told.low[which], told.high[which], read[which]
    outside = np.maximum(low - speed, 0) + np.maximum(speed - high, 0)
    return _rounded((high - low + 2 / (1 - COVERAGE_PCT / 100) * outside).mean())


def regimes(read: Floats, bounds: tuple[int, ...]) -> dict[str, Which]:
    """Which readings lay between two bounds, such as `20-40`, below the first and above the last."""
    number = np.digitize(read, bounds)
    labels = [
        f"under {bounds[0]}",
        *(f"{low}-{high}" for low, high in pairwise(bounds)),
        f"over {bounds[-1]}",
    ]
    return {label: number == place for place, label in enumerate(labels)}


def _rounded(value: float) -> float:
    return round(float(value), 3)
