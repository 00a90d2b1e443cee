"""Every row of the table that is read, from its topic to the API: sent twice, with a kill -9 in between."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from citystream.contracts import city_model, topics
from citystream.contracts.city_model import CityModel, Road
from citystream.contracts.event_time import rfc3339
from citystream.log.admin import create_topics
from citystream.settings import Settings
from demo.environment import city_environment
from gateway import users
from tests.conftest import MakeSettings
from tests.field.table import AT_MS, CLEAN, ROWS, Row
from tests.gateway.running import VIEWER, Gateway
from tests.harness import kafka_log, outputs
from tests.harness.events import Fields
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

# The thing by which the API knows each.
NAMED_BY = {
    "gps": "vehicle_id",
    "traffic": "road_id",
    "emergency": "incident_id",
    "weather": "station_id",
    "camera": "camera_id",
}
PATHS = {
    "gps": "/api/vehicles/{}",
    "traffic": "/api/traffic/live/{}",
    "emergency": "/api/emergencies/{}",
    "weather": "/api/weather/current",
    "camera": "/api/cameras/{}",
}


def told(type_: str, row: Row) -> Fields:
    """What the API has to say of a row, where it says it in other words than the event."""
    read = row.outcome
    if type_ == "traffic":
        # Sent twice: one reading.
        return {
            "readings": 1,
            "vehicles": read["vehicle_count"],
            "mean_speed_kmh": read["speed_kmh"],
            "occupancy_pct": read["occupancy_pct"],
        }
    hidden = {"event_id", "timestamp", NAMED_BY[type_], "counts"}
    shown = {name: value for name, value in read.items() if name not in hidden}
    if type_ == "emergency" and None in (read["latitude"], read["longitude"]):
        # Half a place is none.
        shown |= {"latitude": None, "longitude": None}
    if read.get("counts"):
        shown["counts"] = read["counts"]
    return shown


def renamed(row: Row, number: int, now_ms: int) -> tuple[str, bytes]:
    """A row of a thing of its own, and of now; the name that the thing has at the API."""
    field = NAMED_BY[row.type]
    name = CLEAN[row.type][field]
    value = row.value.replace(f'"{name}"'.encode(), f'"{name}-{number}"'.encode())
    # The entity of a reading is its sensor.
    value = value.replace(b'"loop-3"', f'"loop-{number}"'.encode())
    value = value.replace(str(AT_MS).encode(), str(now_ms).encode())
    if isinstance(row.sent, dict) and field in row.sent:
        return row.outcome[field], value
    return f"{name}-{number}", value


def of_states(type_: str, now_ms: int) -> list[bytes]:
    """Events whose sum tells something."""

    def event(**fields: Any) -> bytes:
        return msgspec.json.encode(CLEAN[type_] | {"timestamp": now_ms} | fields)

    if type_ == "gps":
        return [
            event(vehicle_id="ahead", timestamp=now_ms + 50_000),
            event(vehicle_id="nowhere", latitude=0, longitude=0),
            event(vehicle_id="exchanged", latitude=8.31, longitude=47.02),
        ]
    if type_ == "traffic":
        night = {"road_id": "night", "sensor_id": "n", "occupancy_pct": 0}
        queue = {"road_id": "queue", "sensor_id": "q", "speed_kmh": None, "occupancy_pct": 95}
        return [
            event(**night, event_id="0", vehicle_count=10, speed_kmh=50),
            *(event(**night, event_id=str(number), vehicle_count=0, speed_kmh=0) for number in range(1, 10)),
            event(**queue, event_id="0", vehicle_count=0),
        ]
    return []


NOWHERE = {"gps": ("nowhere", "exchanged")}
MODEL = CityModel(
    roads={"ring-1": Road("ring-1", "Ring", [(8.30, 47.02), (8.32, 47.02)], 1_500.0, 50.0, 1, [])},
    hospitals={},
    sensors={},
    cameras={},
    stations={},
)

STATES: dict[str, dict[str, Fields]] = {
    "gps": {"ahead": {"speed_kmh": 31.5}},
    "traffic": {
        "night": {"readings": 10, "mean_speed_kmh": 50, "vehicles": 10},
        "queue": {"readings": 1, "mean_speed_kmh": None, "congestion": {"level": "jammed", "ratio": None}},
    },
}


async def test_what_devices_send_arrives_at_the_api(settings: MakeSettings, tmp_path: Path) -> None:
    model = tmp_path / "city.geojson"
    model.write_bytes(city_model.dump(MODEL))
    own = settings(
        model=model, kafka_instance_id="one", checkpoint_ms=300, plate_key="a key for tests", lateness_s=600
    )
    await create_topics(own, list(CLEAN))
    gateway = await _gateway(own, tmp_path)
    try:
        await asyncio.gather(*(_one_type(type_, own, tmp_path, gateway) for type_ in CLEAN))
    finally:
        await gateway.stop()


async def _one_type(type_: str, own: Settings, folder: Path, gateway: Gateway) -> None:
    now_ms = round(time.time() * 1000)
    rows = [
        row
        for row in ROWS
        if row.type == type_ and isinstance(row.read, dict) and str(AT_MS).encode() in row.value
    ]
    named = [renamed(row, number, now_ms) for number, row in enumerate(rows)]
    messages = [(b"one partition", value) for _, value in named]
    messages += [(b"one partition", value) for value in of_states(type_, now_ms)]
    topic, half = topics.source(own.namespace, type_), len(messages) // 2
    worker = Worker(type_, own, folder, role="stream")
    worker.start()
    await worker.ready()
    await kafka_log.produce(own.kafka, topic, messages[:half])
    await _folded(own, type_, half)
    worker.kill()
    await kafka_log.produce(own.kafka, topic, messages[half:] + messages)
    worker.start()
    await worker.ready()
    await _folded(own, type_, 2 * len(messages))
    for form in {form for row in rows for form in row.forms}:
        assert await worker.metric("city_events_tolerated_total", form=form), form
    assert worker.stop() == 0
    for row, (name, _) in zip(rows, named, strict=True):
        await gateway.until(PATHS[type_].format(name), _tells(name, told(type_, row)))
    letters = await outputs.dead_letters(own, type_)
    assert {letter["field"] for letter in letters.values()} == ({b"latitude"} if type_ == "gps" else set())
    # Each was sent twice.
    assert len(letters) == 2 * len(NOWHERE.get(type_, ()))
    for name in NOWHERE.get(type_, ()):
        assert (await gateway.http.get(PATHS[type_].format(name))).status_code == 404
    for name, wanted in STATES.get(type_, {}).items():
        shown = await gateway.until(PATHS[type_].format(name), _tells(name, wanted))
        assert shown["timestamp"] <= rfc3339(round(time.time() * 1000))


async def _folded(own: Settings, type_: str, records: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while sum((await kafka_log.folded(own, type_)).values()) < records:
            await asyncio.sleep(0.1)


def _tells(name: str, wanted: Fields) -> Callable[[Any], bool]:
    def holds(answer: Any) -> bool:
        found = (
            {one["station_id"]: one for one in answer["stations"]}.get(name, {})
            if "stations" in answer
            else answer
        )
        return all(_same(found.get(field, "not told"), value) for field, value in wanted.items())

    return holds


def _same(found: Any, wanted: Any) -> bool:
    """The same; of counts those that are not 0."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and {k: n for k, n in found.items() if n} == {
            k: n for k, n in wanted.items() if n
        }
    return bool(found == wanted)


async def _gateway(own: Settings, folder: Path) -> Gateway:
    viewer = users.make(VIEWER[0], users.Role.VIEWER, VIEWER[1])
    users.write(folder / "users.json", {VIEWER[0]: viewer})
    limits = {
        "CITY_GATEWAY_USERS_FILE": str(folder / "users.json"),
        "CITY_GATEWAY_RATE_PER_S": "0",
        "CITY_GATEWAY_ADDRESS_RATE_PER_S": "0",
    }
    gateway = Gateway(folder, {**os.environ, **city_environment(own), **limits})
    await gateway.start()
    return gateway
