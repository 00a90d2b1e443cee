"""Time of day where the city lies, and how full its roads are then."""

from math import exp

HOUR_MS = 3_600_000
WEEKEND_SHARE = 0.6
"""Of a working day's traffic."""


def local_hour(now_ms: float, longitude: float) -> float:
    """Hour of the day, 0 to 24, in the zone of the longitude (15 degrees an hour)."""
    return (now_ms / HOUR_MS + round(longitude / 15)) % 24


def is_weekend(now_ms: float, longitude: float) -> bool:
    """Saturday or Sunday there. The epoch began on a Thursday."""
    days = (now_ms / HOUR_MS + round(longitude / 15)) // 24
    return (days + 3) % 7 >= 5


def demand(now_ms: float, longitude: float) -> float:
    """Share of a road's capacity that is asked for: 0.1 at night, 1 in the rush hours at 8 and 17:30."""
    hour = local_hour(now_ms, longitude)
    if is_weekend(now_ms, longitude):
        return WEEKEND_SHARE * (0.12 + 0.7 * _bump(hour, 14.5, 4.5))
    return 0.1 + 0.8 * _bump(hour, 8, 1.3) + 0.75 * _bump(hour, 17.5, 1.7) + 0.38 * _bump(hour, 13, 3.5)


def _bump(hour: float, middle: float, width: float) -> float:
    return exp(-(((hour - middle) / width) ** 2))
