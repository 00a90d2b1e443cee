"""Boxes on the map, in degrees: west, south, east, north."""

import math
from collections.abc import Iterable, Sequence

Bounds = tuple[float, float, float, float]


class BoundsError(ValueError):
    """Four numbers that are no box; the message gives the reason."""


def of_line(line: Iterable[tuple[float, float]]) -> Bounds:
    """The box around longitude-latitude pairs."""
    longitudes, latitudes = zip(*line, strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def of_point(longitude: float, latitude: float) -> Bounds:
    """The box that is one point."""
    return longitude, latitude, longitude, latitude


def overlap(one: Bounds, other: Bounds) -> bool:
    """Whether two boxes share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def checked(numbers: Sequence[float]) -> Bounds:
    """Four numbers as a box.

    Raises:
        BoundsError: not four, not finite, off the globe, or turned round.
    """
    if len(numbers) != 4:
        raise BoundsError(f"has {len(numbers)} numbers, not 4")
    if not all(math.isfinite(number) for number in numbers):
        raise BoundsError("has a number that is not finite")
    west, south, east, north = numbers
    for name, longitude in (("minlon", west), ("maxlon", east)):
        if not -180 <= longitude <= 180:
            raise BoundsError(f"{name} {longitude:g} is outside -180 to 180")
    for name, latitude in (("minlat", south), ("maxlat", north)):
        if not -90 <= latitude <= 90:
            raise BoundsError(f"{name} {latitude:g} is outside -90 to 90")
    if west > east:
        raise BoundsError(f"minlon {west:g} is greater than maxlon {east:g}")
    if south > north:
        raise BoundsError(f"minlat {south:g} is greater than maxlat {north:g}")
    return west, south, east, north
