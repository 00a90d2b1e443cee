"""What a forecast has to beat. Each tells a window from those before the horizon alone.

All answer as arrays of steps x sensors, by the window that they are of; NaN where nothing can be told yet.
"""

from math import isnan

import numpy as np

from bench.forecast.speeds import Floats
from bench.forecast.told import Told
from citystream.contracts.forecast import COVERAGE_PCT
from services.traffic.forecast.conformal_interval import ConformalInterval, Interval

LAGS = 12
REFIT_STEPS = 12
"""The autoregression is fitted anew to all that was read so far."""
RIDGE = 1e-3


def last_value(values: Floats, ahead: int) -> Floats:
    """The newest reading that was known `ahead` steps before."""
    told = np.full_like(values, np.nan)
    told[ahead:] = carried(values)[: len(values) - ahead]
    return told


def historical_average(values: Floats, ahead: int, steps_a_day: int) -> Floats:
    """The mean at this time of the week so far; of the day, while this time of the week was never read."""
    steps, sensors = values.shape
    told = np.full_like(values, np.nan)
    week, day = _Means(7 * steps_a_day, sensors), _Means(steps_a_day, sensors)
    for step in range(steps):
        known = step - ahead
        if known >= 0:
            week.add(known, values[known])
            day.add(known, values[known])
        of_week, of_day = week.at(step), day.at(step)
        told[step] = np.where(np.isnan(of_week), of_day, of_week)
    return told


def autoregression(values: Floats, ahead: int) -> Floats:
    """AR(12) of each sensor, fitted to the horizon itself by least squares, anew every hour."""
    known = carried(values)
    steps, sensors = values.shape
    told = np.full_like(values, np.nan)
    size = LAGS + 1
    squares = np.tile(np.eye(size) * RIDGE, (sensors, 1, 1))
    products = np.zeros((sensors, size))
    weights: Floats = np.zeros((sensors, size))
    for step in range(LAGS - 1, steps):
        told_at = step - ahead
        if told_at >= LAGS - 1:
            x, y = _lags(known, told_at), values[step]
            usable = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
            x, y = x[usable], y[usable]
            squares[usable] += x[:, :, None] * x[:, None, :]
            products[usable] += x * y[:, None]
            if step % REFIT_STEPS == 0:
                weights[:] = np.linalg.solve(squares, products[:, :, None])[:, :, 0]
        if step + ahead < steps and weights.any():
            told[step + ahead] = (_lags(known, step) * weights).sum(axis=1)
    return told


def last_value_intervals(values: Floats, ahead: int, kmh_per_unit: float) -> Told:
    """Intervals around the last value, made as those of the forecasts are."""
    told = Told.nothing(values.shape)
    told.speed[:] = last_value(values, ahead)
    for place in range(values.shape[1]):
        interval = ConformalInterval(COVERAGE_PCT / 100)
        issued: list[Interval | None] = []
        for step, speed in enumerate((values[:, place] * kmh_per_unit).tolist()):
            of = step + ahead
            due = issued[step - ahead] if step >= ahead else None
            if due is not None and not isnan(speed):
                interval.learn(due, speed)
            center = told.speed[of, place] * kmh_per_unit if of < len(values) else np.nan
            now = None if isnan(center) else interval.around(center)
            issued.append(now)
            if now is not None:
                told.low[of, place] = now.low / kmh_per_unit
                told.high[of, place] = now.high / kmh_per_unit
    return told


def carried(values: Floats) -> Floats:
    """Each reading until the next one."""
    steps = np.arange(len(values))[:, None]
    newest = np.maximum.accumulate(np.where(np.isnan(values), 0, steps), axis=0)
    return np.take_along_axis(values, newest, axis=0)


def _lags(known: Floats, step: int) -> Floats:
    """Sensors x (the speeds of `LAGS` steps, and 1)."""
    lags = known[step - LAGS + 1 : step + 1].T
    return np.concatenate([lags, np.ones((len(lags), 1))], axis=1)


class _Means:
    def __init__(self, slots: int, sensors: int) -> None:
        self._sums = np.zeros((slots, sensors))
        self._counts = np.zeros((slots, sensors))

    def add(self, step: int, speeds: Floats) -> None:
        slot = step % len(self._sums)
        self._sums[slot] += np.nan_to_num(speeds)
        self._counts[slot] += ~np.isnan(speeds)

    def at(self, step: int) -> Floats:
        slot = step % len(self._sums)
        counts = self._counts[slot]
        return np.where(counts > 0, self._sums[slot] / np.maximum(counts, 1), np.nan)
