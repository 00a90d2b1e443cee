"""Recorded speeds: a column a sensor, a line a step, and how near the sensors are to each other."""

from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt

from citystream.contracts.forecast import STEP_S
from simulator.datasets.dataset import DatasetError, matrix

LEAST_WINDOWS = 200
"""Of which a fifth holds each horizon."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Speeds:
    """What was recorded."""

    sensors: tuple[str, ...]
    values: Floats
    """steps x sensors in the file's unit; NaN is missing"""
    neighbours: dict[str, list[str]]
    """sensor -> the others that it is near to, the nearest first"""

    def having(self, values: Floats) -> "Speeds":
        """The same sensors with other speeds."""
        return replace(self, values=values)


def read(folder: Path, speeds: str, adjacency: str, step_s: int) -> Speeds:
    """The speeds of a folder's files, as means of windows; 0 and what is no number are missing.

    Args:
        folder: where the files lie
        speeds: name of the file with a column a sensor, their ids in the first line, and a line a step
        adjacency: name of the file with a line and a column a sensor, in the same order, and no ids
        step_s: seconds between two lines; it divides `STEP_S`

    Raises:
        DatasetError: a file is missing or has another shape.
    """
    lines = matrix(folder, speeds)
    sensors = tuple(next(lines, []))
    if len(set(sensors)) != len(sensors) or not sensors:
        raise DatasetError(f"{folder / speeds}: its first line must name each sensor once")
    steps = []
    for number, line in enumerate(lines, 2):
        if len(line) != len(sensors):
            raise DatasetError(f"{folder / speeds}, line {number}: {len(line)} columns, not {len(sensors)}")
        steps.append([_speed(text) for text in line])
    windows = _windows(np.array(steps).reshape(-1, len(sensors)), step_s)
    if len(windows) < LEAST_WINDOWS:
        raise DatasetError(f"{folder / speeds}: {len(windows)} windows; at least {LEAST_WINDOWS} are needed")
    return Speeds(sensors, windows, _neighbours(folder, adjacency, sensors))


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        return np.nan
    return speed if isfinite(speed) and speed > 0 else np.nan


def _windows(steps: Floats, step_s: int) -> Floats:
    each = STEP_S // step_s
    whole = steps[: len(steps) // each * each].reshape(-1, each, steps.shape[1])
    known = (~np.isnan(whole)).sum(axis=1)
    return np.where(known > 0, np.nansum(whole, axis=1) / np.maximum(known, 1), np.nan)


def _neighbours(folder: Path, name: str, sensors: tuple[str, ...]) -> dict[str, list[str]]:
    lines = list(matrix(folder, name))
    if len(lines) != len(sensors):
        raise DatasetError(f"{folder / name}: {len(lines)} lines for {len(sensors)} sensors")
    found = {}
    for number, (sensor, line) in enumerate(zip(sensors, lines, strict=True), 1):
        try:
            nearness = dict(zip(sensors, map(float, line), strict=True))
        except ValueError as error:
            raise DatasetError(f"{folder / name}, line {number}: {error}") from error
        del nearness[sensor]
        near = [other for other, share in nearness.items() if share > 0]
        found[sensor] = sorted(near, key=lambda other: -nearness[other])
    return found
