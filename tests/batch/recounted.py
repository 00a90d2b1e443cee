"""Daily views counted once more: plain Python over a day's compacted rows.

It shares nothing with the batch layer but what the contracts say.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import h3
import pytest

from citystream.contracts.city_day import CityDay
from citystream.contracts.city_model import CityModel

Row = dict[str, Any]
EARTH_KM = 6_371.0


def same(found: Sequence[Row], expected: Sequence[Row], relative: float = 1e-9) -> None:
    """Row by row, as they are rounded."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == {
            name: pytest.approx(value, rel=relative, abs=0.000501) if type(value) is float else value
            for name, value in other.items()
        }


def percentile(values: Sequence[float], part: float) -> float | None:
    """Between the two nearest, as a ruler would have it."""
    if not values:
        return None
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def hour_start(at: datetime, zone: ZoneInfo) -> datetime:
    """When the hour began that the city's clock showed."""
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(at.tzinfo)


def five_minutes(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)


class Roads:
    """The views of roads."""

    def __init__(self, traffic: Sequence[Row], day: CityDay, model: CityModel | None) -> None:
        self._traffic = traffic
        self._zone = ZoneInfo(day.timezone)
        self._model = model
        self._free = {road: self._free_flow(road, rows) for road, rows in self._by_road().items()}

    def _by_road(self) -> dict[str, list[Row]]:
        return grouped(self._traffic, lambda row: row["road_id"])

    def _free_flow(self, road: str, rows: Sequence[Row]) -> tuple[float | None, str | None]:
        night = speeds([row for row in rows if row["event_time"].astimezone(self._zone).hour < 5])
        if len(night) >= 30:
            return percentile(night, 0.85), "night"
        known = self._model and self._model.roads.get(road)
        return (known.free_flow_kmh, "model") if known else (None, None)

    def windows(self) -> list[Row]:
        found = grouped(self._traffic, lambda row: (row["road_id"], five_minutes(row["event_time"])))
        return [
            {
                "road_id": road,
                "window_start": start,
                "readings": len(rows),
                "vehicles": vehicles(rows),
                "mean_speed_kmh": mean(speeds(rows)),
                "congested": self._congested(road, rows),
            }
            for (road, start), rows in sorted(found.items())
        ]

    def _congested(self, road: str, rows: Sequence[Row]) -> bool | None:
        standing = sum(
            not row["vehicle_count"]
            and (row["speed_kmh"] is None or row["vehicle_count"] == 0)
            and (row["occupancy_pct"] or 0) >= 50
            for row in rows
        )
        average = mean(speeds(rows))
        if standing and standing >= len(speeds(rows)):
            return True
        if average is None:
            return False
        free, _ = self._free[road]
        return average < 0.6 * free if free else None

    def hours(self) -> list[Row]:
        found = grouped(
            self._traffic, lambda row: (row["road_id"], hour_start(row["event_time"], self._zone))
        )
        return [
            {
                "road_id": road,
                "hour_start": start,
                "hour": start.astimezone(self._zone).hour,
                **figures(rows),
                "congested_h": self._congested_h(road, rows),
            }
            for (road, start), rows in sorted(found.items())
        ]

    def _congested_h(self, road: str, rows: Sequence[Row]) -> float:
        windows = grouped(rows, lambda row: five_minutes(row["event_time"]))
        return sum(self._congested(road, one) is True for one in windows.values()) / 12

    def days(self) -> list[Row]:
        return [
            {
                "road_id": road,
                "area": area_of(self._model, road),
                **figures(rows),
                "free_flow_kmh": self._free[road][0],
                "free_flow_from": self._free[road][1],
                "congested_h": self._congested_h(road, rows),
            }
            for road, rows in sorted(self._by_road().items())
        ]

    def by_weather(self, weather: Sequence[Row], usual: Sequence[Row]) -> list[Row]:
        """Windows by the weather of their hour, beside what was usual."""
        by_hour = {
            start: weather_of(rows)
            for start, rows in grouped(weather, lambda row: hour_start(row["event_time"], self._zone)).items()
        }
        before = {(row["road_id"], row["weekday"], row["hour"]): row["median_speed_kmh"] for row in usual}
        moving = [row for row in self.windows() if row["mean_speed_kmh"] is not None]

        def change(row: Row) -> float | None:
            at = row["window_start"].astimezone(self._zone)
            expected = before.get((row["road_id"], at.isoweekday(), at.hour))
            return 100 * (row["mean_speed_kmh"] / expected - 1) if expected else None

        def start(row: Row) -> datetime:
            return hour_start(row["window_start"], self._zone)

        return [
            {
                "weather": kind,
                "hours": len({start(row) for row in rows}),
                "roads": len({row["road_id"] for row in rows}),
                "windows": len(rows),
                "mean_speed_kmh": mean([row["mean_speed_kmh"] for row in rows]),
                "of_free_flow_pct": mean(
                    [
                        100 * row["mean_speed_kmh"] / free
                        for row in rows
                        if (free := self._free[row["road_id"]][0])
                    ]
                ),
                "change_pct": mean([one for row in rows if (one := change(row)) is not None]),
            }
            for kind, rows in sorted(grouped(moving, lambda row: by_hour.get(start(row), "unknown")).items())
        ]


def speeds(rows: Iterable[Row]) -> list[float]:
    """Of readings of vehicles."""
    return [row["speed_kmh"] for row in rows if row["speed_kmh"] is not None and row["vehicle_count"] != 0]


def vehicles(rows: Iterable[Row]) -> int | None:
    counts = [row["vehicle_count"] for row in rows if row["vehicle_count"] is not None]
    return sum(counts) if counts else None


def figures(rows: Sequence[Row]) -> Row:
    known = speeds(rows)
    return {
        "readings": len(rows),
        "vehicles": vehicles(rows),
        "mean_speed_kmh": mean(known),
        "p15_speed_kmh": percentile(known, 0.15),
        "p50_speed_kmh": percentile(known, 0.5),
        "p85_speed_kmh": percentile(known, 0.85),
    }


def area_of(model: CityModel | None, road_id: str | None) -> str | None:
    road = model.roads.get(road_id) if model and road_id else None
    if road is None:
        return None
    longitude, latitude = road.line[len(road.line) // 2]
    return road.area or h3.latlng_to_cell(latitude, longitude, 7)


def weather_of(rows: Sequence[Row]) -> str:
    """Of an hour, by the mean of its stations."""
    stations = grouped(rows, lambda row: row["station_id"]).values()

    def city(of: Callable[[Sequence[Row]], float | None]) -> float | None:
        return mean([one for station in stations if (one := of(station)) is not None])

    def measured(name: str) -> float | None:
        return city(lambda station: mean([row[name] for row in station if row[name] is not None]))

    visibility, rain = measured("visibility_m"), measured("precipitation_mm_h")
    frozen = city(lambda station: mean([row["condition"] in ("snow", "sleet", "hail") for row in station]))
    if visibility is not None and visibility < 1_000:
        return "fog"
    if frozen is not None and frozen >= 0.5:
        return "snow"
    if rain is None:
        return "unknown"
    return next(
        name
        for name, bound in (("dry", 0.1), ("light", 2.5), ("moderate", 10), ("heavy", math.inf))
        if rain < bound
    )


def usual(windows: Sequence[tuple[CityDay, Row]]) -> list[Row]:
    """Of the windows of many days."""
    found: dict[tuple[str, int, int], list[tuple[CityDay, Row]]] = defaultdict(list)
    for day, row in windows:
        at = row["window_start"].astimezone(ZoneInfo(day.timezone))
        found[row["road_id"], at.isoweekday(), at.hour].append((day, row))
    rows = []
    for (road, weekday, hour), several in sorted(found.items()):
        known = [row["mean_speed_kmh"] for _, row in several if row["mean_speed_kmh"] is not None]
        counts = [row["vehicles"] for _, row in several if row["vehicles"] is not None]
        rows.append(
            {
                "road_id": road,
                "weekday": weekday,
                "hour": hour,
                "days": len({day for day, _ in several}),
                "windows": len(known),
                "low_speed_kmh": percentile(known, 0.15),
                "median_speed_kmh": percentile(known, 0.5),
                "high_speed_kmh": percentile(known, 0.85),
                "median_vehicles": percentile(counts, 0.5),
            }
        )
    return rows


def vehicle_days(gps: Sequence[Row]) -> list[Row]:
    """Each vehicle's day."""
    return [
        _vehicle_day(vehicle, sorted(rows, key=_in_order))
        for vehicle, rows in sorted(grouped(gps, lambda row: row["vehicle_id"]).items())
    ]


def _in_order(row: Row) -> Any:
    return row["event_time"], row["latitude"], row["longitude"]


def _vehicle_day(vehicle: str, rows: Sequence[Row]) -> Row:
    km = moving = reporting = 0.0
    for before, after in pairwise(rows):
        spent = (after["event_time"] - before["event_time"]) / timedelta(seconds=1)
        length = haversine_km(before, after)
        if not 0 < spent <= 300 or length / spent * 3600 > 400:
            continue
        reporting += spent
        speed = length / spent * 3600 if after["speed_kmh"] is None else after["speed_kmh"]
        if speed >= 3:
            moving += spent
            km += length
    told = [row["speed_kmh"] for row in rows if row["speed_kmh"] is not None]
    return {
        "vehicle_id": vehicle,
        "vehicle_type": rows[-1]["vehicle_type"],
        "positions": len(rows),
        "distance_km": km,
        "moving_s": moving,
        "reporting_s": reporting,
        "utilisation_pct": 100 * moving / reporting if reporting else None,
        "moving_speed_kmh": km / moving * 3600 if moving else None,
        "max_speed_kmh": max(told, default=None),
    }


def haversine_km(one: Row, other: Row) -> float:
    """Over a sphere."""
    south, north = math.radians(one["latitude"]), math.radians(other["latitude"])
    turned = math.radians(other["longitude"] - one["longitude"])
    chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(turned / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def fleets(days: Sequence[Row]) -> list[Row]:
    """Each type, out of vehicles' days."""
    rows = []
    for type_, several in sorted(grouped(days, lambda row: row["vehicle_type"]).items()):
        moving, reporting = (sum(row[name] for row in several) for name in ("moving_s", "reporting_s"))
        rows.append(
            {
                "vehicle_type": type_,
                "vehicles": len(several),
                "positions": sum(row["positions"] for row in several),
                "distance_km": sum(row["distance_km"] for row in several),
                "median_distance_km": percentile([row["distance_km"] for row in several], 0.5),
                "moving_s": moving,
                "reporting_s": reporting,
                "utilisation_pct": 100 * moving / reporting if reporting else None,
            }
        )
    return rows


def emergencies(steps: Sequence[Row], day: CityDay, model: CityModel | None) -> list[Row]:
    """By kind and area; `steps` of the day before too."""
    incidents = [
        _incident(rows, day, model)
        for rows in grouped(
            sorted(steps, key=lambda row: (row["event_time"], row["partition"], row["offset"])),
            lambda row: row["incident_id"],
        ).values()
    ]
    told = [
        one
        for one in incidents
        if one["new"] or one["cancelled"] or any(one[name] is not None for name in DURATIONS)
    ]
    groups: dict[tuple[str | None, str | None], list[Row]] = defaultdict(list)
    for one in told:
        for kind in (one["kind"], None):
            for area in (one["area"], None):
                groups[kind, area].append(one)
    groups.setdefault((None, None), [])
    return [
        _response(kind, area, groups[kind, area])
        for kind, area in sorted(
            groups, key=lambda key: tuple((part is not None, part or "") for part in key)
        )
    ]


DURATIONS = ("dispatch", "response", "resolution")


def _incident(rows: Sequence[Row], day: CityDay, model: CityModel | None) -> Row:
    first: dict[str, float] = {}
    for row in rows:
        first.setdefault(row["status"], row["event_time"].timestamp())
    roads = [row["road_id"] for row in rows if row["road_id"] is not None]
    places = [row for row in rows if row["latitude"] is not None and row["longitude"] is not None]
    area = area_of(model, roads[-1] if roads else None)
    if area is None and places:
        area = h3.latlng_to_cell(places[-1]["latitude"], places[-1]["longitude"], 7)

    def today(status: str) -> bool:
        return status in first and day.start_ms <= first[status] * 1000 < day.end_ms

    def took(status: str) -> float | None:
        if not today(status) or "reported" not in first or first[status] < first["reported"]:
            return None
        return first[status] - first["reported"]

    return {
        "kind": rows[-1]["kind"],
        "area": area or "unknown",
        "new": today("reported"),
        "cancelled": today("cancelled"),
        "dispatch": took("dispatched"),
        "response": took("on_scene"),
        "resolution": took("resolved"),
    }


def _response(kind: str | None, area: str | None, incidents: Sequence[Row]) -> Row:
    def known(name: str) -> list[float]:
        return [one[name] for one in incidents if one[name] is not None]

    row: Row = {
        "kind": kind,
        "area": area,
        "incidents": sum(one["new"] for one in incidents),
        "cancelled": sum(one["cancelled"] for one in incidents),
        "response_mean_s": mean(known("response")),
    }
    for count, name in (("dispatches", "dispatch"), ("responses", "response"), ("resolutions", "resolution")):
        row[count] = len(known(name))
        row[f"{name}_p50_s"], row[f"{name}_p90_s"] = (percentile(known(name), part) for part in (0.5, 0.9))
    return row


def modes(observations: Sequence[Row]) -> list[Row]:
    """Of all roads together, then of each."""
    by_road: Mapping[str | None, list[Row]] = grouped(observations, lambda row: row["road_id"])
    rows = []
    for road, several in (
        (None, list(observations)),
        *sorted(by_road.items(), key=lambda each: str(each[0])),
    ):
        counts: Counter[str] = Counter()
        for row in several:
            counts.update(row["counts"] or {})
        total = counts.total()
        shares = {f"{name}_pct": 100 * counts[name] / total if total else None for name in CLASSES}
        rows.append(
            {
                "road_id": road,
                "observations": len(several),
                **{name: counts[name] for name in CLASSES},
                **shares,
            }
        )
    return rows


CLASSES = ("car", "bus", "truck", "motorcycle", "bicycle", "pedestrian", "other")
