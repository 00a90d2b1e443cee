"""What is near a place: by great circles, so right across the 180th meridian and at the poles.

Asked of this process's view, not of Redis: that needs no round trip, goes on while Redis is away, and has
what lies beyond 85.05 degrees of latitude, where Redis keeps no place.
"""

import math
from collections.abc import Iterable
from typing import Any

from gateway.view import Entry

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""
HALF_WAY_ROUND_M = 20_015_115.0
"""Nothing is farther away than that."""
# A place at the edge of the band must not be lost to rounding.
_EDGE_DEG = 1e-9


def distance_m(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Along the surface of a sphere (haversine), m: within 0.6 % of the ellipsoid's."""
    south, north = math.radians(latitude), math.radians(other_latitude)
    across = math.cos(south) * math.cos(north) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    along = math.sin((north - south) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(along + across)))


def nearest(
    entries: Iterable[Entry[Any]], longitude: float, latitude: float, radius_m: float
) -> list[tuple[float, Entry[Any]]]:
    """Points in a circle with their distance in m, nearest first."""
    # A degree of latitude is as long everywhere, so most of a city need no trigonometry.
    band = math.degrees(radius_m / EARTH_RADIUS_M) + _EDGE_DEG
    found = []
    for entry in entries:
        if entry.bounds is None or abs(entry.bounds[1] - latitude) > band:
            continue
        away_m = distance_m(longitude, latitude, entry.bounds[0], entry.bounds[1])
        if away_m <= radius_m:
            found.append((away_m, entry))
    return sorted(found, key=lambda one: (one[0], one[1].key))
