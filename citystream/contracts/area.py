"""Where a city can have anything: the bounds of its model, and a margin around them."""

from math import cos, radians
from pathlib import Path
from typing import Self

import msgspec

from citystream.contracts.city_model import CityModel, load

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6,371 km."""
# Nearer to a pole a degree of longitude is nothing, and a margin goes all the way around.
STEEPEST = 89.0


def no_fix(longitude: float, latitude: float) -> bool:
    """Whether a place is what a receiver says that has no fix: exactly 0, 0."""
    return longitude == 0 and latitude == 0


class Area(msgspec.Struct, frozen=True):
    """Degrees, WGS 84. `west` may lie below -180 and `east` beyond 180."""

    west: float
    south: float
    east: float
    north: float
    margin_km: float

    @classmethod
    def around(cls, model: CityModel, margin_km: float) -> Self | None:
        """The box around all that the model has, and the margin; None of an empty model."""
        points = model.points
        if not points:
            return None
        longitudes, latitudes = zip(*points, strict=True)
        high = margin_km / KM_PER_DEGREE
        south, north = min(latitudes) - high, max(latitudes) + high
        wide = high / cos(radians(min(STEEPEST, max(abs(south), abs(north)))))
        return cls(min(longitudes) - wide, south, max(longitudes) + wide, north, margin_km)

    @classmethod
    def of(cls, model: Path | None, margin_km: float) -> Self | None:
        """The area of the model in a file; None without one.

        Raises:
            CityModelError: it can't be used.
        """
        return cls.around(load(model), margin_km) if model else None

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a place lies in it, right across the 180th meridian too."""
        if not self.south <= latitude <= self.north:
            return False
        return any(self.west <= longitude + turn <= self.east for turn in (0, 360, -360))
