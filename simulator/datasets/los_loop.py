"""Los-loop: 207 loop detectors on Los Angeles freeways, a speed every 5 minutes for a week.

`los_speed.csv` has a column a detector (mph) and no times; it is the first week of METR-LA, which
begins on 2012-03-01 at 00:00 local time. That is published as 00:00 UTC, so that the hour of the day
in the data is the local one. `graph_sensor_locations.csv` places the detectors, and `los_adj.csv` says
how near two of them are by road (0 to 1, symmetric).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path

from citystream.contracts.city_model import CityModel, Place, Position, Road
from citystream.contracts.traffic import Traffic
from simulator.datasets.dataset import Dataset, DatasetError, Reading, Skipped, matrix, numbers, rows
from simulator.geometry import haversine_m, line_length_m

SPEEDS, PLACES, NEARNESS = "los_speed.csv", "graph_sensor_locations.csv", "los_adj.csv"
BEGIN = datetime(2012, 3, 1, tzinfo=UTC)
STEP_S = 300
KMH_PER_MPH = 1.609344
FREE_FLOW_PERCENTILE = 0.85
STRETCH_M = 400.0
"""Of a detector's road on the map; less where the next detector is nearer."""


def readings(folder: Path, skipped: Skipped) -> Iterator[Reading]:
    """One traffic reading a detector and step. The data has no counts."""
    lines = matrix(folder, SPEEDS)
    sensors = next(lines, [])
    for step, line in enumerate(lines):
        _check_width(SPEEDS, step + 2, line, len(sensors))
        at = BEGIN + timedelta(seconds=STEP_S * step)
        for sensor, text in zip(sensors, line, strict=True):
            speed = _mph(text)
            if speed is None:
                skipped["speed: not a number"] += 1
                continue
            yield (
                "traffic",
                f"la-{sensor}",
                Traffic(
                    event_id=f"la-{sensor}-{step}",
                    timestamp=at,
                    sensor_id=sensor,
                    road_id=f"la-{sensor}",
                    speed_kmh=round(speed * KMH_PER_MPH, 6),
                ),
            )


def model(folder: Path) -> CityModel:
    """A road a detector: from it towards the nearest other by road, with all it is near to as neighbours.

    Free flow is the 85th percentile of its speeds. The data knows no direction, so the line's is a guess
    and neighbours are mutual.
    """
    sensors = next(matrix(folder, SPEEDS), [])
    places = _places(folder)
    lacking = [sensor for sensor in sensors if sensor not in places]
    if lacking:
        raise DatasetError(f"{folder / PLACES}: no place for detector {lacking[0]}")
    nearness = [[float(text) for text in line] for line in matrix(folder, NEARNESS)]
    if len(nearness) != len(sensors):
        raise DatasetError(f"{folder / NEARNESS}: {len(nearness)} lines for {len(sensors)} detectors")
    free_flow = _free_flow(folder, len(sensors))
    roads: dict[str, Road] = {}
    for index, sensor in enumerate(sensors):
        _check_width(NEARNESS, index + 1, nearness[index], len(sensors))
        near = sorted(
            (other for other, share in enumerate(nearness[index]) if other != index and share > 0),
            key=lambda other: -nearness[index][other],
        )
        line = _stretch(places[sensor], [places[sensors[other]] for other in near])
        roads[f"la-{sensor}"] = Road(
            id=f"la-{sensor}",
            name=f"Detector {sensor}",
            line=line,
            length_m=round(line_length_m(line), 2),
            free_flow_kmh=round(free_flow[index] * KMH_PER_MPH, 2),
            lanes=1,
            neighbours=[f"la-{sensors[other]}" for other in near],
        )
    watching = {sensor: Place(sensor, sensor, places[sensor], f"la-{sensor}") for sensor in sensors}
    return CityModel(
        roads=roads,
        hospitals={},
        sensors=watching,
        cameras={},
        stations={},
        name="Los Angeles",
        timezone="America/Los_Angeles",
    )


def _mph(text: str) -> float | None:
    try:
        speed = float(text)
    except ValueError:
        return None
    return speed if isfinite(speed) else None


def _check_width(name: str, number: int, line: list[str] | list[float], width: int) -> None:
    if len(line) != width:
        raise DatasetError(f"{name}, line {number}: {len(line)} columns instead of {width}")


def _places(folder: Path) -> dict[str, Position]:
    try:
        places: dict[str, Position] = {}
        for row in rows(folder, PLACES, ("sensor_id", "latitude", "longitude")):
            longitude, latitude = numbers(row, "longitude", "latitude")
            places[row["sensor_id"]] = (longitude, latitude)
    except ValueError as error:
        raise DatasetError(f"{folder / PLACES}: {error}") from error
    return places


def _free_flow(folder: Path, count: int) -> list[float]:
    """The percentile of each column, in mph; 1 mph where a detector never saw more."""
    columns: list[list[float]] = [[] for _ in range(count)]
    lines = matrix(folder, SPEEDS)
    next(lines, None)
    for line in lines:
        for column, text in zip(columns, line, strict=False):
            speed = _mph(text)
            if speed is not None:
                column.append(speed)
    found = []
    for column in columns:
        column.sort()
        found.append(max(1.0, column[int(FREE_FLOW_PERCENTILE * (len(column) - 1))] if column else 1.0))
    return found


def _stretch(start: Position, near: list[Position]) -> list[Position]:
    """From the start half the way to the first that does not lie at the same place, or `STRETCH_M`."""
    for other in near:
        distance = haversine_m(start, other)
        if distance > 1:
            share = min(0.5, STRETCH_M / distance)
            end = (
                round(start[0] + (other[0] - start[0]) * share, 7),
                round(start[1] + (other[1] - start[1]) * share, 7),
            )
            return [start, end]
    # A detector that is near to no other: a stretch to the east.
    return [start, (round(start[0] + 0.002, 7), start[1])]


DATASET = Dataset(
    name="los-loop",
    namespace="losloop",
    types=("traffic",),
    step_s=STEP_S,
    readings=readings,
    model=model,
    notes=(
        "times: the file has none; the first row is taken as 2012-03-01T00:00:00Z, then every 300 s",
        "vehicle_count: not in the data",
    ),
)
