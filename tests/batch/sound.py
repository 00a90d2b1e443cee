"""A small city whose senders do all that is right, all day; and what they may do wrong."""

import random
from collections.abc import Iterator

import msgspec

from citystream.contracts.camera import Camera, CameraCounts
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.emergency import Emergency
from citystream.contracts.event import Event
from citystream.contracts.gps import Gps
from citystream.contracts.identity import entity_of
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Weather

MINUTE_MS = 60_000
SENDERS = {
    "traffic": [f"t-{number}" for number in range(4)],
    "weather": [f"w-{number}" for number in range(3)],
    "camera": [f"c-{number}" for number in range(3)],
    "gps": [f"v-{number}" for number in range(3)],
}


def events(day: CityDay, seed: int) -> dict[str, list[Event]]:
    """Of a day, by type."""
    rng = random.Random(seed)
    return {
        "traffic": list(readings(day, rng)),
        "gps": list(positions(day, rng)),
        "weather": list(observations(day, rng)),
        "camera": list(counts(day, rng)),
        "emergency": list(steps(day)),
    }


def readings(day: CityDay, rng: random.Random) -> Iterator[Traffic]:
    """Every two minutes and a few seconds; of an empty road at night the very same for hours."""
    for sender in SENDERS["traffic"]:
        for at_ms in _times(day, 2 * MINUTE_MS, rng):
            night = at_ms < day.start_ms + 4 * HOUR_MS
            yield Traffic(
                timestamp=at_ms,
                sensor_id=sender,
                road_id=f"road-{sender}",
                speed_kmh=0.0 if night else round(rng.uniform(20, 60), 2),
                vehicle_count=0 if night else rng.randint(1, 30),
            )


def observations(day: CityDay, rng: random.Random) -> Iterator[Weather]:
    """Every ten minutes; one has a thermometer alone, of whole degrees."""
    for sender in SENDERS["weather"]:
        for at_ms in _times(day, 10 * MINUTE_MS, rng):
            plain = sender == "w-0"
            yield Weather(
                timestamp=at_ms,
                station_id=sender,
                latitude=52.5,
                longitude=13.4,
                temperature_c=7.0 if plain else round(rng.uniform(3, 9), 3),
                humidity_pct=None if plain else round(rng.uniform(40, 90), 3),
                wind_speed_ms=None if plain else round(rng.uniform(0, 9), 3),
            )


def counts(day: CityDay, rng: random.Random) -> Iterator[Camera]:
    """Every five minutes; one sees nobody all day."""
    for sender in SENDERS["camera"]:
        for at_ms in _times(day, 5 * MINUTE_MS, rng):
            seen = CameraCounts() if sender == "c-0" else CameraCounts(car=rng.randint(1, 90))
            yield Camera(timestamp=at_ms, camera_id=sender, road_id=f"road-{sender}", counts=seen)


def positions(day: CityDay, rng: random.Random) -> Iterator[Gps]:
    """Every minute, for ten hours; at noon each stands for two hours."""
    for sender in SENDERS["gps"]:
        for at_ms in _times(day, MINUTE_MS, rng):
            hour = (at_ms - day.start_ms) / HOUR_MS
            stands = 11 <= hour < 13
            if 7 <= hour < 17:
                yield Gps(
                    timestamp=at_ms,
                    vehicle_id=sender,
                    latitude=52.5 if stands else round(52.5 + rng.uniform(0, 0.01), 6),
                    longitude=13.4,
                    speed_kmh=0.0 if stands else 30.0,
                )


def steps(day: CityDay) -> Iterator[Emergency]:
    """An incident each hour, in order."""
    for number in range(24):
        for minutes, status in ((1, "reported"), (3, "dispatched"), (9, "on_scene"), (40, "resolved")):
            yield Emergency(
                timestamp=day.start_ms + number * HOUR_MS + minutes * MINUTE_MS,
                incident_id=f"i-{day.date}-{number:02}",
                kind="medical",
                status=status,  # type: ignore[arg-type]
                severity=2,
            )


def _times(day: CityDay, every_ms: int, rng: random.Random) -> Iterator[int]:
    """On time, give or take a tenth."""
    for at_ms in range(day.start_ms, day.end_ms, every_ms):
        yield at_ms + rng.randrange(every_ms // 10)


def of(event: Event) -> str:
    """Who sent it."""
    return entity_of(type(event))(event)


def without(those: list[Event], sender: str, start_ms: int, end_ms: int) -> list[Event]:
    """A sender is silent from one time to another."""
    return [one for one in those if of(one) != sender or not start_ms <= _at(one) < end_ms]


def changed(those: list[Event], sender: str, start_ms: int, end_ms: int, **to: object) -> list[Event]:
    """A sender says the same from one time to another."""
    return [
        msgspec.structs.replace(one, **to) if of(one) == sender and start_ms <= _at(one) < end_ms else one
        for one in those
    ]


def _at(event: Event) -> int:
    assert isinstance(event.timestamp, int)
    return event.timestamp
