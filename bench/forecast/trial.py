"""All forecasters on the same windows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from bench.forecast.baselines import autoregression, historical_average, last_value_intervals
from bench.forecast.prequential import forecast
from bench.forecast.scoring import Which, coverage, errors, regimes, winkler
from bench.forecast.speeds import Floats, Speeds
from bench.forecast.told import Told
from bench.report import progress
from citystream.contracts.forecast import HORIZONS_MIN, STEP_S
from simulator.datasets.dataset import DatasetError

DAY_STEPS = 86_400 // STEP_S
FORECASTERS = ("river", "last_value", "historical_average", "ar12")

Scores = dict[str, Any]
"""As the benchmark's JSON has them, of one horizon."""


class Unit(NamedTuple):
    """What speeds are told in."""

    kmh: float
    regimes: tuple[int, ...]
    """bounds that scores are told by"""


@dataclass(frozen=True)
class Trial:
    """When the first step begins, which ones are scored, and in what unit."""

    scored: range
    begin: datetime
    zone: ZoneInfo
    unit: Unit

    def run(self, speeds: Speeds, title: str) -> tuple[dict[str, Scores], float]:
        """One pass over the speeds: scores by horizon in minutes, and microseconds a road and step.

        Raises:
            DatasetError: none of the steps that are to be scored has a speed.
        """
        passed = forecast(speeds, self.begin, self.zone, self.unit.kmh, title)
        progress.print(f"{title}: baselines")
        scores = {
            str(minutes): self._scores(speeds.values, minutes * 60 // STEP_S, passed.told[minutes])
            for minutes in HORIZONS_MIN
        }
        return scores, passed.us_per_step

    def _scores(self, values: Floats, ahead: int, river: Told) -> Scores:
        unchanged = last_value_intervals(values, ahead, self.unit.kmh)
        told = {
            "river": river.speed,
            "last_value": unchanged.speed,
            "historical_average": historical_average(values, ahead, DAY_STEPS),
            "ar12": autoregression(values, ahead),
        }
        read = ~np.isnan(values)
        read[: self.scored.start] = False
        # The same windows for all: those that every one tells something about.
        which = read & ~np.isnan(list(told.values())).any(axis=0)
        if not which.any():
            raise DatasetError(f"nothing was read in steps {self.scored.start} to {self.scored.stop}")
        of_all, of_least = coverage(river, values, which)
        return {
            **_errors(told, values, which),
            "coverage80_pct": of_all,
            "least_sensor_coverage_pct": of_least,
            "winkler": winkler(river, values, which),
            "winkler_last_value": winkler(unchanged, values, which),
            "scored": int(which.sum()),
            "scored_pct": round(float(100 * which.sum() / read.sum()), 2),
            "regimes": self._by_regime(values, told, values, which),
            "regimes_when_told": self._by_regime(unchanged.speed, told, values, which),
        }

    def _by_regime(self, by: Floats, told: Mapping[str, Floats], values: Floats, which: Which) -> Scores:
        """Scores where `by` lies between two bounds."""
        return {
            label: {"scored": int((which & those).sum()), **_errors(told, values, which & those)}
            for label, those in regimes(by, self.unit.regimes).items()
        }


def _errors(told: Mapping[str, Floats], values: Floats, which: Which) -> Scores:
    """By forecaster; of none where nothing was scored."""
    if not which.any():
        return {}
    return {name: errors(speeds[which], values[which]) for name, speeds in told.items()}
