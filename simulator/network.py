"""The road graph, made for driving: where a metre of a road lies, and the quickest way to another."""

from bisect import bisect_right
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from citystream.contracts.city_model import CityModel, Position, Road
from simulator.geometry import bearing_deg, haversine_m, nearest_on_line

APPROACHES_KEPT = 200
"""Each holds two numbers a road: 30 MB for a city of 5,000 roads."""


class Spot(NamedTuple):
    """A place on a road: the road's number in the network, and metres from its start."""

    road: int
    offset_m: float


class Track:
    """A road's line, ready to be driven along."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self._starts: list[float] = []
        self._pieces: list[tuple[float, float, float, float, float]] = []
        passed = 0.0
        for a, b in pairwise(road.line):
            length = haversine_m(a, b)
            if not length:
                continue
            self._starts.append(passed)
            self._pieces.append(
                (a[0], a[1], (b[0] - a[0]) / length, (b[1] - a[1]) / length, round(bearing_deg(a, b), 1))
            )
            passed += length
        if not self._pieces:
            # All points are one: a road of a metre, so that who enters it also leaves it.
            self._starts, self._pieces, passed = [0.0], [(*road.line[0], 0.0, 0.0, 0.0)], 1.0
        self.length_m = passed

    def at(self, offset_m: float) -> tuple[float, float, float]:
        """Longitude, latitude and heading at so many metres from the start."""
        index = bisect_right(self._starts, offset_m) - 1
        lon, lat, lon_per_m, lat_per_m, heading = self._pieces[index]
        along = offset_m - self._starts[index]
        return lon + along * lon_per_m, lat + along * lat_per_m, heading


class Approach(NamedTuple):
    """The quickest ways to one road, from every road."""

    seconds: list[float]
    """From the end of a road to the start of the goal, at free flow; infinite where no way leads."""
    onward: list[int]
    """The road to take next; -1 where no way leads."""


class Network:
    """The roads of a city model by number, with the ways between them."""

    def __init__(self, model: CityModel) -> None:
        self.tracks = [Track(road) for road in model.roads.values()]
        self.number = {road_id: number for number, road_id in enumerate(model.roads)}
        self.downstream: list[list[int]] = [
            [self.number[neighbour] for neighbour in track.road.neighbours] for track in self.tracks
        ]
        self.upstream: list[list[int]] = [[] for _ in self.tracks]
        for road, onward in enumerate(self.downstream):
            for other in onward:
                self.upstream[other].append(road)
        self._approaches: dict[int, Approach] = {}

    def approach(self, goal: int) -> Approach:
        """The quickest ways to the goal (Dijkstra against the direction of travel), remembered."""
        known = self._approaches.get(goal)
        if known is not None:
            return known
        seconds = [float("inf")] * len(self.tracks)
        onward = [-1] * len(self.tracks)
        # The goal itself starts unreached, so that it too gets a way: round the block.
        queue: list[tuple[float, int]] = []
        for before in self.upstream[goal]:
            seconds[before], onward[before] = 0.0, goal
            heappush(queue, (0.0, before))
        while queue:
            cost, road = heappop(queue)
            if cost > seconds[road]:
                continue
            track = self.tracks[road]
            through = cost + track.length_m / track.road.free_flow_kmh * 3.6
            for before in self.upstream[road]:
                if through < seconds[before]:
                    seconds[before], onward[before] = through, road
                    heappush(queue, (through, before))
        if len(self._approaches) == APPROACHES_KEPT:
            self._approaches.clear()
        found = self._approaches[goal] = Approach(seconds, onward)
        return found

    def seconds_between(self, start: Spot, goal: Spot) -> float:
        """Driving time at free flow; infinite where no way leads."""
        if start.road == goal.road and start.offset_m <= goal.offset_m:
            return (goal.offset_m - start.offset_m) / self._metres_per_s(goal.road)
        first = (self.tracks[start.road].length_m - start.offset_m) / self._metres_per_s(start.road)
        last = goal.offset_m / self._metres_per_s(goal.road)
        return first + self.approach(goal.road).seconds[start.road] + last

    def route(self, start: Spot, goal: Spot) -> list[int]:
        """Roads to take after the start's, the goal's last; empty where both are one, the goal ahead.

        Raises:
            ValueError: no way leads there.
        """
        if start.road == goal.road and start.offset_m <= goal.offset_m:
            return []
        onward = self.approach(goal.road).onward
        roads, road = [], start.road
        while True:
            road = onward[road]
            if road < 0:
                raise ValueError(f"no way leads to {self.tracks[goal.road].road.id!r}")
            roads.append(road)
            if road == goal.road:
                return roads

    def nearest(self, position: Position) -> Spot:
        """The place on a road that lies nearest."""
        found = (
            (*nearest_on_line(track.road.line, position), number) for number, track in enumerate(self.tracks)
        )
        _, offset, number = min(found)
        return Spot(number, min(offset, self.tracks[number].length_m))

    def _metres_per_s(self, road: int) -> float:
        return self.tracks[road].road.free_flow_kmh / 3.6
