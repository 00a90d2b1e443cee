"""A small city of its own, whole: broker, cache, services and gateway as processes, and events that go on."""

import asyncio
import contextlib
import itertools
import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from citystream.contracts import city_model, topics
from citystream.contracts.city_model import CityModel, Position, Road, zone_of
from citystream.contracts.daily import USUAL, Usual
from citystream.log.admin import create_topics
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaDb
from demo.servers.process import Process, installed
from demo.servers.valkey import Valkey
from gateway import users
from tests.conftest import make_bucket
from tests.gateway.running import VIEWER, Gateway
from tests.gateway.written_days import Rows, WrittenDays
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard" / "dist"
NAMESPACE = "browser"
USUAL_FIGURES: dict[str, Any] = {
    "days": 7,
    "windows": 84,
    "low_speed_kmh": 35.0,
    "median_speed_kmh": 42.4,
    "high_speed_kmh": 47.6,
    "median_vehicles": 60.0,
}
TYPES = ("gps", "traffic", "emergency", "weather", "camera")
SEED = 1
VEHICLES = 40
KINDS = ("car", "bus", "taxi", "ambulance")
SPEED_KMH = 45.0
JAM_KMH = 3.0
# Roads take another colour when a window begins; nobody waits a quarter of an hour for a test.
WINDOW_S = 5
# Tests tell of what was some minutes ago, and it counts.
LATENESS_S = 3_600.0
STEP_S = 0.25
METRES_A_DEGREE = 111_320.0


class Town:
    """Start it, let things happen in it, stop it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redis = Valkey(folder / "redis")
        self._noida = NoidaDb(folder / "noida")
        self._s3 = Moto(folder / "s3")
        self.model: CityModel
        self.settings: Settings
        self.gateway: Gateway
        self.gateway_environment: dict[str, str]
        self._workers: list[Worker] = []
        self._producer: AIOKafkaProducer
        self._driving: asyncio.Task[None] | None = None
        self._speeds: dict[str, float] = {}
        self._silent: set[str] = set()
        self._told: Counter[str] = Counter()
        self._ids = itertools.count()

    async def start(self) -> None:
        """Back when the gateway tells of vehicles, roads, stations and cameras."""
        model_file = self.folder / "city.geojson"
        model = Process(
            "model",
            [installed("city-simulator"), "model", "--out", str(model_file)],
            self.folder / "model.log",
        )
        model.start()
        servers = (self.redis, self._noida, self._s3)
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
        async with asyncio.timeout(PATIENCE_S):
            while model.exit_code is None:
                await asyncio.sleep(0.05)
        assert model.exit_code == 0, model.last_lines()
        self.model = city_model.load(model_file)
        self.settings = Settings(
            namespace=NAMESPACE,
            model=model_file,
            data_dir=self.folder / "data",
            kafka=self._noida.address,
            elasticsearch=self._noida.elasticsearch_url,
            redis=self.redis.address,
            s3=self._s3.address,
            s3_bucket=NAMESPACE,
            s3_access_key="test",
            s3_secret_key=SecretStr("test"),
            partitions=1,
            window_s=WINDOW_S,
            lateness_s=LATENESS_S,
        )
        self._publish_yesterday()
        await create_topics(self.settings, TYPES)
        self._workers = [Worker(type_, self.settings, self.folder, role="stream") for type_ in TYPES]
        for worker in self._workers:
            worker.start()
        self.gateway_environment = self._gateway_environment()
        self.gateway = Gateway(self.folder, self.gateway_environment)
        await self.gateway.start()
        await asyncio.gather(*(worker.ready() for worker in self._workers))
        self._producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka, linger_ms=2)
        await self._producer.start()
        self._driving = asyncio.create_task(self._drive())
        for path, name in (
            ("/api/vehicles/locations", "vehicles"),
            ("/api/weather/current", "stations"),
            ("/api/cameras", "cameras"),
            ("/api/traffic/live", "roads"),
        ):
            await self.gateway.until(path, lambda answer, name=name: _has_data(answer[name]))  # type: ignore[misc]

    @property
    def usual_road(self) -> Road:
        """The one road of which it is known what is usual."""
        return list(in_the_middle(self.model))[14]

    def _publish_yesterday(self) -> None:
        make_bucket(self._s3.address, NAMESPACE)
        zone = zone_of(self.model, None)
        hours = [
            Usual(road_id=self.usual_road.id, weekday=weekday, hour=hour, **USUAL_FIGURES)
            for weekday in range(1, 8)
            for hour in range(24)
        ]
        yesterday = datetime.now(zone).date() - timedelta(days=1)
        with WrittenDays(self._s3.address, NAMESPACE, NAMESPACE, zone.key) as days:
            days.publish(yesterday.isoformat(), {}, tables=[Rows(USUAL, hours)])

    def _gateway_environment(self) -> dict[str, str]:
        viewer = users.make(VIEWER[0], users.Role.VIEWER, VIEWER[1])
        users.write(self.folder / "users.json", {VIEWER[0]: viewer})
        return {
            **os.environ,
            **city_environment(self.settings),
            "CITY_GATEWAY_USERS_FILE": str(self.folder / "users.json"),
            "CITY_GATEWAY_DASHBOARD": str(DASHBOARD),
            "CITY_GATEWAY_BATCH_HOURS": "0",
            # Tests ask again and again, as the same user.
            "CITY_GATEWAY_RATE_PER_S": "0",
            "CITY_GATEWAY_ADDRESS_RATE_PER_S": "0",
        }

    async def stop(self) -> None:
        """End everything."""
        if self._driving is not None:
            self._driving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._driving
            await self._producer.stop()
        for worker in self._workers:
            worker.process.kill()
        if hasattr(self, "gateway"):
            await self.gateway.stop()
        self.redis.kill()
        self._noida.kill()
        self._s3.kill()

    async def report(self, incident_id: str, road_id: str, **fields: Any) -> Position:
        """A step of an incident in the middle of a road; where that is."""
        road = self.model.roads[road_id]
        longitude, latitude = _along(road, road.length_m / 2)
        step = {"kind": "fire", "status": "reported", "severity": 5, "road_id": road_id}
        place = {"latitude": latitude, "longitude": longitude}
        await self._send("emergency", {"incident_id": incident_id, **step, **place, **fields})
        return longitude, latitude

    async def park(self, road: Road, *vehicle_ids: str, **fields: Any) -> None:
        """Vehicles that stand on one spot of a road, a little before its middle."""
        longitude, latitude = _along(road, road.length_m / 2 - 20)
        place = {"longitude": longitude, "latitude": latitude, "speed_kmh": 0.0, "road_id": road.id}
        for vehicle_id in vehicle_ids:
            await self._send("gps", {"vehicle_id": vehicle_id, "vehicle_type": "van", **place, **fields})

    async def jam(self, road_id: str) -> None:
        """From now on a road is slow."""
        self._speeds[road_id] = JAM_KMH
        await self.probe(road_id)

    async def probe(self, road_id: str, **fields: Any) -> None:
        """Readings of a jam, so many that what their window had before no longer matters."""
        for number in range(200):
            await self._send("traffic", _reading(road_id, f"probe-{number}", JAM_KMH) | fields)

    async def hush(self, road_id: str) -> None:
        """From now on a road is not measured; back when its history has all that was."""
        self._silent.add(road_id)
        async with asyncio.timeout(PATIENCE_S):
            while await self._readings_known(road_id) < self._told[road_id]:
                await asyncio.sleep(0.1)

    async def _readings_known(self, road_id: str) -> int:
        history = await self.gateway.get(f"/api/traffic/history/{road_id}")
        return sum(window["readings"] for window in history["windows"])

    def clear(self, road_id: str) -> None:
        """From now on it is as the others are."""
        self._speeds.pop(road_id, None)
        self._silent.discard(road_id)

    async def _drive(self) -> None:
        """Vehicles that move, and readings of everything, until cancelled."""
        chance = random.Random(SEED)
        roads = list(self.model.roads.values())
        homes = [chance.choice(roads) for _ in range(VEHICLES)]
        began = time.monotonic()
        for step in itertools.count():
            driven_s = time.monotonic() - began
            for number, road in enumerate(homes):
                await self._send("gps", _position(number, road, driven_s))
            if step % 4 == 0:
                await self._readings(chance)
            await asyncio.sleep(max(0.0, began + (step + 1) * STEP_S - time.monotonic()))

    async def _readings(self, chance: random.Random) -> None:
        for sensor in self.model.sensors.values():
            road_id = str(sensor.road_id)
            if road_id in self._silent:
                continue
            usual = self.model.roads[road_id].free_flow_kmh * chance.uniform(0.5, 1.0)
            await self._send("traffic", _reading(road_id, sensor.id, self._speeds.get(road_id, usual)))
        for station in self.model.stations.values():
            longitude, latitude = station.position
            seen = {"temperature_c": 7.5, "humidity_pct": 80.0, "wind_speed_ms": 4.0, "condition": "rain"}
            place = {"latitude": latitude, "longitude": longitude}
            await self._send("weather", {"station_id": station.id, **place, **seen})
        for camera in self.model.cameras.values():
            seen_by = {"counts": {"car": 4, "bicycle": 1}, "mean_speed_kmh": 40.0}
            await self._send("camera", {"camera_id": camera.id, "road_id": camera.road_id, **seen_by})

    async def _send(self, type_: str, fields: dict[str, Any]) -> None:
        if type_ == "traffic":
            self._told[fields["road_id"]] += 1
        event = {"event_id": str(next(self._ids)), "timestamp": time.time_ns() // 1_000_000, **fields}
        topic = topics.source(self.settings.namespace, type_)
        await self._producer.send(topic, value=msgspec.json.encode(event), key=b"one")


def _reading(road_id: str, sensor_id: str, speed_kmh: float) -> dict[str, Any]:
    return {"road_id": road_id, "sensor_id": sensor_id, "speed_kmh": speed_kmh, "vehicle_count": 3}


def _position(number: int, road: Road, driven_s: float) -> dict[str, Any]:
    """Of a vehicle that drives its road up and down; each begins elsewhere."""
    gone_m = (number * 97.0 + driven_s * SPEED_KMH / 3.6) % (2 * road.length_m)
    back = gone_m > road.length_m
    longitude, latitude = _along(road, 2 * road.length_m - gone_m if back else gone_m)
    return {
        "vehicle_id": f"vehicle-{number:02}",
        "vehicle_type": KINDS[number % len(KINDS)],
        "longitude": longitude,
        "latitude": latitude,
        "speed_kmh": SPEED_KMH,
        "heading_deg": _heading_deg(road, back),
        "road_id": road.id,
    }


def _along(road: Road, metres: float) -> Position:
    """The place so far along a road's line."""
    for one, other in itertools.pairwise(road.line):
        length_m = _metres(one, other)
        if metres <= length_m:
            share = metres / length_m if length_m else 0.0
            return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
        metres -= length_m
    return road.line[-1]


def _metres(one: Position, other: Position) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, other[1] - one[1]) * METRES_A_DEGREE


def _heading_deg(road: Road, back: bool) -> float:
    (west, south), (east, north) = road.line[0], road.line[-1]
    turned = math.degrees(math.atan2((east - west) * math.cos(math.radians(south)), north - south))
    return (turned + (180.0 if back else 0.0)) % 360.0


def _has_data(things: list[dict[str, Any]]) -> bool:
    return any(one["timestamp"] is not None for one in things)


def in_the_middle(model: CityModel) -> Iterator[Road]:
    """Roads, those nearest to the middle of the city first."""
    places = [place for road in model.roads.values() for place in road.line]
    middle = sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)
    yield from sorted(model.roads.values(), key=lambda road: _metres(_along(road, road.length_m / 2), middle))
