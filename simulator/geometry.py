"""Distances, bearings and offsets on the sphere. Positions are (longitude, latitude) in degrees."""

from collections.abc import Sequence
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

from citystream.contracts.city_model import Position

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""


def haversine_m(a: Position, b: Position) -> float:
    """Great-circle distance in metres."""
    lon_a, lat_a, lon_b, lat_b = map(radians, (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(h))


def line_length_m(line: Sequence[Position]) -> float:
    """Length of a line of positions in metres."""
    return sum(haversine_m(a, b) for a, b in pairwise(line))


def bearing_deg(a: Position, b: Position) -> float:
    """Initial bearing from a to b: 0 is north, 90 east."""
    lon_a, lat_a, lon_b, lat_b = map(radians, (*a, *b))
    east = sin(lon_b - lon_a) * cos(lat_b)
    north = cos(lat_a) * sin(lat_b) - sin(lat_a) * cos(lat_b) * cos(lon_b - lon_a)
    return degrees(atan2(east, north)) % 360


def moved(origin: Position, east_m: float, north_m: float) -> Position:
    """The position that lies so many metres east and north of the origin."""
    lon, lat = origin
    return (
        round(lon + degrees(east_m / (EARTH_RADIUS_M * cos(radians(lat)))), 7),
        round(lat + degrees(north_m / EARTH_RADIUS_M), 7),
    )


def plane_m(origin: Position, position: Position) -> tuple[float, float]:
    """Metres east and north of the origin; good to a thousandth within a city."""
    return (
        radians(position[0] - origin[0]) * EARTH_RADIUS_M * cos(radians(origin[1])),
        radians(position[1] - origin[1]) * EARTH_RADIUS_M,
    )


def nearest_on_line(line: Sequence[Position], position: Position) -> tuple[float, float]:
    """Distance from the position to the line, and where on the line that is, both in metres."""
    best, where, passed = float("inf"), 0.0, 0.0
    for a, b in pairwise(line):
        (ax, ay), (bx, by) = plane_m(position, a), plane_m(position, b)
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        share = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square else 0.0
        distance = hypot(ax + share * dx, ay + share * dy)
        length = haversine_m(a, b)
        if distance < best:
            best, where = distance, passed + share * length
        passed += length
    return best, where


def right_of(line: Sequence[Position], metres: float) -> list[Position]:
    """The line moved to its right, as a carriageway lies beside the middle of its street."""
    shifted: list[Position] = []
    for index, position in enumerate(line):
        before, after = line[max(0, index - 1)], line[min(len(line) - 1, index + 1)]
        heading = radians(bearing_deg(before, after))
        shifted.append(moved(position, metres * cos(heading), -metres * sin(heading)))
    return shifted
