"""Boxes on the map, in degrees: west, south, east, north.

One whose west is greater than its east goes over the 180th meridian (RFC 7946, 5.2).
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

Bounds = tuple[float, float, float, float]


class BoundsError(ValueError):
    """Four numbers that are no box; the message gives the reason."""


def of_line(line: Iterable[tuple[float, float]]) -> Bounds:
    """The box around longitude-latitude pairs, each joined to the next by the shorter way."""
    longitudes, latitudes = zip(*line, strict=True)
    south, north = min(latitudes), max(latitudes)
    if max(longitudes) - min(longitudes) <= 180:
        return min(longitudes), south, max(longitudes), north
    walked = [longitudes[0]]
    for here, there in pairwise(longitudes):
        walked.append(walked[-1] + (there - here + 180) % 360 - 180)
    west, east = min(walked), max(walked)
    if east - west >= 360:
        return -180.0, south, 180.0, north
    return _wrapped(west), south, _wrapped(east), north


def of_point(longitude: float, latitude: float) -> Bounds:
    """The box that is one point."""
    return longitude, latitude, longitude, latitude


def overlap(one: Bounds, other: Bounds) -> bool:
    """Whether two boxes share a point."""
    if one[1] > other[3] or other[1] > one[3]:
        return False
    if one[0] <= one[2] and other[0] <= other[2]:
        return one[0] <= other[2] and other[0] <= one[2]
    return any(west <= far and near <= east for west, east in _spans(one) for near, far in _spans(other))


def _spans(box: Bounds) -> list[tuple[float, float]]:
    """Its longitudes, in one piece or two."""
    west, _, east, _ = box
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _wrapped(longitude: float) -> float:
    """The same in -180 to 180."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def checked(numbers: Sequence[float]) -> Bounds:
    """Four numbers as a box.

    Raises:
        BoundsError: not four, not finite, off the globe, or upside down.
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
    if south > north:
        raise BoundsError(f"minlat {south:g} is greater than maxlat {north:g}")
    return west, south, east, north
