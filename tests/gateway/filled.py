"""A city that has all kinds of thing, forecasts and daily views."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from citystream.contracts import camera, traffic, weather
from citystream.contracts.daily_views import DAILY
from citystream.contracts.forecast import RoadForecast
from citystream.contracts.manifest import Job
from tests.conftest import make_bucket
from tests.gateway.conftest import gateway_environment
from tests.gateway.forecasts import ahead, publish, report
from tests.gateway.running import Gateway
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import incident, observation
from tests.gateway.written_days import Rows, WrittenDays, samples

JOBS = {"reconcile": Job(finished_ms=1, seconds=2.5, rows=3, checks_failed=4, drift_pct={"gps.legs": 0.5})}


@asynccontextmanager
async def with_days(
    redis_url: str, s3_endpoint: str, gateway_dir: Path, name: str
) -> AsyncIterator[tuple[Gateway, SpeedLayer]]:
    """A gateway that has daily views and whose speed layer is still empty, in a namespace of its own."""
    namespace = f"t{secrets.token_hex(3)}-{name}"
    environment = gateway_environment(gateway_dir, redis_url, namespace)
    gateway = Gateway(gateway_dir, environment | fill_days(s3_endpoint, namespace))
    await gateway.start()
    speed = SpeedLayer(redis_url, namespace)
    yield gateway, speed
    await speed.client.aclose()
    await gateway.stop()


async def fill(gateway: Gateway, speed: SpeedLayer, key: str) -> None:
    """A bus and an incident of this id, and what the model has of the rest, all live in the gateway."""
    start_s = now_ms() // 1000 // traffic.WINDOW_S * traffic.WINDOW_S
    await speed.road("north", start_s, readings(20.0, 40.0))
    await speed.page("traffic", traffic.WINDOWS, "north", {start_s: readings(20.0, 40.0)})
    await speed.position(key, vehicle_type="bus")
    await speed.incident(key, incident("on_scene", on_scene_after_s=60))
    await speed.latest("weather", weather.LATEST, {"station-1": observation()})
    seen = {"camera_id": "cam-1", "road_id": "north", "counts": {"car": 3}, "mean_speed_kmh": 31.0}
    await speed.latest("camera", camera.LATEST, {"cam-1": {"time_ms": now_ms(), **seen}})
    made = RoadForecast("north", now_ms(), 30.0, now_ms(), ahead(28.0, 26.0, 24.0, 30.0))
    await publish(speed.url, speed.namespace, made, reports=[report("described", now_ms())])
    await gateway.until("/api/models/described", lambda answer: "horizons" in answer)
    for path in (
        f"/api/vehicles/{key}",
        f"/api/emergencies/{key}",
        "/api/cameras/cam-1",
        "/api/traffic/live/north",
    ):
        await gateway.until(path, lambda answer: answer.get("timestamp") is not None)


def fill_days(s3_endpoint: str, namespace: str) -> dict[str, str]:
    """Each daily view and the report of yesterday and today, in a bucket of the namespace's name; what a
    gateway needs to read them."""
    make_bucket(s3_endpoint, namespace)
    today = datetime.now(UTC).date()
    with WrittenDays(s3_endpoint, namespace, namespace, "UTC") as days:
        for day in ((today - timedelta(days=1)).isoformat(), today.isoformat()):
            rows = {view: samples(view, 3, days.day(day)) for view in DAILY.values()}
            tables = [Rows(view, some, ("late",)) for view, some in rows.items()]
            days.publish(day, {}, tables=tables, report=b"<!doctype html><title>Quality</title>", jobs=JOBS)
        return days.environment
