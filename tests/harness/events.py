"""Random events of every type, as a sender would write them."""

import itertools
import random
from collections import deque
from collections.abc import Iterator
from typing import Any

import msgspec

from citystream.contracts.registry import EVENTS

Fields = dict[str, Any]
Message = tuple[bytes | None, bytes]
"""Key and value."""

START_MS = 1_790_000_000_000
STEP_MS = 40
"""Event time runs 60 times faster than a clock at 1,500 events/s, so that windows close and expire."""
AGAIN_WITHIN = 50
FAR_MS = START_MS + 20 * 365 * 86_400_000


def fields(type_: str, rng: random.Random, number: int, time_ms: int) -> Fields:
    """A good event of one type."""
    own: dict[str, Fields] = {
        "gps": {
            "vehicle_id": f"vehicle-{rng.randrange(40)}",
            "vehicle_type": rng.choice(["car", "bus", "taxi", "ambulance"]),
            "latitude": round(rng.uniform(48.0, 48.3), 6),
            "longitude": round(rng.uniform(11.4, 11.8), 6),
            "speed_kmh": round(rng.uniform(0, 120), 2),
            "heading_deg": round(rng.uniform(0, 360), 1),
        },
        "traffic": {
            "sensor_id": f"sensor-{rng.randrange(20)}",
            "road_id": f"road-{rng.randrange(20)}",
            "speed_kmh": round(rng.uniform(0, 130), 2),
            "vehicle_count": rng.randrange(40),
        },
        "emergency": {
            "incident_id": f"incident-{rng.randrange(30)}",
            "kind": rng.choice(["medical", "accident", "fire"]),
            "status": rng.choice(["reported", "dispatched", "en_route", "on_scene", "resolved"]),
            "severity": rng.randrange(1, 6),
            "latitude": 48.1,
            "longitude": 11.5,
        },
        "weather": {
            "station_id": f"station-{rng.randrange(6)}",
            "latitude": 48.1,
            "longitude": 11.5,
            "temperature_c": round(rng.uniform(-10, 35), 1),
            "humidity_pct": round(rng.uniform(10, 100), 1),
            "wind_speed_ms": round(rng.uniform(0, 30), 1),
            "precipitation_mm_h": round(rng.uniform(0, 20), 1),
            "visibility_m": rng.randrange(50, 20_000),
            "condition": rng.choice(["clear", "rain", "fog"]),
        },
        "camera": {
            "camera_id": f"camera-{rng.randrange(8)}",
            "road_id": f"road-{rng.randrange(5)}",
            "counts": {"car": rng.randrange(30), "pedestrian": rng.randrange(9)},
            "mean_speed_kmh": round(rng.uniform(0, 80), 1),
        },
    }
    return {"event_id": f"{type_}-{number}", "timestamp": time_ms, **own[type_]}


KEYS = {
    "gps": "vehicle_id",
    "traffic": "road_id",
    "emergency": "incident_id",
    "weather": "station_id",
    "camera": "road_id",
}
TYPES = tuple(EVENTS)


def encode(event: Fields) -> bytes:
    """An event as its sender writes it."""
    return msgspec.json.encode(event)


def flow(
    type_: str,
    seed: int,
    step_ms: int = STEP_MS,
    again_within: int = AGAIN_WITHIN,
    start_ms: int = START_MS,
) -> Iterator[list[Message]]:
    """Events without end, each with what goes wrong beside it.

    Some without an id, some with one that other senders use too.
    Out of order; some too late, some sent again, some cut short, some of a clock far ahead.

    Args:
        step_ms: event time from one event to the next.
        again_within: a message sent again is one of the last so many.
        start_ms: event time of the first, about.
    """
    rng = random.Random(seed)
    recent: deque[Message] = deque(maxlen=again_within)
    for number in itertools.count():
        time_ms = start_ms + number * step_ms - rng.randrange(4_000)
        if rng.random() < 0.01:
            time_ms -= rng.randrange(60_000)
        event = fields(type_, rng, number, time_ms)
        if rng.random() < 0.02:
            del event["event_id"]
        elif rng.random() < 0.1:
            # Each sender counts for itself: others send the same ids.
            event["event_id"] = str(number // 10)
        key = str(event[KEYS[type_]]).encode()
        message: Message = key, encode(event)
        messages = [message]
        recent.append(message)
        if rng.random() < 0.02:
            messages.append(rng.choice(recent))
        if rng.random() < 0.01:
            messages.append((key, message[1][: rng.randrange(len(message[1]))]))
        if rng.random() < 0.002:
            messages.append((key, encode(event | {"event_id": f"ahead-{number}", "timestamp": FAR_MS})))
        yield messages


def stream(type_: str, seed: int, length: int) -> list[Message]:
    """The first events of a flow, with what goes wrong beside them."""
    return list(itertools.chain.from_iterable(itertools.islice(flow(type_, seed), length)))
