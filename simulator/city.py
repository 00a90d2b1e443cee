"""A city to simulate: rings and radials around a centre, every street with two carriageways.

A road of the model is one carriageway, so it has a direction, and traffic jams grow against it.
"""

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from citystream.contracts.city_model import CityModel, Place, Position, Road
from simulator.geometry import bearing_deg, haversine_m, line_length_m, moved, right_of

NAME = "Simulated city"
MUNICH: Position = (11.5755, 48.1374)
"""Marienplatz."""
MUNICH_TIMEZONE = "Europe/Berlin"

FEWEST_ROADS = 40
"""Below it there is no second ring, and no choice of way."""

CARRIAGEWAY_M = 6.0
"""From the middle of the street to the middle of a carriageway."""

CENTRE_M = 1_000.0
"""The area "centre" reaches this far: the innermost ring, and what is in it."""

DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
"""Areas around the centre, clockwise."""


@dataclass(frozen=True)
class _Class:
    name: str
    free_flow_kmh: float
    lanes: int


_EXPRESSWAY = _Class("expressway", 70, 3)
_ARTERIAL = _Class("arterial", 60, 2)
_STREET = _Class("street", 50, 2)
_SIDE_STREET = _Class("side_street", 30, 1)


@dataclass(frozen=True)
class _Street:
    name: str
    ends: tuple[int, int]
    middle: list[Position]
    """From the first end to the second."""
    kind: _Class
    directions: tuple[str, str]


def generate(
    seed: int = 1,
    roads: int = 100,
    hospitals: int = 10,
    cameras: int = 20,
    stations: int = 6,
    centre: Position = MUNICH,
    timezone: str | None = None,
) -> CityModel:
    """A connected city with a sensor on every road. Without a time zone it has Munich's, if it lies there.

    Raises:
        ValueError: fewer than `FEWEST_ROADS` roads.
    """
    if roads < FEWEST_ROADS:
        raise ValueError(f"roads: at least {FEWEST_ROADS}, not {roads}")
    rng = Random(f"{seed}:city")
    carriageways = _carriageways(_streets(rng, centre, (roads + 1) // 2), roads, centre)
    by_id = {road.id: road for road in carriageways}
    # Cameras watch what carries most; the rest of the ranking is the order on the map.
    ranked = sorted(carriageways, key=lambda road: -road.free_flow_kmh * road.lanes)
    watched = ranked[: max(cameras, 1) * 2 : 2] if cameras * 2 <= roads else ranked
    return CityModel(
        roads=by_id,
        hospitals=_hospitals(rng, by_id, hospitals),
        sensors=_watchers("sensor", [(road, _middle(road)) for road in carriageways]),
        cameras=_watchers("camera", [(road, road.line[-2]) for road in (watched * cameras)[:cameras]]),
        stations={
            f"station-{number}": Place(f"station-{number}", f"Weather station {number}", position)
            for number, position in enumerate(_around(centre, stations, 2_500.0), 1)
        },
        name=NAME,
        timezone=timezone or (MUNICH_TIMEZONE if centre == MUNICH else None),
    )


def _watchers(kind: str, places: list[tuple[Road, Position]]) -> dict[str, Place]:
    ids = [f"{kind}-{number:03d}" for number in range(1, len(places) + 1)]
    return {
        id_: Place(id_, id_, position, road.id) for id_, (road, position) in zip(ids, places, strict=True)
    }


def _middle(road: Road) -> Position:
    return road.line[len(road.line) // 2]


def _around(centre: Position, count: int, radius_m: float) -> list[Position]:
    """The centre, and the rest evenly on a circle."""
    return [centre] * min(count, 1) + [
        moved(
            centre,
            radius_m * sin(2 * pi * index / (count - 1)),
            radius_m * cos(2 * pi * index / (count - 1)),
        )
        for index in range(count - 1)
    ]


def _hospitals(rng: Random, roads: dict[str, Road], count: int) -> dict[str, Place]:
    """Hospitals beside roads spread over the whole list, so over the whole city."""
    every = list(roads.values())
    places: dict[str, Place] = {}
    for index in range(count):
        road = every[(index * len(every) // count + 3) % len(every)]
        place = moved(_middle(road), rng.uniform(30, 80), rng.uniform(30, 80))
        places[f"hospital-{index + 1:02d}"] = Place(
            f"hospital-{index + 1:02d}", f"Hospital {index + 1}", place
        )
    return places


@dataclass(frozen=True)
class _Plan:
    """Rings and radials on the ground. Ring 0 is the centre; spokes and rings may be fractions."""

    centre: Position
    turn: list[float]
    """Angle of each radial, clockwise from north."""
    radius: list[float]
    """Of each ring in metres."""

    def point(self, ring: float, spoke: float) -> Position:
        low, high = int(ring), min(int(ring) + 1, len(self.radius) - 1)
        r = self.radius[low] + (self.radius[high] - self.radius[low]) * (ring - low)
        a, b = self._angle(int(spoke)), self._angle(int(spoke) + 1)
        angle = a + (b - a) * (spoke - int(spoke))
        return moved(self.centre, r * sin(angle), r * cos(angle))

    def node(self, ring: int, spoke: int) -> int:
        radials = len(self.turn)
        return 0 if ring == 0 else 1 + (ring - 1) * radials + spoke % radials

    def along_ring(self, ring: int, spoke: int) -> _Street:
        return _Street(
            f"Ring {ring}, section {spoke + 1}",
            (self.node(ring, spoke), self.node(ring, spoke + 1)),
            [self.point(ring, spoke + step / 4) for step in range(5)],
            _EXPRESSWAY if ring == len(self.radius) - 1 else _STREET,
            ("clockwise", "anticlockwise"),
        )

    def along_radial(self, ring: int, spoke: int) -> _Street:
        return _Street(
            f"Radial {spoke + 1}, section {ring}",
            (self.node(ring - 1, spoke), self.node(ring, spoke)),
            [self.point(ring - 1 + step / 3, spoke) for step in range(4)],
            _SIDE_STREET if ring == 1 else _ARTERIAL,
            ("outbound", "inbound"),
        )

    def across_block(self, index: int) -> _Street:
        """First every block's one diagonal, then every block's other."""
        radials, blocks_deep = len(self.turn), len(self.radius) - 2
        ring, spoke = 1 + (index // radials) % blocks_deep, index % radials
        other = index >= radials * blocks_deep
        inner, outer = (spoke + 1, spoke) if other else (spoke, spoke + 1)
        return _Street(
            f"Cross street {index + 1}",
            (self.node(ring, inner), self.node(ring + 1, outer)),
            [self.point(ring + step / 3, inner + (outer - inner) * step / 3) for step in range(4)],
            _SIDE_STREET,
            ("outbound", "inbound"),
        )

    def _angle(self, spoke: int) -> float:
        radials = len(self.turn)
        return self.turn[spoke % radials] + 2 * pi * (spoke // radials)


def _streets(rng: Random, centre: Position, count: int) -> list[_Street]:
    """Rings and radials; what is over after whole rings become side streets across the blocks.

    A ring with k radials has 2k streets. 1.1 times the root of the count keeps blocks about as
    wide as deep, and at 20 streets or more leaves at least two rings, whose blocks have room
    (two diagonals each) for the fewer than 2k streets that are over.
    """
    radials = round(1.1 * count**0.5)
    rings = count // (2 * radials)
    sector = 2 * pi / radials
    plan = _Plan(
        centre,
        [sector * (index + rng.uniform(-0.12, 0.12)) for index in range(radials)],
        [0.0] + [700.0 * ring**1.45 for ring in range(1, rings + 1)],
    )
    streets: list[_Street] = []
    for ring in range(1, rings + 1):
        streets += [plan.along_ring(ring, spoke) for spoke in range(radials)]
        streets += [plan.along_radial(ring, spoke) for spoke in range(radials)]
    return streets + [plan.across_block(index) for index in range(count - len(streets))]


def _area(centre: Position, street: list[Position]) -> str:
    """Name of the area that the middle of the street lies in."""
    a, b = street[(len(street) - 1) // 2], street[len(street) // 2]
    middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    if haversine_m(centre, middle) < CENTRE_M:
        return "centre"
    return DIRECTIONS[round(bearing_deg(centre, middle) / 45) % 8]


def _carriageways(streets: list[_Street], count: int, centre: Position) -> list[Road]:
    """The first `count` carriageways, each with the roads that go on from its end."""
    ways: list[tuple[str, int, int, list[Position], _Class, str]] = []
    for street in streets:
        a, b = street.ends
        forth, back = street.directions
        area = _area(centre, street.middle)
        ways.append((f"{street.name}, {forth}", a, b, street.middle, street.kind, area))
        ways.append((f"{street.name}, {back}", b, a, street.middle[::-1], street.kind, area))
    ways = ways[:count]
    names = [f"road-{number:03d}" for number in range(1, len(ways) + 1)]
    leaving: dict[int, list[tuple[str, int]]] = {}
    for id_, way in zip(names, ways, strict=True):
        leaving.setdefault(way[1], []).append((id_, way[2]))
    roads: list[Road] = []
    for index, (name, start, end, middle, kind, area) in enumerate(ways):
        line = right_of(middle, CARRIAGEWAY_M)
        onward = [id_ for id_, to in leaving.get(end, []) if to != start]
        roads.append(
            Road(
                names[index],
                name,
                line,
                round(line_length_m(line), 2),
                kind.free_flow_kmh,
                kind.lanes,
                onward,
                kind.name,
                area,
            )
        )
    return roads
