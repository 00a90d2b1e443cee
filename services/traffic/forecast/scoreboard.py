"""How good the forecasts of the last day were, by horizon and by how fast the road was."""

from bisect import bisect_right
from collections.abc import Iterable
from math import sqrt

import msgspec

from citystream.contracts.forecast import HORIZONS_MIN, REGIMES_KMH, Errors, HorizonScores, Scores
from services.traffic.forecast.lead import COVERAGE, Scored

HOURS = 24
HOUR_MS = 3_600_000
LABELS = (
    *(f"{low}-{high}" for low, high in zip((0, *REGIMES_KMH), REGIMES_KMH, strict=False)),
    f"{REGIMES_KMH[-1]}+",
)
"""Of the regimes, such as `30-60`; the last one has no upper end."""


class Sums(msgspec.Struct, array_like=True):
    """Of the scored windows of one horizon and regime."""

    scored: int = 0
    moving: int = 0
    """read above 0, where a percentage means something"""
    inside: int = 0
    absolute: float = 0.0
    squared: float = 0.0
    percent: float = 0.0
    last_absolute: float = 0.0
    last_squared: float = 0.0
    last_percent: float = 0.0
    winkler: float = 0.0
    last_winkler: float = 0.0

    def add(self, scored: Scored) -> None:
        """Count one forecast."""
        told, speed = scored
        error, last_error = abs(told.forecast.speed - speed), abs(told.last_kmh - speed)
        self.scored += 1
        self.inside += told.forecast.low <= speed <= told.forecast.high
        self.absolute += error
        self.squared += error * error
        self.last_absolute += last_error
        self.last_squared += last_error * last_error
        self.winkler += told.forecast.winkler(speed, COVERAGE)
        self.last_winkler += told.unchanged.winkler(speed, COVERAGE)
        if speed > 0:
            self.moving += 1
            self.percent += 100 * error / speed
            self.last_percent += 100 * last_error / speed

    def scores(self) -> Scores:
        """As means."""
        n, moving = self.scored, self.moving
        return Scores(
            n,
            _errors(n, moving, self.absolute, self.squared, self.percent),
            _errors(n, moving, self.last_absolute, self.last_squared, self.last_percent),
        )


class Hour(msgspec.Struct, array_like=True):
    """What was scored of the windows that ended in one hour, counted from the epoch."""

    hour: int
    since_ms: int | None
    """end of the first window scored"""
    sums: list[list[Sums]]
    """by horizon and regime"""

    @classmethod
    def new(cls, hour: int) -> "Hour":
        """One in which nothing was scored."""
        return cls(hour, None, [[Sums() for _ in LABELS] for _ in HORIZONS_MIN])


class Scoreboard:
    """The hour that goes on and the 23 before it."""

    def __init__(self) -> None:
        self._hours: dict[int, Hour] = {}
        self.newest = Hour.new(0)

    def turn(self, end_ms: int) -> None:
        """Begin with the window that has closed; what is too old is left out from now on."""
        # The window that ends with the hour belongs to it.
        hour = (end_ms - 1) // HOUR_MS
        if hour not in self._hours:
            self._hours[hour] = Hour.new(hour)
        self.newest = self._hours[hour]
        self._hours = {one: kept for one, kept in self._hours.items() if hour - HOURS < one <= hour}

    def add(self, end_ms: int, horizon: int, scored: Scored) -> None:
        """Count one forecast of the window; `horizon` is its place in `HORIZONS_MIN`."""
        if self.newest.since_ms is None:
            self.newest.since_ms = end_ms
        self.newest.sums[horizon][bisect_right(REGIMES_KMH, scored.speed_kmh)].add(scored)

    def restore(self, hours: Iterable[Hour]) -> None:
        """Go on from hours in any order."""
        self._hours = {hour.hour: hour for hour in sorted(hours, key=lambda hour: hour.hour)}

    def since_ms(self) -> int | None:
        """End of the first window scored; None while none was."""
        told = (hour.since_ms for hour in self._hours.values())
        return min((since_ms for since_ms in told if since_ms is not None), default=None)

    def horizons(self) -> tuple[HorizonScores, ...]:
        """Of all hours."""
        return tuple(self._of(place, minutes) for place, minutes in enumerate(HORIZONS_MIN))

    def _of(self, place: int, minutes: int) -> HorizonScores:
        regimes = [
            _total(hour.sums[place][regime] for hour in self._hours.values()) for regime in range(len(LABELS))
        ]
        total = _total(regimes)
        return HorizonScores(
            minutes,
            total.scores(),
            _mean(100 * total.inside, total.scored),
            _mean(total.winkler, total.scored),
            _mean(total.last_winkler, total.scored),
            {label: sums.scores() for label, sums in zip(LABELS, regimes, strict=True)},
        )


def _total(parts: Iterable[Sums]) -> Sums:
    columns = zip(*(msgspec.structs.astuple(part) for part in parts), strict=True)
    return Sums(*map(sum, columns))


def _errors(scored: int, moving: int, absolute: float, squared: float, percent: float) -> Errors:
    mean_square = _mean(squared, scored)
    return Errors(
        _mean(absolute, scored),
        None if mean_square is None else sqrt(mean_square),
        _mean(percent, moving),
    )


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None
