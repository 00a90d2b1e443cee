"""A small city, and events of its days with all that daily views look at."""

import random
from collections.abc import Iterator
from typing import get_args

from citystream.contracts.camera import Camera, CameraCounts
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.city_model import CityModel, Place, Road
from citystream.contracts.emergency import Emergency, IncidentKind, IncidentStatus
from citystream.contracts.event import Event
from citystream.contracts.gps import Gps
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Condition, Weather

MINUTE_MS = 60_000
NIGHTLESS = "mole"
"""A road with few readings at night."""
UNMAPPED = "new-road"
"""One that the model does not know."""


def _road(id_: str, kmh: float, area: str | None) -> Road:
    line = [(13.40, 52.50), (13.41, 52.51), (13.42, 52.52)]
    return Road(id_, id_, line, 3_000.0, kmh, 2, [], None, area)


MODEL = CityModel(
    roads={one.id: one for one in (_road("ring", 70.0, "Mitte"), _road(NIGHTLESS, 50.0, None))},
    hospitals={},
    sensors={},
    cameras={},
    stations={"st-1": Place("st-1", "st-1", (13.4, 52.5))},
)
ROADS = ("ring", NIGHTLESS, UNMAPPED)


def events(day: CityDay, seed: int) -> dict[str, list[Event]]:
    """Of a day, by type."""
    rng = random.Random(seed)
    return {
        "traffic": list(readings(day, rng)),
        "gps": list(positions(day, rng)),
        "weather": list(observations(day, rng)),
        "camera": list(counts(day, rng)),
        "emergency": list(steps(day, rng)),
    }


def readings(day: CityDay, rng: random.Random) -> Iterator[Traffic]:
    """Of roads that are slow by day, with readings of nobody, of queues, and of half a sensor."""
    for road in ROADS:
        every = 11 if road != NIGHTLESS else 47
        for at_ms in range(day.start_ms, day.end_ms, every * MINUTE_MS):
            # Two or three in each five minutes that have any.
            for number in range(rng.randint(1, 3)):
                jam = rng.random() < 0.3
                speed = rng.uniform(5, 30) if jam else rng.uniform(40, 80)
                kind = rng.random()
                yield Traffic(
                    timestamp=at_ms + number * 90_000 + rng.randrange(60_000),
                    sensor_id=f"{road}-s",
                    road_id=road,
                    speed_kmh=None if kind < 0.15 else round(speed, 1),
                    vehicle_count=0 if kind < 0.1 else None if kind > 0.9 else rng.randint(1, 9),
                    occupancy_pct=round(rng.uniform(0, 100), 1),
                )


def positions(day: CityDay, rng: random.Random) -> Iterator[Gps]:
    """Of vehicles that drive, stand, fall silent, leap, and drive over midnight of UTC's hours."""
    for number in range(4):
        at_ms = day.start_ms + rng.randrange(HOUR_MS)
        # The last one lives where the map ends.
        longitude = 13.4 if number < 3 else 179.999
        latitude = 52.5 if number < 3 else -16.5
        while at_ms < day.end_ms:
            drives = rng.random() < 0.7
            leap = 0.5 if rng.random() < 0.02 else rng.uniform(-0.002, 0.002) if drives else 1e-6
            longitude += leap
            latitude += rng.uniform(-0.001, 0.001) if drives else 0
            told = rng.random()
            yield Gps(
                timestamp=at_ms,
                vehicle_id=f"v-{number}",
                vehicle_type="bus" if number < 2 else "taxi" if at_ms < day.start_ms + 9 * HOUR_MS else "van",
                latitude=round(latitude, 6),
                longitude=round((longitude + 180) % 360 - 180, 6),
                speed_kmh=None if told < 0.3 else round(rng.uniform(10, 60), 1) if drives else 0.5,
            )
            at_ms += rng.choice((20_000, 60_000, 60_000, 299_000, 300_000, 301_000, 3 * HOUR_MS))
    yield Gps(timestamp=day.start_ms, vehicle_id="parked", latitude=52.5, longitude=13.4)


def observations(day: CityDay, rng: random.Random) -> Iterator[Weather]:
    """A day that begins dry, with fog, snow and rain of each kind, an hour each, and no word of the last."""
    kinds: tuple[tuple[float | None, float | None, Condition], ...] = (
        (0.0, 9_000.0, "clear"),
        (0.0, 300.0, "fog"),
        (1.0, 5_000.0, "snow"),
        (1.0, None, "rain"),
        (5.0, 8_000.0, "rain"),
        (20.0, 4_000.0, "thunderstorm"),
        (None, 9_000.0, "rain"),
    )
    for number, hour_ms in enumerate(range(day.start_ms, day.end_ms - HOUR_MS, HOUR_MS)):
        rain, visibility, condition = kinds[number % len(kinds)]
        # One station speaks more often; both are one voice.
        for station, often in (("st-1", 1), ("st-2", 4)):
            for at in range(often):
                yield Weather(
                    timestamp=hour_ms + at * 13 * MINUTE_MS,
                    station_id=station,
                    latitude=52.5,
                    longitude=13.4,
                    temperature_c=round(rng.uniform(-3, 12), 1),
                    precipitation_mm_h=None if rain is None else round(rain * rng.uniform(0.9, 1.1), 2),
                    visibility_m=visibility,
                    condition=condition,
                )


def counts(day: CityDay, rng: random.Random) -> Iterator[Camera]:
    """Of two roads; some see nobody, some only speed."""
    for at_ms in range(day.start_ms, day.end_ms, 40 * MINUTE_MS):
        for road in ("ring", "quiet"):
            seen = CameraCounts(
                car=rng.randint(0, 9), bicycle=rng.randint(0, 5), pedestrian=rng.randint(0, 3)
            )
            yield Camera(
                timestamp=at_ms,
                camera_id=f"{road}-c",
                road_id=road,
                counts=seen if road == "ring" and rng.random() < 0.8 else None,
                mean_speed_kmh=30.0,
            )


def steps(day: CityDay, rng: random.Random) -> Iterator[Emergency]:
    """Incidents, some of which go on into the next day, are called off, or lie nowhere."""
    statuses: tuple[IncidentStatus, ...] = ("reported", "dispatched", "en_route", "on_scene", "resolved")
    for number in range(30):
        # The last ones begin in the day's last hour.
        at_ms = (
            day.end_ms - (number - 24) * 9 * MINUTE_MS
            if number > 24
            else rng.randrange(day.start_ms, day.end_ms - 3 * HOUR_MS)
        )
        kind = rng.choice(get_args(IncidentKind))
        place = rng.random()
        for status in statuses:
            yield Emergency(
                timestamp=at_ms,
                incident_id=f"{day.date}-{number}",
                kind=kind,
                status=status,
                severity=3,
                # Its road is not in every step.
                road_id=rng.choice(ROADS) if place < 0.5 and status != "on_scene" else None,
                latitude=None if place > 0.9 else round(52.5 + place / 10, 5),
                longitude=None if place > 0.9 else 13.4,
            )
            # A clock may be behind.
            at_ms += rng.choice((-20_000, 90_000, 4 * MINUTE_MS, 11 * MINUTE_MS))
            if number % 7 == 3 and status == "dispatched":
                yield Emergency(
                    timestamp=at_ms,
                    incident_id=f"{day.date}-{number}",
                    kind=kind,
                    status="cancelled",
                    severity=1,
                )
                break
