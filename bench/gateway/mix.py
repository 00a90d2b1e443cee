"""What the users ask, one after the other, and again."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One request."""

    route: str
    """As the router has it."""
    path: str
    query: str = ""

    @property
    def target(self) -> str:
        """What stands in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


LARGE = "/api/vehicles/locations"


def small_of(user: int, roads: Sequence[str]) -> list[Asked]:
    """A short answer: a road of the user's own."""
    return [Asked("/api/traffic/live/{road_id}", f"/api/traffic/live/{roads[user % len(roads)]}")]


def large_of() -> list[Asked]:
    """A long answer: all vehicles."""
    return [Asked(LARGE, LARGE)]


def mix_of(user: int, roads: Sequence[str], vehicles: Sequence[str], box: str) -> list[Asked]:
    """A user's round: six whole-city answers, a box, and a road and a vehicle of the user's own."""
    road, vehicle = roads[user % len(roads)], vehicles[user % len(vehicles)]
    whole = (
        "/api/traffic/live",
        "/api/vehicles/locations",
        "/api/emergencies/active",
        "/api/weather/current",
        "/api/cameras",
        "/api/analytics/traffic-summary",
    )
    return [
        *(Asked(path, path) for path in whole),
        Asked("/api/vehicles/locations", "/api/vehicles/locations", f"bbox={box}"),
        Asked("/api/traffic/live/{road_id}", f"/api/traffic/live/{road}"),
        Asked("/api/vehicles/{vehicle_id}", f"/api/vehicles/{vehicle}"),
    ]
