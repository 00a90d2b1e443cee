"""What a sender did not send is null in JSON and GeoJSON, and left out by the standards that have no null."""

from typing import Any

import msgspec
import pytest

from citystream.contracts import camera, gps, traffic, weather
from citystream.contracts.event_time import rfc3339
from citystream.contracts.gps import GpsWindow
from citystream.contracts.state import MICRO
from citystream.contracts.traffic import TrafficWindow
from tests.gateway import smart_data_models
from tests.gateway.conftest import StartGateway
from tests.gateway.running import GEOJSON, Gateway, receive, subscribe
from tests.gateway.speed_layer import SpeedLayer, now_ms, readings
from tests.gateway.test_city import observation
from tests.gateway.test_gtfs_realtime import VEHICLES, feed_with
from tests.gateway.test_ngsi_ld import ENTITIES

MEASURED = ("humidity_pct", "wind_speed_ms", "precipitation_mm_h", "visibility_m")
TEMPERATURE_ONLY = {"condition": "unknown", **dict.fromkeys(MEASURED)}
SPEEDS = ("mean", "min", "max", "stddev", "p15", "p50", "p85")


def occupancies(*shares_pct: float) -> TrafficWindow:
    """Readings with an occupancy alone."""
    count = len(shares_pct)
    return TrafficWindow(
        readings=count,
        occupancy_sum=sum(round(share * 1_000) for share in shares_pct),
        occupancy_count=count,
        without_speed=count,
        without_count=count,
    )


async def properties(gateway: Gateway, path: str) -> Any:
    """`properties` of one thing as GeoJSON."""
    answer = await gateway.http.get(path, headers={"Accept": GEOJSON})
    assert answer.status_code == 200, answer.text
    return answer.json()["properties"]


async def entity(gateway: Gateway, type_: str, key: str) -> Any:
    """An NGSI-LD entity that its Smart Data Model knows."""
    answer = await gateway.until(f"{ENTITIES}/urn:ngsi-ld:{type_}:{key}", lambda answer: "id" in answer)
    smart_data_models.check(answer)
    return answer


@pytest.fixture
async def bare_bus(shared_gateway: Gateway, shared_speed: SpeedLayer) -> str:
    """A bus that sends where it is, and no more."""
    key = "bare-bus"
    await shared_speed.position(key, vehicle_type="bus", longitude=-70.0, speed_kmh=None, heading_deg=None)
    await shared_gateway.until(f"/api/vehicles/{key}", lambda answer: "vehicle_id" in answer)
    return key


async def test_a_vehicle_without_speed_and_heading(shared_gateway: Gateway, bare_bus: str) -> None:
    path = f"/api/vehicles/{bare_bus}"
    near = await shared_gateway.get("/api/vehicles/near", lat=52.5, lon=-70.0, radius_m=10)
    async with shared_gateway.live() as client:
        await subscribe(client, "vehicles", entities=[bare_bus])
        snapshot = await receive(client, "snapshot")
    shown = (
        await shared_gateway.get(path),
        await properties(shared_gateway, path),
        near["vehicles"][0],
        snapshot["items"][0],
    )
    for one in shown:
        assert (one["vehicle_id"], one["speed_kmh"], one["heading_deg"]) == (bare_bus, None, None)


async def test_the_standards_leave_out_speed_and_heading(shared_gateway: Gateway, bare_bus: str) -> None:
    _, seen = await feed_with(shared_gateway, VEHICLES, bare_bus)
    position = seen.vehicle.position
    assert (position.HasField("bearing"), position.HasField("speed")) == (False, False)
    assert position.longitude == -70.0
    vehicle = await entity(shared_gateway, "Vehicle", bare_bus)
    assert vehicle.keys().isdisjoint({"speed", "heading"})
    assert vehicle["vehicleType"]["value"] == "bus"


async def test_a_heading_is_told_where_only_the_speed_is_not(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    await shared_speed.position("heads-west", speed_kmh=None, heading_deg=270.0)
    vehicle = await entity(shared_gateway, "Vehicle", "heads-west")
    assert ("speed" in vehicle, vehicle["heading"]["value"]) == (False, 270.0)


async def test_a_track_has_only_the_speeds_that_were_sent(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    minute_ms = now_ms() // 60_000 * 60_000
    places = {"latitude": 52 * MICRO, "longitude": 13 * MICRO}
    windows = {
        # One of three positions has a speed, of 30 km/h; then none of two.
        minute_ms // 1000 - 120: GpsWindow(3, 30_000, 30_000, minute_ms - 90_000, **places, without_speed=2),
        minute_ms // 1000 - 60: GpsWindow(2, 0, 0, minute_ms - 30_000, **places, without_speed=2),
    }
    await shared_speed.page("gps", gps.WINDOWS, "bare-track", windows)
    await shared_speed.position("bare-track", time_ms=minute_ms, speed_kmh=None)
    await shared_gateway.until("/api/vehicles/bare-track", lambda answer: "vehicle_id" in answer)
    path, asked = "/api/vehicles/bare-track/track", {"to": rfc3339(minute_ms + 1)}
    points = (await shared_gateway.get(path, **asked))["points"]
    assert [(one["positions"], one["mean_speed_kmh"], one["max_speed_kmh"]) for one in points] == [
        (3, 30.0, 30.0),
        (2, None, None),
        (1, None, None),
    ]


async def test_a_road_without_counts_and_speeds(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    start_s = now_ms() // 300_000 * 300
    await shared_speed.road("bare-road", start_s, occupancies(20.0, 30.0))
    await shared_speed.page("traffic", traffic.WINDOWS, "bare-road", {start_s: occupancies(20.0, 30.0)})
    path = "/api/traffic/live/bare-road"
    road = await shared_gateway.until(path, lambda answer: "readings" in answer)
    history = await shared_gateway.get("/api/traffic/history/bare-road")
    for one in (road, await properties(shared_gateway, path), history["windows"][0]):
        assert (one["readings"], one["vehicles"], one["occupancy_pct"]) == (2, None, 25.0)
        assert [one[f"{name}_speed_kmh"] for name in SPEEDS] == [None] * len(SPEEDS)
        # Something was measured, and no jam.
        assert one["congestion"] == {"level": "free", "ratio": None}
    flow = await entity(shared_gateway, "TrafficFlowObserved", "bare-road")
    assert flow["occupancy"]["value"] == 0.25
    assert flow.keys().isdisjoint({"intensity", "averageVehicleSpeed"})
    assert flow["congested"]["value"] is False


async def test_a_station_with_only_a_temperature(shared_gateway: Gateway, shared_speed: SpeedLayer) -> None:
    seen = observation(station_id="bare-station", temperature_c=-3.5, **TEMPERATURE_ONLY)
    await shared_speed.latest("weather", weather.LATEST, {"bare-station": seen})
    observed = await entity(shared_gateway, "WeatherObserved", "bare-station")
    assert observed["temperature"]["value"] == -3.5
    left_out = {"relativeHumidity", "windSpeed", "precipitation", "visibility", "weatherType"}
    assert observed.keys().isdisjoint(left_out)
    stations = (await shared_gateway.get("/api/weather/current"))["stations"]
    collection = await shared_gateway.http.get("/api/weather/current", headers={"Accept": GEOJSON})
    features = [feature["properties"] for feature in collection.json()["features"]]
    for all_ in (stations, features):
        station = next(one for one in all_ if one["station_id"] == "bare-station")
        assert (station["temperature_c"], station["condition"]) == (-3.5, "unknown")
        assert [station[name] for name in MEASURED] == [None] * len(MEASURED)


async def test_a_camera_without_counts_and_one_that_saw_others(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    seen = {"camera_id": "cam-1", "road_id": "north", "mean_speed_kmh": 12.0, "incident": "stopped_vehicle"}
    await speed.latest("camera", camera.LATEST, {"cam-1": {"counts": None, "time_ms": now_ms(), **seen}})
    gateway, path = await start_gateway(), "/api/cameras/cam-1"
    first = await gateway.get(path)
    assert (first["counts"], first["mean_speed_kmh"]) == (None, 12.0)
    assert (await properties(gateway, path))["counts"] is None
    later = {"counts": {"car": 1, "other": 2}, "time_ms": now_ms(), **seen}
    await speed.latest("camera", camera.LATEST, {"cam-1": later})
    second = await gateway.until(path, lambda answer: answer["counts"] is not None)
    assert (second["counts"]["car"], second["counts"]["other"]) == (1, 2)


async def test_the_summary_is_of_what_was_sent(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    start_s = now_ms() // 300_000 * 300
    mixed = readings(10.0, 20.0).merge(occupancies(50.0, 50.0))
    await speed.road("north", start_s, mixed)
    await speed.road("east", start_s, occupancies(50.0))
    stations = {
        "foggy": observation(station_id="foggy", temperature_c=None, visibility_m=100.0, condition="fog"),
        "cold": observation(station_id="cold", temperature_c=-3.0, **TEMPERATURE_ONLY),
        "colder": observation(station_id="colder", temperature_c=-5.0, **TEMPERATURE_ONLY),
    }
    await speed.latest("weather", weather.LATEST, stations)
    gateway = await start_gateway()
    summary = await gateway.get("/api/analytics/traffic-summary")
    assert (summary["roads"]["reporting"], summary["mean_speed_kmh"]) == (2, 15.0)
    assert [road["road_id"] for road in summary["slowest_roads"]] == ["north"]
    assert summary["weather"] == {
        "stations": 3,
        "condition": "fog",
        "mean_temperature_c": -4.0,
        "mean_wind_speed_ms": 3.0,
        "mean_precipitation_mm_h": 2.0,
        "min_visibility_m": 100.0,
    }
    congestion = await gateway.get("/api/analytics/congestion")
    assert [(road["road_id"], road["level"]) for road in congestion["roads"]] == [
        ("north", "heavy"),
        ("east", "free"),
    ]
    assert congestion["levels"]["unknown"]["roads"] == 2


async def test_a_road_where_all_stands_is_the_worst(speed: SpeedLayer, start_gateway: StartGateway) -> None:
    start_s = now_ms() // 300_000 * 300
    await speed.road("north", start_s, readings(5.0))
    await speed.road("east", start_s, msgspec.structs.replace(occupancies(80.0, 90.0), standing=2))
    await speed.road("south", start_s, occupancies(1.0))
    gateway = await start_gateway()
    congestion = await gateway.get("/api/analytics/congestion")
    assert [(road["road_id"], road["level"], road["mean_speed_kmh"]) for road in congestion["roads"]] == [
        ("east", "jammed", None),
        ("north", "jammed", 5.0),
        ("south", "free", None),
    ]
    slowest = (await gateway.get("/api/analytics/traffic-summary"))["slowest_roads"]
    assert [(road["road_id"], road["congestion"]["ratio"]) for road in slowest] == [
        ("east", None),
        ("north", 0.1),
    ]


async def test_a_summary_of_stations_that_measure_little_has_nulls(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    bare = observation(temperature_c=None, air_quality_index=40.0, **TEMPERATURE_ONLY)
    await speed.latest("weather", weather.LATEST, {"station-1": bare})
    summary = (await (await start_gateway()).get("/api/analytics/traffic-summary"))["weather"]
    assert summary.pop("stations") == 1
    assert set(summary.values()) == {None}
