"""How congested the roads are, worst first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from citystream.contracts.city_model import Road
from citystream.contracts.event_time import rfc3339
from citystream.contracts.traffic import Level
from gateway.analytics import LEVELS, current_windows
from gateway.bounds import Bounds
from gateway.city import City
from gateway.view import Entry

V = TypeVar("V")

Rank = tuple[float, str]
"""A road's place in the list: ratio of mean to free-flow speed, then id."""


class LevelTotal(msgspec.Struct, frozen=True):
    """Roads at one level."""

    roads: int
    length_m: float
    """Of those that the city model has."""


class Group(msgspec.Struct, frozen=True):
    """Some roads together: those of a class, or of an area."""

    index: float | None
    levels: dict[str, LevelTotal]


class CongestedRoad(msgspec.Struct, frozen=True):
    """A road in its newest window."""

    road_id: str
    name: str
    level: Level
    ratio: float | None
    """Mean speed over free-flow speed; null where nothing drives, or all stands."""
    mean_speed_kmh: float | None
    free_flow_kmh: float
    length_m: float
    readings: int
    window_start: str


SLOWEST_KMH = 3.0
"""A speed below counts as this one: walking pace, so that a standing road does not outweigh the city."""


def roads_within(city: City, bbox: Bounds | None) -> list[Entry[Any]]:
    """The roads of an area: those whose box shares a point with it."""
    return [entry for entry in city.traffic.view.in_order() if entry.within(bbox)]


def congested(city: City, roads: Iterable[Entry[Any]]) -> list[tuple[Rank, Entry[CongestedRoad]]]:
    """Roads that are measured now and have a free-flow speed, worst first."""
    model = city.model.roads if city.model else {}
    current = current_windows(city.traffic.view.in_order(), city.traffic.window_s)
    found = []
    for entry in roads:
        window, road = current.get(entry.key), model.get(entry.key)
        if window is None or road is None or window.rank is None:
            continue
        about = CongestedRoad(
            road_id=entry.key,
            name=window.name,
            level=window.level,
            ratio=window.ratio,
            mean_speed_kmh=window.state.mean_speed_kmh,
            free_flow_kmh=road.free_flow_kmh,
            length_m=road.length_m,
            readings=window.state.readings,
            window_start=rfc3339(window.start_s * 1000),
        )
        shown = Entry(entry.key, entry.time_ms, about, msgspec.json.encode(about), entry.bounds)
        found.append(((window.rank, entry.key), shown))
    return sorted(found, key=lambda one: one[0])


def totals(
    city: City, roads: Iterable[Entry[Any]], measured: Iterable[Entry[CongestedRoad]]
) -> dict[str, LevelTotal]:
    """Roads by level; those that are not measured now are `unknown`."""
    levels = {entry.key: entry.value.level for entry in measured if entry.value}
    model = city.model.roads if city.model else {}
    numbers, lengths = dict.fromkeys(LEVELS, 0), dict.fromkeys(LEVELS, 0.0)
    for entry in roads:
        level = levels.get(entry.key, "unknown")
        numbers[level] += 1
        lengths[level] += model[entry.key].length_m if entry.key in model else 0.0
    return {level: LevelTotal(numbers[level], lengths[level]) for level in LEVELS}


def index(measured: Iterable[Entry[CongestedRoad]]) -> float | None:
    """How many times as long as at free flow it takes to drive all these roads; None without any speed."""
    now_h = free_h = 0.0
    for entry in measured:
        road = entry.value
        if road is None or (road.mean_speed_kmh is None and road.level != "jammed"):
            continue
        now_h += road.length_m / 1000 / max(SLOWEST_KMH, road.mean_speed_kmh or 0.0)
        free_h += road.length_m / 1000 / road.free_flow_kmh
    return now_h / free_h if free_h else None


def groups(
    city: City,
    roads: Iterable[Entry[Any]],
    measured: Iterable[Entry[CongestedRoad]],
    of: Callable[[Road], str | None],
) -> dict[str, Group]:
    """Roads by what the city model calls them; those that it calls nothing are in no group."""
    model = city.model.roads if city.model else {}
    named = {key: name for key, road in model.items() if (name := of(road)) is not None}
    all_, known = _by(named, roads), _by(named, measured)
    return {
        name: Group(index(known.get(name, ())), totals(city, all_[name], known.get(name, ())))
        for name in sorted(all_)
    }


def _by(named: Mapping[str, str], entries: Iterable[Entry[V]]) -> dict[str, list[Entry[V]]]:
    found: dict[str, list[Entry[V]]] = {}
    for entry in entries:
        if entry.key in named:
            found.setdefault(named[entry.key], []).append(entry)
    return found
