"""Records as a consumer hands them out, for folds without a broker."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.harness.events import Fields, encode

NOW_MS = 1_790_000_000_000


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """One record of partition 0."""

    offset: int
    value: bytes | None
    timestamp: int = NOW_MS
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int = 0


def reading(second: float, speed: float = 50.0, road: str = "road-1", event_id: str | None = None) -> Fields:
    """A traffic reading, so many seconds after the start."""
    return {
        "event_id": event_id or f"{road}-{second}-{speed}",
        "sensor_id": "sensor-1",
        "road_id": road,
        "timestamp": NOW_MS + round(second * 1000),
        "speed_kmh": speed,
        "vehicle_count": 2,
    }


def log(*values: Fields | bytes, start: int = 0) -> list[FakeRecord]:
    """Records at consecutive offsets; Kafka's time runs with the events'."""
    records = []
    for offset, value in enumerate(values, start):
        at = NOW_MS
        if isinstance(value, dict) and isinstance(value.get("timestamp"), int):
            at = max(NOW_MS, value["timestamp"])
        records.append(FakeRecord(offset, encode(value) if isinstance(value, dict) else value, at))
    return records
