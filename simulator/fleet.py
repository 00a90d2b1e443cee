"""The vehicles, and how they drive."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from citystream.contracts.gps import VehicleType
from simulator.congestion import Congestion
from simulator.network import Network, Spot

SHARES: tuple[tuple[VehicleType, float], ...] = (
    ("ambulance", 0.02),
    ("police", 0.02),
    ("fire", 0.01),
    ("bus", 0.06),
    ("taxi", 0.09),
)
"""The rest are cars."""

BUS_PACE = 0.85
SIREN_PACE = 1.3
SIREN_LEAST = 0.6
"""With a siren: faster than the traffic, and through a jam at no less than this share of free flow."""
SKEW_MS = 20_000
SKEWED_SHARE = 0.1


@dataclass(slots=True)
class Vehicle:
    """One vehicle. It is moved when somebody looks at it, up to the moment they ask for."""

    id: str
    type: VehicleType
    pace: float
    """Driver's speed over that of the traffic."""
    road: int
    offset_m: float
    at_ms: float
    speed_kmh: float = 0.0
    route: deque[int] = field(default_factory=deque)
    goal: Spot | None = None
    parked: bool = False
    siren: bool = False
    clock_skew_ms: int = 0

    @property
    def spot(self) -> Spot:
        return Spot(self.road, self.offset_m)


class Fleet:
    """All vehicles of the city on its network."""

    def __init__(
        self,
        network: Network,
        congestion: Congestion,
        rng: Random,
        count: int,
        start_ms: int,
        *,
        skewed: bool = False,
    ) -> None:
        self._network = network
        self._congestion = congestion
        self._rng = rng
        self._weights = [track.road.free_flow_kmh * track.road.lanes for track in network.tracks]
        self._lengths = [track.length_m for track in network.tracks]
        types = vehicle_types(count)
        digits = max(4, len(str(count)))
        self.vehicles = [
            self._vehicle(f"vehicle-{number:0{digits}d}", type_, start_ms)
            for number, type_ in enumerate(types, 1)
        ]
        if skewed:
            for vehicle in rng.sample(self.vehicles, round(count * SKEWED_SHARE)):
                vehicle.clock_skew_ms = rng.randint(-SKEW_MS, SKEW_MS)

    def _vehicle(self, id_: str, type_: VehicleType, start_ms: int) -> Vehicle:
        road = self._rng.choices(range(len(self._lengths)), self._lengths)[0]
        pace = BUS_PACE if type_ == "bus" else self._rng.uniform(0.88, 1.12)
        return Vehicle(id_, type_, pace, road, self._rng.uniform(0, self._lengths[road]), start_ms)

    def of_type(self, type_: VehicleType) -> list[Vehicle]:
        return [vehicle for vehicle in self.vehicles if vehicle.type == type_]

    def send(self, vehicle: Vehicle, goal: Spot, *, siren: bool) -> None:
        """Let the vehicle drive to the goal on the quickest way, and stop there.

        Raises:
            ValueError: no way leads there.
        """
        vehicle.route = deque(self._network.route(vehicle.spot, goal))
        vehicle.goal, vehicle.siren, vehicle.parked = goal, siren, False

    def park(self, vehicle: Vehicle, spot: Spot) -> None:
        """Put the vehicle there; it stands until it is sent or released."""
        vehicle.road, vehicle.offset_m = spot
        vehicle.goal, vehicle.siren, vehicle.parked = None, False, True
        vehicle.route.clear()

    def release(self, vehicle: Vehicle) -> None:
        """Let the vehicle drive about."""
        vehicle.goal, vehicle.siren, vehicle.parked = None, False, False
        vehicle.route.clear()

    def arrived(self, vehicle: Vehicle, now_ms: float) -> bool:
        """Move the vehicle to now: is it at its goal?"""
        self.advance(vehicle, now_ms)
        return vehicle.goal is not None and vehicle.parked

    def advance(self, vehicle: Vehicle, now_ms: float) -> None:
        """Drive the vehicle along its road, and on to the next ones, up to the moment given."""
        seconds = (now_ms - vehicle.at_ms) / 1000
        if seconds <= 0:
            return
        vehicle.at_ms = now_ms
        if vehicle.parked:
            vehicle.speed_kmh = 0.0
            return
        while True:
            speed = vehicle.speed_kmh = self._speed_kmh(vehicle)
            metres = speed / 3.6 * seconds
            goal = vehicle.goal
            if goal and not vehicle.route and goal.road == vehicle.road:
                left = goal.offset_m - vehicle.offset_m
                if metres >= left:
                    vehicle.offset_m, vehicle.speed_kmh, vehicle.parked = goal.offset_m, 0.0, True
                    return
            left = self._lengths[vehicle.road] - vehicle.offset_m
            if metres < left:
                vehicle.offset_m += metres
                return
            seconds -= left / speed * 3.6
            vehicle.road, vehicle.offset_m = self._next(vehicle), 0.0

    def _speed_kmh(self, vehicle: Vehicle) -> float:
        traffic = self._congestion.speed_kmh[vehicle.road]
        if vehicle.siren:
            free_flow = self._network.tracks[vehicle.road].road.free_flow_kmh
            return max(traffic * SIREN_PACE, free_flow * SIREN_LEAST)
        return traffic * vehicle.pace * self._rng.uniform(0.94, 1.06)

    def _next(self, vehicle: Vehicle) -> int:
        if vehicle.route:
            return vehicle.route.popleft()
        onward = self._network.downstream[vehicle.road]
        if not onward:
            # The model's edge: it leaves the city, and another enters somewhere.
            return self._rng.randrange(len(self._lengths))
        return self._rng.choices(onward, [self._weights[road] for road in onward])[0]


def vehicle_types(count: int) -> list[VehicleType]:
    """A type for each of so many vehicles; from five on, one of each at least."""
    types: list[VehicleType] = []
    for type_, share in SHARES:
        types += [type_] * max(1, round(count * share))
    return (types + ["car"] * count)[:count]
