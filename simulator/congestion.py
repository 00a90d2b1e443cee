"""How fast each road runs, and why: demand, rain, incidents and the jams behind them."""

from random import Random

from simulator import day, rain
from simulator.geometry import plane_m
from simulator.network import Network

JAM_GROWS_S = 45.0
JAM_CLEARS_S = 90.0
"""Time constants: a queue builds faster than it dissolves."""
JAM_PER_ROAD = 0.6
"""Of a road's jam, what reaches the roads that lead to it; three roads upstream a fifth is left."""
CRAWL_KMH = 3.0
LANE_CAPACITY_PER_H = 1_900
VEHICLE_LENGTH_M = 6.5
"""With the gap that a loop detector sees."""


class Congestion:
    """The state of every road, by number.

    speed = free flow x demand x rain x jam x noise. `jam` is 0 to 1: an incident sets it on its own
    road, and each road takes over a share of the worst jam ahead of it, so queues grow upstream.
    """

    def __init__(self, network: Network, weather: rain.Rain, rng: Random, start_ms: int) -> None:
        self._network = network
        self._weather = weather
        self._rng = rng
        roads = range(len(network.tracks))
        middles = [network.tracks[road].at(network.tracks[road].length_m / 2) for road in roads]
        self.centre = (
            sum(middle[0] for middle in middles) / len(middles),
            sum(middle[1] for middle in middles) / len(middles),
        )
        self.east_m = [plane_m(self.centre, (lon, lat))[0] for lon, lat, _ in middles]
        self._popularity = [rng.uniform(0.75, 1.2) for _ in roads]
        self._noise = [0.0 for _ in roads]
        self.blocked = [0.0 for _ in roads]
        """What incidents on the road itself block, 0 to 1."""
        self.jam = [0.0 for _ in roads]
        self.saturation = [0.0 for _ in roads]
        """Demand over capacity."""
        self.speed_kmh = [track.road.free_flow_kmh for track in network.tracks]
        self._at_ms = float(start_ms)
        self.advance(start_ms)

    def advance(self, now_ms: float) -> None:
        """Bring every road to the time given."""
        seconds = (now_ms - self._at_ms) / 1000
        self._at_ms = now_ms
        self._weather.advance(now_ms)
        grown, cleared = min(1.0, seconds / JAM_GROWS_S), min(1.0, seconds / JAM_CLEARS_S)
        wanted = day.demand(now_ms, self.centre[0])
        before = self.jam
        jam = []
        for road, onward in enumerate(self._network.downstream):
            ahead = max((before[other] for other in onward), default=0.0)
            goal = max(self.blocked[road], JAM_PER_ROAD * ahead)
            jam.append(before[road] + (goal - before[road]) * (grown if goal > before[road] else cleared))
        self.jam = jam
        for road, track in enumerate(self._network.tracks):
            saturation = self.saturation[road] = wanted * self._popularity[road]
            noise = self._noise[road] = 0.95 * self._noise[road] + self._rng.gauss(0, 0.012)
            free = track.road.free_flow_kmh / (1 + 0.9 * saturation**3)
            wet = rain.speed_factor(self._weather.mm_per_h(now_ms, self.east_m[road]))
            self.speed_kmh[road] = max(CRAWL_KMH, free * wet * (1 - 0.92 * jam[road]) * (1 + noise))

    def vehicles_per_h(self, road: int) -> float:
        """Flow past a point of the road, all lanes; a jam lets a third through."""
        lanes = self._network.tracks[road].road.lanes
        through = min(1.0, self.saturation[road]) * (1 - 0.67 * self.jam[road])
        return LANE_CAPACITY_PER_H * lanes * through

    def occupancy_pct(self, road: int) -> float:
        """Share of time that a vehicle stands over a detector, mean of the lanes."""
        lanes = self._network.tracks[road].road.lanes
        per_km_and_lane = self.vehicles_per_h(road) / self.speed_kmh[road] / lanes
        return min(100.0, per_km_and_lane * VEHICLE_LENGTH_M / 10)
