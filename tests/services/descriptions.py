"""Every service there is, by name; a test over these is a contract that a new one must meet."""

from typing import Any

from citystream.service import Service
from services.camera.aggregate import service as camera
from services.emergency.aggregate import SERVICE as EMERGENCY
from services.gps.aggregate import SERVICE as GPS
from services.traffic.aggregate import service as traffic
from services.weather.aggregate import SERVICE as WEATHER

PLATE_KEY = "a key for tests"

SERVICES: dict[str, Service[Any]] = {
    one.name: one for one in (GPS, traffic(None), EMERGENCY, WEATHER, camera(PLATE_KEY))
}
